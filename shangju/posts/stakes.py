"""Stakes: who is bound up with a member party or a building, and so keeps out of its cases (回避)."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.accounts.models import AdministratorRole, User
from shangju.accounts.rules import administrator_role
from shangju.areas.models import Area, AreaKind
from shangju.core.audit import record
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.parties.models import Party
from shangju.posts.models import Stake, StakeReason
from shangju.posts.rights import forget_standing

BUILDINGS = (AreaKind.MICRO_GRID, AreaKind.BUILDING, AreaKind.HUB_HOUSEHOLD)
"""A home is a building; whole grids would leave nobody to do the work there."""

MAY_SET = frozenset({AdministratorRole.SYSTEM, AdministratorRole.SECURITY})


@transaction.atomic
def declare_stake(
    user: User,
    *,
    reason: str,
    by: User,
    now: datetime,
    party: Party | None = None,
    building: Area | None = None,
) -> Stake:
    """Wall ``user`` off from the cases of a member party or of a building, from now on.

    Raises:
        NotAllowed: ``by`` is neither the user nor the system or security administrator.
        DomainError: not exactly one of ``party`` and ``building``, an area that is no building, no known reason.
        Conflict: the same stake is there already.
    """
    if by.pk != user.pk:
        _demand_administrator(by)
    if (party is None) == (building is None):
        sentence = _("Choose one: a member, or a building.")
        raise DomainError(sentence, fields={"party": sentence})
    if building is not None and building.kind not in BUILDINGS:
        sentence = _("Choose a building or a micro-grid.")
        raise DomainError(sentence, fields={"building": sentence})
    if reason not in StakeReason.values:
        raise DomainError(_("Choose a reason."), fields={"reason": _("Choose one of the reasons listed.")})
    held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    area = building or (party.area if party else None)
    assert area is not None, "one of the two was demanded above"
    if Stake.objects.filter(user=held, party=party, area=area, ended_on__isnull=True).exists():
        raise Conflict(_("This is recorded already."))
    stake: Stake = Stake.objects.create(
        user=held, party=party, area=area, reason=reason, declared_by=by, declared_at=now
    )
    record(
        held, action="stake.declared", by=by, now=now,
        after={"party": party.pk if party else None, "area": area.code, "reason": reason},
    )  # fmt: skip
    forget_standing(user)
    return stake


@transaction.atomic
def end_stake(stake: Stake, *, reason: str, by: User, now: datetime) -> Stake:
    """The stake is over; from today the cases are open again.

    Raises:
        NotAllowed: ``by`` is not the system or security administrator, or it is their own wall.
        Conflict: ended already.
    """
    _demand_administrator(by)
    if by.pk == stake.user_id:
        raise NotAllowed(_("Nobody ends their own. Ask another administrator."))
    held: Stake = Stake.objects.select_for_update(of=("self",)).get(pk=stake.pk)
    if held.ended_on is not None:
        raise Conflict(_("This was ended already."))
    held.ended_on = timezone.localdate(now)
    held.save(update_fields=["ended_on"])
    record(held.user, action="stake.ended", by=by, now=now, before={"stake": held.pk}, reason=reason[:200])
    forget_standing(held.user)
    return held


def _demand_administrator(by: User) -> None:
    if administrator_role(by) not in MAY_SET:
        raise NotAllowed(_("Only the system or security administrator does this for somebody else."))


def stakes_touching(*, parties: Collection[int], areas: Collection[int], day: date) -> list[Stake]:
    """The stakes that hold on ``day`` in one of ``parties`` or in a building among ``areas``; one statement."""
    touching = Q(party_id__in=parties, party_id__isnull=False) | Q(party__isnull=True, area_id__in=areas)
    return list(Stake.objects.on(day).filter(touching))
