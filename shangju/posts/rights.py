"""Who may do what, where. Written once: the same holdings answer "may X do this here" and "where may X do this".

Rights follow from current appointments only (cases.md §1). The default is no.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from shangju.accounts.models import Administrator, User
from shangju.areas.models import AreaKind
from shangju.core.scoping import EverywhereReason, Scope, ScopedArea, everywhere
from shangju.parties.models import Delegation, PartyStatus
from shangju.posts.models import Appointment, PostKind, Stake


class Right(StrEnum):
    """Everything that an appointment can allow. A new right is added here, in ``RIGHTS_OF_POST`` and in the matrix."""

    VIEW_AREA = "view_area"
    VIEW_CASE = "view_case"
    ENTER_CASE = "enter_case"
    IMPORT_ORDERS = "import_orders"
    DISPATCH = "dispatch"
    HANDLE = "handle"
    CALL_BACK = "call_back"
    SUPERVISE = "supervise"
    SEE_HELPED = "see_helped"
    """Cases of categories whose data is walled: help for the old, for pupils, for people in need (cases.md §7)."""
    ANSWER_DATA_REQUESTS = "answer_data_requests"
    """Requests of residents about their own data (PIPL §50)."""
    DECIDE_BEYOND = "decide_beyond"
    """What goes beyond the dispatcher: the second extension, the third return (cases.md §3)."""
    SET_SUPERVISION = "set_supervision"
    """The ladder and the limits of the sub-district's supervision."""
    VIEW_COCKPIT = "view_cockpit"
    """The wall screen of the sub-district: figures alone, nobody's case."""
    SET_UP_TASK_FORCE = "set_up_task_force"
    """Who belongs to a task force, and for what."""
    SIGN_CARD = "sign_card"
    """A yellow or red card to a unit: the signature, a refusal, the lifting (cases.md §5)."""
    EXPORT_LEDGERS = "export_ledgers"
    """Ledgers as files that leave the house."""
    SHARE_LEDGERS = "share_ledgers"
    """A saved ledger for everybody in the sub-district."""
    DECIDE_EXPORTS = "decide_exports"
    """Whether somebody else may take contacts out in plain (cases.md §7)."""
    KEEP_KNOWLEDGE = "keep_knowledge"
    PUBLISH_KNOWLEDGE = "publish_knowledge"


_DISPATCHER = frozenset(
    {
        Right.EXPORT_LEDGERS,
        Right.VIEW_AREA,
        Right.VIEW_CASE,
        Right.ENTER_CASE,
        Right.IMPORT_ORDERS,
        Right.DISPATCH,
        Right.HANDLE,
        Right.CALL_BACK,
        Right.SEE_HELPED,
    }
)
_KEEPER = frozenset({Right.KEEP_KNOWLEDGE})
_PUBLISHER = frozenset({Right.KEEP_KNOWLEDGE, Right.PUBLISH_KNOWLEDGE})
_HANDLER = frozenset({Right.VIEW_AREA, Right.ENTER_CASE, Right.HANDLE})

RIGHTS_OF_POST: dict[PostKind, frozenset[Right]] = {
    PostKind.SUBDISTRICT_LEADER: frozenset(
        {
            Right.VIEW_AREA,
            Right.VIEW_CASE,
            Right.SUPERVISE,
            Right.SET_SUPERVISION,
            Right.SET_UP_TASK_FORCE,
            Right.SIGN_CARD,
            Right.VIEW_COCKPIT,
            Right.EXPORT_LEDGERS,
            Right.SHARE_LEDGERS,
        }
    ),
    PostKind.TASK_FORCE: frozenset(
        {
            Right.VIEW_AREA,
            Right.VIEW_CASE,
            Right.SUPERVISE,
            Right.CALL_BACK,
            Right.DECIDE_BEYOND,
            Right.SET_SUPERVISION,
            Right.SEE_HELPED,
            Right.ANSWER_DATA_REQUESTS,
            Right.HANDLE,
            Right.VIEW_COCKPIT,
            Right.EXPORT_LEDGERS,
            Right.SHARE_LEDGERS,
            Right.DECIDE_EXPORTS,
        }
    )
    | _PUBLISHER,
    PostKind.DUTY_DESK: _DISPATCHER
    | _PUBLISHER
    | {Right.ANSWER_DATA_REQUESTS, Right.VIEW_COCKPIT, Right.SHARE_LEDGERS, Right.DECIDE_EXPORTS},
    PostKind.UNIT: _HANDLER | _KEEPER,
    PostKind.COMMUNITY_SECRETARY: _DISPATCHER | _PUBLISHER | {Right.SUPERVISE, Right.DECIDE_EXPORTS},
    PostKind.COMMUNITY_OFFICER: _DISPATCHER | _KEEPER,
    PostKind.GRID_SECRETARY: frozenset(
        {Right.VIEW_AREA, Right.VIEW_CASE, Right.HANDLE, Right.EXPORT_LEDGERS}
    ),
    PostKind.GRID_WORKER: _HANDLER | {Right.VIEW_CASE},
    PostKind.MICRO_GRID_CONTACT: frozenset({Right.VIEW_AREA, Right.ENTER_CASE}),
    PostKind.BUILDING_HEAD: _HANDLER,
    PostKind.HUB_HOUSEHOLD: frozenset({Right.VIEW_AREA, Right.ENTER_CASE}),
}
"""A handler without ``VIEW_CASE`` sees only the cases given to their post; with it, all cases of the area."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One current appointment: the post, the area it reaches, and what it allows there."""

    post_id: int
    post_kind: PostKind
    post_name: str
    area: ScopedArea
    rights: frozenset[Right]


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that a user's appointments and delegations amount to on a day."""

    user_id: int | None
    holdings: tuple[Holding, ...] = ()
    parties: tuple[int, ...] = ()
    administrator: str = ""
    stake_parties: tuple[int, ...] = ()
    stake_paths: tuple[str, ...] = ()
    """Member parties and buildings that the user is bound up with: walled off like one's own party."""

    def may(self, right: Right, *, path: str) -> bool:
        """Whether one of the posts allows ``right`` in the area with this path."""
        return any(
            right in holding.rights and path.startswith(holding.area.path) for holding in self.holdings
        )

    def holds_anywhere(self, right: Right) -> bool:
        """Whether one of the posts allows ``right`` in some area."""
        return any(right in holding.rights for holding in self.holdings)

    def areas_with(self, right: Right) -> tuple[ScopedArea, ...]:
        """The areas in which one of the posts allows ``right``."""
        return tuple(holding.area for holding in self.holdings if right in holding.rights)

    @property
    def posts(self) -> frozenset[int]:
        """Ids of the posts held."""
        return frozenset(holding.post_id for holding in self.holdings)

    @property
    def scope(self) -> Scope:
        """The areas and parties whose rows may be read at all."""
        return Scope(areas=outermost(holding.area for holding in self.holdings), parties=self.parties)

    @property
    def walled_parties(self) -> tuple[int, ...]:
        """The parties whose cases the user must not open: those they speak for, and those they have a stake in."""
        return tuple(sorted({*self.parties, *self.stake_parties}))

    @property
    def is_staff(self) -> bool:
        """Whether the user holds any post."""
        return bool(self.holdings)


