"""Who stands how to a case, which moves are open to them, and which cases they may see.

List and object use the same sentences: :func:`visible_to` builds the condition, :func:`may_view` asks it of one case.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q

from shangju.accounts.models import User
from shangju.cases.models import Approval, Case, CaseAssistant
from shangju.cases.models.case import CASE_LEVELS
from shangju.cases.walls import behind_wall, is_walled_off
from shangju.cases.workflow import (
    FOLLOWING,
    MOVES,
    REOPEN_WINDOW,
    WITH_ROWS_ABOVE,
    ApprovalKind,
    ApprovalState,
    CaseRole,
    MoveName,
)
from shangju.categories.models import Category
from shangju.core.scoping import ScopedArea
from shangju.deadlines.queries import caps_of
from shangju.posts.rights import NOBODY, Right, Standing, standing_of


class ActorKind(StrEnum):
    """By which door somebody acts: the door limits the roles they can have."""

    STAFF = "staff"
    PARTY = "party"
    REPORTER = "reporter"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. There is no "nobody means allowed": the reporter and the system are actors of their own."""

    kind: ActorKind
    user: User | None = None
    standing: Standing = field(default=NOBODY)

    @property
    def user_id(self) -> int | None:
        """For the history row."""
        return self.user.pk if self.user else None


REPORTER = Actor(ActorKind.REPORTER)
"""Whoever holds the tracking code of the case."""

SYSTEM = Actor(ActorKind.SYSTEM)
"""Timed work."""


def staff(user: User) -> Actor:
    """A signed-in user acting by their posts."""
    return Actor(ActorKind.STAFF, user, standing_of(user))


def party_member(user: User) -> Actor:
    """A signed-in user acting for the parties that they speak for."""
    return Actor(ActorKind.PARTY, user, standing_of(user))


def roles_of(actor: Actor, case: Case) -> frozenset[CaseRole]:
    """The roles in which ``actor`` stands to ``case``; empty for a stranger."""
    if actor.kind is ActorKind.REPORTER:
        return frozenset({CaseRole.REPORTER})
    if actor.kind is ActorKind.SYSTEM:
        return frozenset({CaseRole.SYSTEM})
    if actor.kind is ActorKind.PARTY:
        return _party_roles(actor.standing, case)
    return frozenset() if is_walled_off(actor.standing, case) else _staff_roles(actor.standing, case)


def _party_roles(standing: Standing, case: Case) -> frozenset[CaseRole]:
    roles = set()
    if case.concerned_party_id in standing.parties:
        roles.add(CaseRole.PARTY)
    if case.handler_party_id in standing.parties:
        roles.add(CaseRole.PARTY_HANDLER)
    return frozenset(roles)


def _staff_roles(standing: Standing, case: Case) -> frozenset[CaseRole]:
    roles = set()
    if standing.may(Right.DISPATCH, path=case.area_path):
        roles.add(CaseRole.DISPATCHER)
    if standing.may(Right.SUPERVISE, path=case.area_path):
        roles.add(CaseRole.SUPERVISOR)
    if standing.may(Right.DECIDE_BEYOND, path=case.area_path):
        roles.add(CaseRole.TASK_FORCE)
    if case.handler_post_id in standing.posts:
        roles.add(CaseRole.HANDLER)
    elif standing.posts and case.assistants.filter(post_id__in=standing.posts).exists():
        roles.add(CaseRole.ASSISTANT)
    if standing.may(Right.CALL_BACK, path=case.area_path) and not _handled_it(standing, case, roles):
        roles.add(CaseRole.CALLER)
    return frozenset(roles)


def _handled_it(standing: Standing, case: Case, roles: set[CaseRole]) -> bool:
    """Whether the user worked on the case: such a person may not ask how satisfied the reporter is (cases.md §3)."""
    if roles & {CaseRole.HANDLER, CaseRole.ASSISTANT}:
        return True
    return case.events.filter(by_id=standing.user_id, kind__in=WORKING).exists()


WORKING = (
    MoveName.SIGN,
    MoveName.CONTACT,
    MoveName.VISIT,
    MoveName.FIND_CAUSE,
    MoveName.MEDIATE,
    MoveName.RESOLVE,
    MoveName.ANSWER_DIRECTLY,
)
"""Who made one of these worked on the case."""


def open_moves(actor: Actor, case: Case, *, now: datetime) -> tuple[MoveName, ...]:
    """The moves that are open to ``actor`` in the present state and have something to act on, in the table's order."""
    roles = roles_of(actor, case)
    names = [
        name
        for name, move in MOVES.items()
        if case.state in move.sources and roles & move.roles and name not in FOLLOWING | WITH_ROWS_ABOVE
    ]
    without_object = _without_object(actor, case, names, now)
    return tuple(name for name in names if name not in without_object)


GRANTS = {
    MoveName.GRANT_RETURN: ApprovalKind.RETURN,
    MoveName.GRANT_PAUSE: ApprovalKind.PAUSE,
    MoveName.GRANT_EXTENSION: ApprovalKind.EXTENSION,
    MoveName.GRANT_REVEAL: ApprovalKind.REVEAL,
}
ASKS = {
    MoveName.ASK_RETURN: ApprovalKind.RETURN,
    MoveName.ASK_PAUSE: ApprovalKind.PAUSE,
    MoveName.ASK_EXTENSION: ApprovalKind.EXTENSION,
}
FOR_WHOLE_CASES = frozenset({MoveName.MERGE, MoveName.SPLIT})


