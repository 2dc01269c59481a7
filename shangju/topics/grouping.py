"""Which concerns are one matter: alike in words, at one place, near in time (docs/topics.md). Pure: no database, no clock.

``likeness of two = likeness of their words × nearness of their places × nearness in time``; then average linkage makes
groups of them. Who belongs together depends on what is given, never on its order.
"""

import math
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shangju.cases.likeness import METRES_PER_DEGREE, Nearness, Spot, metres_apart, nearness
from shangju.topics.linkage import JoiningRules, Link, average_linkage
from shangju.topics.names import agreement, contradict, weighed_names
from shangju.topics.words import (
    Vector,
    Vocabulary,
    folded,
    grown,
    likeness,
    own_words,
    shared_phrases,
    shared_pieces,
)

Progress = Callable[[str, int, int], None]
"""Hears which stage runs, how much of it is done, and of how much."""

COMPARING, JOINING = "comparing", "joining"


@dataclass(frozen=True, slots=True)
class Concern:
    """What is compared of one concern. ``key`` names it; ``reporter`` tells reporters apart and says nothing of them."""

    key: str
    title: str
    body: str = ""
    at: datetime | None = None
    spot: Spot | None = None
    place: str = ""
    reporter: str = ""
    me_too: int = 0


@dataclass(frozen=True, slots=True)
class GroupingRules:
    """What makes concerns one matter. The defaults are those of the running system; docs/topics.md tells why each.

    ``threshold``: so alike (0 to 1) the members of a group are on the average. ``window``: concerns further apart in
    time are not alike; none for any distance. ``radius``: of points, in metres. ``least``: members of a group.
    """

    threshold: float = 0.07
    window: timedelta | None = timedelta(days=30)
    radius: float = 200.0
    least: int = 3
    title_weight: int = 4
    """A piece in the title says as much as so many in the text."""
    compared_signs: int = 200
    """So much of a text is compared: what is the matter stands at its beginning."""
    most_pieces: int = 64
    """The weightiest pieces of a text that are compared."""
    at_known_place: float = 0.5
    """What likeness of words is worth at the very same place, falling to nothing at the radius: the further, the liker."""
    in_same_grid: float = 0.5
    """How near (0 to 1) two places of one grid are of which no more is known."""
    names_agree: float = 1.5
    names_contradict: float = 0.2
    """Where only the words name places: what likeness is worth if they name the same, or others of one kind."""
    share: float = 0.4
    """What joins a group must be so alike as a part of how alike its members are (``linkage.JoiningRules``)."""
    edge_of_window: float = 0.5
    """What it is worth at the end of the window."""
    common_piece: int = 600
    """What more texts say than this brings no two of them together by itself."""
    looked_at: int = 1500
    """So many entries of the index of pieces are looked at for one text, the weightiest pieces first."""
    neighbours: int = 400
    """So many of the latest concerns at one place are compared with the next one there."""


@dataclass(frozen=True, slots=True)
class Group:
    """Concerns that are one matter, earliest first, and why: the words that they share and how alike they are.

    ``centre`` is the one that is most like all others: its title speaks for the group.
    """

    members: tuple[Concern, ...]
    centre: Concern
    words: tuple[str, ...]
    place: str
    likeness: float
    first: datetime | None = None
    last: datetime | None = None


SHOWN_WORDS, SEEDS = 4, 24
SHARED_BY_MOST = 0.5
"""The part of a group that must name a place for it to be the group's."""


def group(
    concerns: Iterable[Concern], rules: GroupingRules | None = None, *, progress: Progress | None = None
) -> list[Group]:
    """The groups among ``concerns``, the largest first.

    Time grows with the number of concerns times what each is compared with, which the rules bound: a hundred thousand
    take a minute or two. Keys must be unique (``ValueError``).
    """
    rules, tell = rules or GroupingRules(), progress or _nothing
    ordered = sorted(concerns, key=_order)
    if len({concern.key for concern in ordered}) != len(ordered):
        raise ValueError("two concerns have the same key")
    compared = _Compared(ordered, rules)
    total = len(ordered)
    links = _Links(compared.links(lambda done: tell(COMPARING, done, total)))
    found = average_linkage(
        total,
        links,
        JoiningRules(rules.threshold, share=rules.share),
        tell=lambda done: tell(JOINING, done, total),
    )
    found = [numbers for numbers in found if len(numbers) >= rules.least]
    near = links.nearness_within(found)
    groups = [compared.group_of(numbers, near) for numbers in found]
    return sorted(groups, key=lambda each: (-len(each.members), each.members[0].key))


