"""Declaring a stake in a member or a building, with what it means for the cases in one's hands."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from shangju.accounts.models import User
from shangju.areas.models import Area
from shangju.cases import moves
from shangju.cases.models import Case
from shangju.cases.rules import staff, visible_to
from shangju.cases.services import apply_move
from shangju.cases.walls import about
from shangju.cases.workflow import State
from shangju.parties.models import Party
from shangju.posts.stakes import declare_stake

IN_SOMEBODY_S_HANDS = (State.DISPATCHED, State.IN_PROGRESS)


@transaction.atomic
def step_aside_for_stake(
    user: User, *, party: Party | None, building: Area | None, reason: str, now: datetime
) -> int:
    """Step aside from the cases that the user's posts lead and that the stake is about, then record the stake.

    Returns how many cases these were. Raises what :func:`shangju.posts.stakes.declare_stake` raises; all or nothing.
    """
    by = staff(user)
    touched = about((party.pk,)) if party else Q(pk__in=[])
    if building:
        touched |= Q(area_path__startswith=building.path)
    held = Case.objects.filter(
        visible_to(by.standing), touched, handler_post_id__in=by.standing.posts, state__in=IN_SOMEBODY_S_HANDS
    )
    cases = list(held.order_by("pk"))
    declare_stake(user, party=party, building=building, reason=reason, by=user, now=now)
    for case in cases:
        # By the standing from before: from now on the wall would refuse the move.
        apply_move(case, moves.Recuse(reason), by=by, now=now)
    return len(cases)