def _without_object(actor: Actor, case: Case, names: Sequence[MoveName], now: datetime) -> set[MoveName]:
    """Those of ``names`` that the table allows but that would have nothing to act on now."""
    without = set(FOR_WHOLE_CASES) if case.part_of_id is not None else set()
    without.add(MoveName.ASK_PAUSE if case.is_paused(now) else MoveName.RESUME)
    if case.closed_at is not None and now - case.closed_at > REOPEN_WINDOW:
        without.add(MoveName.REOPEN)  # reported anew instead
    if not case.open_orders:
        without.add(MoveName.REPLY)
    if MoveName.ASK_EXTENSION in names:
        caps = caps_of(case.deadline_class)
        without |= {MoveName.ASK_PAUSE} if not caps.pause_days else set()
        without |= {MoveName.ASK_EXTENSION} if not caps.extension else set()
    if not case.concerns_minor:
        without.add(MoveName.ASK_REVEAL)
    if not {*GRANTS, *ASKS, MoveName.REFUSE}.isdisjoint(names):
        without |= _without_request(actor, case)
    return without


def _without_request(actor: Actor, case: Case) -> set[MoveName]:
    waiting = list(case.approvals.filter(state=ApprovalState.ASKED))
    decided_here = {approval.kind for approval in waiting if may_decide(actor, approval, case)}
    asked = {approval.kind for approval in waiting}
    without = {name for name, kind in GRANTS.items() if kind not in decided_here}
    without |= {name for name, kind in ASKS.items() if kind in asked}
    if any(each.kind == ApprovalKind.REVEAL and each.asked_by_id == actor.user_id for each in waiting):
        without.add(MoveName.ASK_REVEAL)
    return without if decided_here else without | {MoveName.REFUSE}


def may_decide(actor: Actor, approval: Approval, case: Case) -> bool:
    """Whether ``actor``, who stands to the case as a decider, may decide this request: never one of their own."""
    if approval.asked_by_id is not None and approval.asked_by_id == actor.user_id:
        return False
    return not approval.is_beyond or actor.standing.may(Right.DECIDE_BEYOND, path=case.area_path)


def to_decide(standing: Standing) -> Q:
    """:func:`may_decide` as a condition on requests: those that wait and that ``standing`` decides."""
    dispatching, beyond = Q(pk__in=[]), Q(pk__in=[])
    for area in standing.areas_with(Right.DISPATCH):
        dispatching |= within(area)
    for area in standing.areas_with(Right.DECIDE_BEYOND):
        beyond |= within(area)
    outside = ~behind_wall(standing)
    near = Case.objects.filter(beyond | dispatching, outside)
    far = Case.objects.filter(beyond, outside)
    own = Q(asked_by_id=standing.user_id, asked_by_id__isnull=False)
    return Q(state=ApprovalState.ASKED) & ~own & (Q(is_beyond=False, case__in=near) | Q(case__in=far))


def visible_to(standing: Standing) -> Q:
    """The cases whose inner view the user may open: by area, or because a post of theirs handles or assists.

    Confidential ones of the area only to those who dispatch or supervise there, those about helped persons or minors
    only with the right for it. A case behind a wall is never among them: for one about the user's own party there is
    the party's own view.
    """
    seen = Q(pk__in=[])
    viewing = standing.areas_with(Right.VIEW_CASE)
    for area in viewing:
        seen |= within(area) & _open_to(standing, area)
    posts_without_view = [
        holding.post_id
        for holding in standing.holdings
        if not any(holding.area.path.startswith(area.path) for area in viewing)
    ]
    if posts_without_view:
        seen |= Q(handler_post_id__in=posts_without_view) | _assisted_by(posts_without_view)
    return seen & ~behind_wall(standing)


def _sees_confidential(standing: Standing, area: ScopedArea) -> bool:
    return any(standing.may(right, path=area.path) for right in (Right.DISPATCH, Right.SUPERVISE))


def _open_to(standing: Standing, area: ScopedArea) -> Q:
    """Cases that are neither confidential nor about helped persons or minors, as far as that keeps the user out in ``area``.

    Those that a post of the user's handles or assists are open all the same.
    """
    kept_out = Q()
    if not _sees_confidential(standing, area):
        kept_out |= Q(is_confidential=True)
    if not standing.may(Right.SEE_HELPED, path=area.path):
        helped = Q(category__in=Category.objects.filter(privacy_wall=True)) | Q(concerns_minor=True)
        # What has climbed to those in charge they must be able to read.
        kept_out |= helped & Q(tier="") if standing.may(Right.SUPERVISE, path=area.path) else helped
    if not kept_out:
        return Q()
    return ~kept_out | Q(handler_post_id__in=standing.posts) | _assisted_by(standing.posts)


def _assisted_by(posts: Iterable[int]) -> Q:
    return Q(Exists(CaseAssistant.objects.filter(case_id=OuterRef("pk"), post_id__in=posts)))


def known_to_exist_for(standing: Standing) -> Q:
    """The cases of the user's own areas: where they may not open one, they are told so instead of "not found".

    A case behind a wall is not among them: there the wall of cases.md §7 answers as for no case at all.
    """
    near = Q(pk__in=[])
    for area in standing.scope.areas:
        near |= within(area)
    return near & ~behind_wall(standing)


def concerning(standing: Standing) -> Q:
    """The cases that the user's parties see in the party's view: those that concern them or that they handle."""
    return Q(concerned_party_id__in=standing.parties) | Q(handler_party_id__in=standing.parties)


def may_view(standing: Standing, case: Case) -> bool:
    """:func:`visible_to`, asked of one case."""
    return Case.objects.filter(visible_to(standing), pk=case.pk).exists()


def within(area: ScopedArea) -> Q:
    column = CASE_LEVELS.get(area.level)
    return Q(**{column: area.pk}) if column else Q(area_path__startswith=area.path)