def _nothing(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def _order(concern: Concern) -> tuple[bool, float, str]:
    return (concern.at is not None, concern.at.timestamp() if concern.at else 0.0, concern.key)


def closeness(one: Spot, other: Spot, rules: GroupingRules) -> float | None:
    """How near two known places are: 1 the same, 0 apart; none where nothing certain tells."""
    near = nearness(one, other)
    if near >= Nearness.SAME_BUILDING:
        return 1.0
    if (metres := metres_apart(one, other)) is not None:
        return max(0.0, 1 - metres / rules.radius)
    if one.grid is not None and other.grid is not None:
        return rules.in_same_grid if near == Nearness.SAME_GRID else 0.0
    return None


class _Links:
    """The pairs that are alike, kept in few bytes each and gone through more than once."""

    def __init__(self, links: Iterable[Link]) -> None:
        self.alike, self.ones, self.others = array("d"), array("I"), array("I")
        for alike, one, other in links:
            self.alike.append(alike)
            self.ones.append(one)
            self.others.append(other)

    def __iter__(self) -> Iterator[Link]:
        return zip(self.alike, self.ones, self.others, strict=True)

    def nearness_within(self, groups: Sequence[Sequence[int]]) -> dict[int, float]:
        """For each member of a group the sum of its likenesses to the others of it."""
        group_of = {number: place for place, numbers in enumerate(groups) for number in numbers}
        near = dict.fromkeys(group_of, 0.0)
        for alike, one, other in self:
            if one in group_of and group_of[one] == group_of.get(other):
                near[one] += alike
                near[other] += alike
        return near


class _Entries:
    """Which texts say a piece, in their order, and how weighty it is in each."""

    __slots__ = ("numbers", "weights")

    def __init__(self) -> None:
        self.numbers, self.weights = array("I"), array("f")

    def add(self, number: int, weight: float) -> None:
        """The next text that says it."""
        self.numbers.append(number)
        self.weights.append(weight)


class _Compared:
    """The concerns in the order of time, each with its vector; gives the pairs that are worth comparing."""

    def __init__(self, concerns: Sequence[Concern], rules: GroupingRules) -> None:
        self.concerns, self.rules = concerns, rules
        self.vocabulary = Vocabulary()
        told = []
        for concern in concerns:
            title, body = folded(concern.title), folded(concern.body[: rules.compared_signs])
            self.vocabulary.add(title, body, title_weight=rules.title_weight)
            told.append((title, body))
        places = [folded(concern.place) for concern in concerns]
        self.names = weighed_names(
            [(f"{title} {place}", body) for (title, body), place in zip(told, places, strict=True)]
        )
        self.own = own_words([f"{title}\n{body}" for title, body in told])
        self.mostly_placed = 2 * sum(_is_certain(concern.spot) for concern in concerns) > len(concerns)
        self.vectors: list[Vector] = list(self.vocabulary.vectors(most_pieces=rules.most_pieces))
        self.times = [concern.at.timestamp() if concern.at else -math.inf for concern in concerns]
        self.least_link = rules.threshold / 2
        self._by_piece: dict[bool, dict[int, _Entries]] = {True: {}, False: {}}
        self._by_place: dict[tuple[object, ...], list[int]] = defaultdict(list)

    def links(self, tell: Callable[[int], None]) -> Iterator[Link]:
        """Every pair that is alike enough to count, the earlier first."""
        for number, concern in enumerate(self.concerns):
            tell(number + 1)
            if self.rules.window is not None and concern.at is None:
                continue  # nobody knows whether it lies in the window
            words = self.vectors[number].as_dict()
            begin = self._begin(number)
            for other in sorted(self._candidates(number, words, begin)):
                alike = self._alike(number, other, words)
                if alike >= self.least_link:
                    yield alike, other, number
            self._enter(number)

    def _begin(self, number: int) -> int:
        """The first concern that lies in the window of this one."""
        if self.rules.window is None:
            return 0
        return bisect_left(self.times, self.times[number] - self.rules.window.total_seconds())

    def _candidates(self, number: int, words: dict[int, float], begin: int) -> set[int]:
        found: set[int] = set()
        spot = self.concerns[number].spot
        for key in _places_around(spot, self.rules.radius):
            here = self._by_place.get(key, ())
            found.update(other for other in here[-self.rules.neighbours :] if other >= begin)
        # Those of certain places meet at their places; what names its place in words only may be anywhere.
        certain = _is_certain(spot)
        for is_certain in (False,) if certain else (False, True):
            found.update(self._with_like_words(words, self._by_piece[is_certain], begin))
        return found

    def _with_like_words(
        self, words: dict[int, float], by_piece: dict[int, _Entries], begin: int
    ) -> Iterator[int]:
        shared: dict[int, float] = defaultdict(float)
        left = self.rules.looked_at
        for piece, weight in words.items():
            entries = by_piece.get(piece)
            if entries is None:
                continue
            since = max(bisect_left(entries.numbers, begin), len(entries.numbers) - left)
            for other, other_weight in zip(entries.numbers[since:], entries.weights[since:], strict=True):
                shared[other] += weight * other_weight
            left -= len(entries.numbers) - since
        least = self.least_link / self.rules.names_agree
        return (other for other, alike in shared.items() if alike >= least)

    def _alike(self, number: int, other: int, words: dict[int, float]) -> float:
        alike = likeness(words, self.vectors[other]) * min(self.own[number], self.own[other])
        if alike * max(self.rules.names_agree, self.rules.at_known_place) < self.least_link:
            return 0.0
        return alike * self._nearness(number, other) * self._nearness_in_time(number, other)

    def _nearness(self, number: int, other: int) -> float:
        one, two = self.concerns[number].spot, self.concerns[other].spot
        near = closeness(one, two, self.rules) if one and two else None
        if near is not None:
            return near * self.rules.at_known_place
        names, others = self.names[number], self.names[other]
        if contradict(names, others):
            near = self.rules.names_contradict
        else:
            near = 1 + (self.rules.names_agree - 1) * agreement(names, others)
        if self.mostly_placed:
            # As two of one grid at the best; and of a form without a place nobody can tell what it is about.
            near *= (
                self.rules.in_same_grid * self.rules.at_known_place * min(self.own[number], self.own[other])
            )
        return near

    def _nearness_in_time(self, number: int, other: int) -> float:
        if self.rules.window is None:
            return 1.0
        part = abs(self.times[number] - self.times[other]) / self.rules.window.total_seconds()
        return 1 - (1 - self.rules.edge_of_window) * part if part <= 1 else 0.0

    def _enter(self, number: int) -> None:
        spot = self.concerns[number].spot
        for key in _places_of(spot, self.rules.radius):
            self._by_place[key].append(number)
        by_piece, vector = self._by_piece[_is_certain(spot)], self.vectors[number]
        for piece, weight in zip(vector.pieces, vector.weights, strict=True):
            if self.vocabulary.texts_with(piece) <= self.rules.common_piece:
                by_piece.setdefault(piece, _Entries()).add(number, weight)

    def group_of(self, numbers: Sequence[int], near: Mapping[int, float]) -> Group:
        """What is told of some concerns that belong together; ``near`` is the sum of each one's likenesses to the others."""
        pairs = len(numbers) * (len(numbers) - 1) // 2
        members = tuple(self.concerns[number] for number in numbers)
        times = [concern.at for concern in members if concern.at]
        texts = [self._text_of(concern) for concern in members]
        vectors = [self.vectors[number] for number in numbers]
        pieces = shared_pieces(vectors, self.vocabulary.words, most=SEEDS)
        return Group(
            members=members,
            centre=self.concerns[max(numbers, key=lambda number: (near[number], -number))],
            words=tuple(shared_phrases(texts, pieces, most=SHOWN_WORDS)),
            place=self._place_of(numbers, texts),
            likeness=min(1.0, sum(near[number] for number in numbers) / 2 / pairs),
            first=min(times, default=None),
            last=max(times, default=None),
        )

    def _place_of(self, numbers: Sequence[int], texts: Sequence[str]) -> str:
        """The place that most of them share, else the name in the words that most of them share, else nothing."""
        given: dict[str, int] = defaultdict(int)
        named: dict[str, float] = defaultdict(float)
        counted: dict[str, int] = defaultdict(int)
        for number in numbers:
            given[self.concerns[number].place] += 1
            for name, weight in self.names[number].weights.items():
                named[name] += weight
                counted[name] += 1
        needed = SHARED_BY_MOST * len(numbers)
        places = [place for place, count in given.items() if place and count >= needed]
        if places:
            return max(places, key=lambda place: (given[place], place))
        names = [name for name in named if counted[name] >= needed]
        return (
            grown(max(names, key=lambda name: (round(named[name], 6), len(name), name)), texts, side=-1)
            if names
            else ""
        )

    def _text_of(self, concern: Concern) -> str:
        return f"{folded(concern.title)} {folded(concern.body[: self.rules.compared_signs])}"


def _is_certain(spot: Spot | None) -> bool:
    """Whether a place is known so well that it tells which other known places lie elsewhere."""
    return spot is not None and (spot.grid is not None or spot.latitude is not None)


def _places_of(spot: Spot | None, radius: float) -> Iterator[tuple[object, ...]]:
    """Under what a place is entered."""
    if spot is None:
        return
    if spot.party is not None:
        yield "party", spot.party
    if spot.building is not None:
        yield "building", spot.building
    if spot.grid is not None:
        yield "grid", spot.grid
    if spot.note:
        yield "note", spot.grid, spot.note
    if spot.latitude is not None and spot.longitude is not None:
        yield "cell", *_cell(spot.latitude, spot.longitude, radius)


def _places_around(spot: Spot | None, radius: float) -> Iterator[tuple[object, ...]]:
    """Under what a place near this one is found: the same, and the eight cells around its own."""
    if spot is None:
        return
    yield from _places_of(spot, radius)
    if spot.latitude is not None and spot.longitude is not None:
        south, west = _cell(spot.latitude, spot.longitude, radius)
        for north in (-1, 0, 1):
            for east in (-1, 0, 1):
                if north or east:
                    yield "cell", south + north, west + east


def _cell(latitude: float, longitude: float, radius: float) -> tuple[int, int]:
    """The square of the size of the radius in which a point lies; its width is right at the middle of its row."""
    row = math.floor(latitude * METRES_PER_DEGREE / radius)
    middle = math.radians(min(89.0, abs((row + 0.5) * radius / METRES_PER_DEGREE)))
    return row, math.floor(longitude * METRES_PER_DEGREE * math.cos(middle) / radius)
