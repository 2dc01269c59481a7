"""The walls around a case (cases.md §7): whoever belongs to what it is about, or has a stake in it, stays outside.

One sentence three ways: as a condition on lists (:func:`behind_wall`), of one case and one standing
(:func:`is_walled_off`), and as the users who stand behind the wall of one case or of several (:func:`users_behind_walls`).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from shangju.cases.models import Case, Recusal
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.models import Delegation
from shangju.posts.models import Appointment, Post, Stake
from shangju.posts.rights import Standing
from shangju.posts.stakes import stakes_touching


def about(parties: tuple[int, ...]) -> Q:
    """Cases that concern one of the parties, or happen at its place."""
    return Q(concerned_party_id__in=parties, concerned_party_id__isnull=False) | Q(
        place_party_id__in=parties, place_party_id__isnull=False
    )


def behind_wall(standing: Standing) -> Q:
    """The cases that ``standing`` must not open: about a party or building of theirs, or left by themselves."""
    left = Recusal.objects.filter(case_id=OuterRef("pk"), user_id=standing.user_id)
    walled = Q(Exists(left))
    if standing.walled_parties:
        walled |= about(standing.walled_parties)
    for path in standing.stake_paths:
        walled |= Q(area_path__startswith=path)
    return walled


def is_walled_off(standing: Standing, case: Case) -> bool:
    """:func:`behind_wall`, asked of one case."""
    if {case.concerned_party_id, case.place_party_id} & set(standing.walled_parties):
        return True
    if any(case.area_path.startswith(path) for path in standing.stake_paths):
        return True
    if not standing.is_staff or standing.user_id is None:
        return False
    stayed = _known_to_stay(case)
    if standing.user_id not in stayed:
        if case.recusals.filter(user_id=standing.user_id).exists():
            return True
        stayed.add(standing.user_id)
    return False


def found_by(standing: Standing, case: Case) -> Case:
    """Remember that a query outside the wall gave ``case``: the object need not be asked once more."""
    if standing.user_id is not None:
        _known_to_stay(case).add(standing.user_id)
    return case


def _known_to_stay(case: Case) -> set[int]:
    """Who is known not to have stepped aside; kept on the object in memory. A move locks and reads a new one."""
    stayed: set[int] = case.__dict__.setdefault("_known_to_stay", set())
    return stayed


def users_behind_wall(case: Case, *, day: date) -> set[int]:
    """Ids of everybody whom the wall of ``case`` keeps out on ``day``, whatever posts they hold."""
    return users_behind_walls([case], day=day)[0]


@dataclass(frozen=True, slots=True)
class _Terms:
    """All delegations and stakes there are, whenever they hold."""

    delegations: tuple[Delegation, ...]
    stakes: tuple[Stake, ...]


_steady: ContextVar[_Terms | None] = ContextVar("steady_walls", default=None)


@contextmanager
def steady_walls() -> Iterator[None]:
    """Use delegations and stakes as they are now for all of a batch that changes none, without asking for each case.

    For what takes thousands of cases through their moves at once; the caller opened the scope for that.
    """
    with everywhere(EverywhereReason.WALL):
        terms = _Terms(tuple(Delegation.objects.all()), tuple(Stake.objects.all()))
    token = _steady.set(terms)
    try:
        yield
    finally:
        _steady.reset(token)


def _delegations_of(parties: set[int], day: date) -> Iterable[Delegation]:
    steady = _steady.get()
    if steady is not None:
        return [row for row in steady.delegations if row.party_id in parties and row.holds_on(day)]
    found: Iterable[Delegation] = Delegation.objects.on(day).filter(party_id__in=parties) if parties else ()
    return found


def _stakes_in(parties: set[int], areas: set[int], day: date) -> list[Stake]:
    steady = _steady.get()
    if steady is not None:
        return [row for row in steady.stakes if row.holds_on(day)]  # each case looks for its own among them
    return stakes_touching(parties=parties, areas=areas, day=day)


def users_behind_walls(cases: Sequence[Case], *, day: date) -> list[set[int]]:
    """:func:`users_behind_wall` of each of ``cases``, in their order, in three statements."""
    parties = {party for case in cases for party in parties_of(case)}
    areas = {area for case in cases for area in _areas_above(case)}
    with everywhere(EverywhereReason.WALL):
        member_of = [(row.party_id, row.user_id) for row in _delegations_of(parties, day)]
        stored = [case.pk for case in cases if case.pk]
        left = Recusal.objects.filter(case_id__in=stored).values_list("case_id", "user_id")
        left_from = list(left) if stored else []
        stakes = _stakes_in(parties, areas, day)
    behind = []
    for case in cases:
        theirs, above = parties_of(case), _areas_above(case)
        users = {user for party, user in member_of if party in theirs}
        users |= {user for number, user in left_from if number == case.pk}
        users |= {
            stake.user_id
            for stake in stakes
            if (stake.party_id in theirs if stake.party_id else stake.area_id in above)
        }
        behind.append(users)
    return behind


def parties_of(case: Case) -> set[int]:
    """Ids of the members that ``case`` concerns or at whose place it happens."""
    return {pk for pk in (case.concerned_party_id, case.place_party_id) if pk is not None}


def _areas_above(case: Case) -> set[int]:
    return {int(part) for part in case.area_path.strip("/").split("/")}


def posts_without_free_holder(
    posts: Iterable[Post], case: Case, *, day: date, also_walled: Iterable[int] = ()
) -> list[Post]:
    """Those of ``posts`` that somebody holds, but nobody who stands outside the wall of ``case``."""
    wanted = {post.pk: post for post in posts}
    walled = users_behind_wall(case, day=day) | set(also_walled)
    if not walled:
        return []
    holders: dict[int, set[int]] = {}
    with everywhere(EverywhereReason.WALL):
        terms = Appointment.objects.on(day).filter(post_id__in=wanted, user__is_active=True)
        for post_id, user_id in terms.values_list("post_id", "user_id"):
            holders.setdefault(post_id, set()).add(user_id)
    return [wanted[pk] for pk, users in holders.items() if users <= walled]
