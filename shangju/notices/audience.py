"""Who is to hear of history rows: read for all rows of a batch at once, in the same number of statements for 1 and 50."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from shangju.accounts.models import User
from shangju.cases.models import Case, CaseAssistant, CaseEvent, ReporterContact
from shangju.cases.rungs import Receiver
from shangju.cases.walls import users_behind_walls
from shangju.cases.workflow import MoveName, State
from shangju.notices import wording
from shangju.parties.models import Delegation, PartyStatus
from shangju.posts.models import Appointment, PostKind
from shangju.posts.rights import RIGHTS_OF_POST, Right

DISPATCHING_POSTS = frozenset(kind for kind, rights in RIGHTS_OF_POST.items() if Right.DISPATCH in rights)
RECEIVING_POSTS: dict[str, PostKind] = {
    Receiver.GRID_SECRETARY: PostKind.GRID_SECRETARY,
    Receiver.COMMUNITY_SECRETARY: PostKind.COMMUNITY_SECRETARY,
    Receiver.TASK_FORCE: PostKind.TASK_FORCE,
    Receiver.LEADER: PostKind.SUBDISTRICT_LEADER,
}
IN_HANDS = (State.DISPATCHED, State.IN_PROGRESS)
"""States in which the lead handler has to act; in the others it is the dispatcher."""
DECIDING_POSTS = frozenset(kind for kind, rights in RIGHTS_OF_POST.items() if Right.DECIDE_BEYOND in rights)


@dataclass(frozen=True, slots=True)
class Audience:
    """Reporters, holders of posts and members' delegates around some cases, as they are at one instant."""

    now: datetime
    contacts: dict[int, ReporterContact]
    walled: dict[int, set[int]]
    nearby: list[Appointment]
    """Terms in dispatching, deciding and supervising posts of the areas that hold the places."""
    holders: dict[int, list[User]]
    """By post: of those that handle or assist."""
    assisting: dict[int, list[int]]
    """By case: posts."""
    delegates: dict[int, list[User]]
    """By member party."""
    askers: dict[int, User]
    """Who asked for the looks that were decided, and who issued the orders that wait for a reply."""

    def staff(self) -> set[User]:
        """Everybody among them who is told as staff."""
        holders = {user for users in self.holders.values() for user in users}
        return holders | {term.user for term in self.nearby} | set(self.askers.values())

    def users(self, *ids: int) -> list[User]:
        """Those of them who may still sign in."""
        return [self.askers[pk] for pk in ids if pk in self.askers]

    def contact_of(self, case: Case) -> ReporterContact | None:
        """The reporter's contact, where there is one."""
        return self.contacts.get(case.pk)

    def walled_off_from(self, case: Case) -> set[int]:
        """Ids of the users who must not hear of the case, whatever posts they hold (cases.md §7)."""
        return self.walled[case.pk]

    def dispatchers_of(self, case: Case, *, other_than: int | None = None) -> list[User]:
        """Holders of dispatching posts nearest to the place: the community's own, else those further up.

        ``other_than`` is who asked: where they are the only one near, the next further up must decide.
        """
        return self._nearest(case, DISPATCHING_POSTS, other_than=other_than)

    def task_force_of(self, case: Case) -> list[User]:
        """Holders of the posts that decide beyond the dispatcher, nearest to the place."""
        return self._nearest(case, DECIDING_POSTS)

    def receivers_of(self, case: Case, receiver: str) -> list[User]:
        """Who hears of a rung of the ladder (docs/adr/0012): of each sort, the nearest to the place."""
        if receiver == Receiver.RESPONSIBLE:
            return self.handlers_of(case) if case.state in IN_HANDS else self.dispatchers_of(case)
        return self._nearest(case, frozenset({RECEIVING_POSTS[receiver]}))

    def handlers_of(self, case: Case) -> list[User]:
        """Who holds the post that leads the case."""
        return self.holders.get(case.handler_post_id, []) if case.handler_post_id else []

    def assistants_of(self, case: Case) -> list[User]:
        """Who holds a post that assists."""
        return [user for post in self.assisting.get(case.pk, ()) for user in self.holders.get(post, ())]

    def delegates_of(self, party_id: int) -> list[User]:
        """Who speaks for a member in good standing."""
        return self.delegates.get(party_id, [])

    def _nearest(
        self, case: Case, kinds: frozenset[PostKind], *, other_than: int | None = None
    ) -> list[User]:
        fitting = [
            term
            for term in self.nearby
            if term.post.kind in kinds
            and case.area_path.startswith(term.post.area.path)
            and term.user_id != other_than
        ]
        nearest = max((term.post.area.path for term in fitting), key=len, default="")
        return [term.user for term in fitting if term.post.area.path == nearest]


def audience_of(events: Sequence[CaseEvent], *, now: datetime) -> Audience:
    """Everybody around the cases of ``events``; the events come with their cases loaded."""
    day = timezone.localdate(now)
    cases = list({event.case_id: event.case for event in events}.values())
    assisting = defaultdict(list)
    for case_id, post_id in CaseAssistant.objects.filter(case__in=cases).values_list("case_id", "post_id"):
        assisting[case_id].append(post_id)
    posts = {case.handler_post_id for case in cases} | {post for some in assisting.values() for post in some}
    return Audience(
        now=now,
        contacts={row.case_id: row for row in ReporterContact.objects.filter(case__in=cases)},
        walled=dict(zip((case.pk for case in cases), users_behind_walls(cases, day=day), strict=True)),
        nearby=_nearby(cases, day),
        holders=_holders({post for post in posts if post is not None}, day),
        assisting=dict(assisting),
        delegates=_delegates({party for event in events if (party := party_told(event))}, day),
        askers=_askers(
            {
                event.data[name]
                for event in events
                for name in ("asked_by", "ordered_by")
                if event.data.get(name)
            }
        ),
    )


def _nearby(cases: Iterable[Case], day: date) -> list[Appointment]:
    above = {int(part) for case in cases for part in case.area_path.strip("/").split("/")}
    terms = Appointment.objects.on(day).filter(
        post__kind__in=DISPATCHING_POSTS | DECIDING_POSTS | set(RECEIVING_POSTS.values()),
        post__area_id__in=above,
        user__is_active=True,
    )
    return list(terms.select_related("user", "post__area").order_by("pk"))


def _holders(posts: set[int], day: date) -> dict[int, list[User]]:
    holders = defaultdict(list)
    terms = Appointment.objects.on(day).filter(Q(post_id__in=posts), user__is_active=True)
    for term in terms.select_related("user").order_by("pk"):
        holders[term.post_id].append(term.user)
    return dict(holders)


def _delegates(parties: set[int], day: date) -> dict[int, list[User]]:
    delegates = defaultdict(list)
    if parties:
        terms = Delegation.objects.on(day).filter(
            party_id__in=parties, party__status=PartyStatus.ACTIVE, user__is_active=True
        )
        for term in terms.select_related("user").order_by("pk"):
            delegates[term.party_id].append(term.user)
    return dict(delegates)


def _askers(ids: set[int]) -> dict[int, User]:
    return User.objects.filter(is_active=True).in_bulk(ids) if ids else {}


def party_told(event: CaseEvent) -> int | None:
    """The member party that hears of the row: the one that it concerns, that handles the case, or from which it climbs."""
    if event.kind in wording.TOLD_TO_PARTY:
        named = event.data.get("party")
        return int(named) if named else None
    if event.kind == MoveName.ESCALATE:
        earlier = event.data.get("from_party")
        return int(earlier) if earlier else None
    if event.kind in wording.TOLD_TO_HANDLING_PARTY:
        return event.case.handler_party_id
    return None
