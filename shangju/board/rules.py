"""Who may put what on the public board. Written once, for one case and for lists."""

from django.db.models import Q

from shangju.board.models import Publication
from shangju.cases.models import Case
from shangju.cases.rules import Actor, ActorKind, may_view
from shangju.cases.safe_summary import may_be_shown
from shangju.cases.walls import behind_wall, is_walled_off
from shangju.cases.workflow import State
from shangju.posts.rights import Right, Standing

WITH_A_RESULT = (State.RESOLVED, State.CLOSED)
"""States in which a case can be on the board: there is a result, and nobody works on it again."""


def may_be_published(case: Case) -> bool:
    """Whether the case itself allows it: a result, a confirmed category, nothing confidential or walled."""
    return (
        case.state in WITH_A_RESULT
        and bool(case.outcome)
        and case.category_is_confirmed
        and may_be_shown(case)
    )


def may_propose(actor: Actor, case: Case) -> bool:
    """Staff who may open the case and handle or dispatch in its area, without a stake in it."""
    if actor.kind is not ActorKind.STAFF or is_walled_off(actor.standing, case):
        return False
    works_there = any(
        actor.standing.may(right, path=case.area_path) for right in (Right.HANDLE, Right.DISPATCH)
    )
    return works_there and may_view(actor.standing, case)


def may_check(actor: Actor, publication: Publication) -> bool:
    """A dispatcher of the area who did not propose it and has no stake in the case."""
    return (
        actor.kind is ActorKind.STAFF
        and publication.proposed_by_id != actor.user_id
        and may_take_down(actor, publication)
    )


def may_take_down(actor: Actor, publication: Publication) -> bool:
    """A dispatcher of the area without a stake in the case."""
    return (
        actor.kind is ActorKind.STAFF
        and actor.standing.may(Right.DISPATCH, path=publication.area_path)
        and not is_walled_off(actor.standing, publication.case)
    )


def listed_for(standing: Standing) -> Q:
    """The publications that the user looks after: those of areas where they dispatch, of no case behind their wall."""
    seen = Q(pk__in=[])
    for area in standing.areas_with(Right.DISPATCH):
        seen |= Q(area_path__startswith=area.path)
    return seen & Q(case__in=Case.objects.filter(~behind_wall(standing)))