NOBODY = Standing(user_id=None)


def outermost(areas: Iterable[ScopedArea]) -> tuple[ScopedArea, ...]:
    """The areas that lie in no other one of them."""
    kept: list[ScopedArea] = []
    for area in sorted(set(areas), key=lambda area: area.path):
        if not any(area.path.startswith(outer.path) for outer in kept):
            kept.append(area)
    return tuple(kept)


def standing_of(user: User | AnonymousUser, *, on: date | None = None) -> Standing:
    """Read appointments, delegations and administrator role of ``user`` as of ``on`` (today by default).

    The result is kept on the user object for the length of a request: two queries, whatever is asked of it.
    """
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    day = on or timezone.localdate()
    kept: tuple[date, Standing] | None = user.__dict__.get("_standing")
    if kept and kept[0] == day:
        return kept[1]
    with everywhere(EverywhereReason.SIGN_IN):
        standing = Standing(
            user_id=user.pk, holdings=tuple(_holdings(user, day)), **_bound_up_with(user, day)
        )
    user.__dict__["_standing"] = (day, standing)
    return standing


def forget_standing(user: User) -> None:
    """Read the standing anew the next time: something about it was changed."""
    user.__dict__.pop("_standing", None)


def _bound_up_with(user: User, day: date) -> dict[str, Any]:
    """Whom the user speaks for, what they have a stake in, and their administrator role, in one statement."""

    def rows(found: QuerySet[Any], sort: str, number: str, text: Any) -> Any:
        of_sort = found.order_by().annotate(sort=Value(sort), number=F(number), text=text)
        return of_sort.values_list("sort", "number", "text")

    spoken_for = Delegation.objects.on(day).filter(Q(party__status=PartyStatus.ACTIVE), user=user)
    found = rows(spoken_for, "party", "party_id", Value("")).union(
        rows(Stake.objects.on(day).filter(user=user), "stake", "party_id", Coalesce("area__path", Value(""))),
        rows(Administrator.objects.filter(user=user), "role", "user_id", F("role")),
        all=True,
    )
    of: dict[str, list[tuple[int | None, str]]] = {"party": [], "stake": [], "role": []}
    for sort, number, text in found:
        of[sort].append((number, text))
    return {
        "parties": tuple(sorted({number for number, _text in of["party"]})),
        "stake_parties": tuple(sorted({number for number, _text in of["stake"] if number is not None})),
        "stake_paths": tuple(sorted({path for number, path in of["stake"] if number is None})),
        "administrator": of["role"][0][1] if of["role"] else "",
    }


def _holdings(user: User, day: date) -> Iterable[Holding]:
    # Columns, not objects: it is read at every request, and an area brings its whole outline along.
    held = (
        Appointment.objects.on(day)
        .filter(user=user, post__area__retired_on__isnull=True)
        .order_by("post__area__path", "post_id")
        .values_list(
            "post_id", "post__kind", "post__name", "post__area_id", "post__area__kind", "post__area__path"
        )
    )
    for post_id, kind, name, area_id, level, path in held:
        yield Holding(
            post_id=post_id,
            post_kind=PostKind(kind),
            post_name=name,
            area=ScopedArea(pk=area_id, level=AreaKind(level).value, path=path),
            rights=RIGHTS_OF_POST[PostKind(kind)],
        )
