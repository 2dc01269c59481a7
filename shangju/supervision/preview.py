"""What a ladder would have done in a past month: the stored clocks, walked with the functions of the sweep.

It cannot know that a climb would have changed what came after: a new handler might have been quicker. The page says so.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from shangju.cases.models import CaseClock, LadderMark
from shangju.cases.rungs import RungAction
from shangju.deadlines.queries import reference
from shangju.supervision.ladder import Promise, RungRule, instants

CLOCKS_AT_MOST = 50_000
"""A month of a large sub-district; beyond it the preview is of the newest and says so."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One rung: in how many cases it would have been climbed how often, and how often it was in truth."""

    rule: RungRule
    times: int
    cases: int
    happened: int

    @property
    def is_off(self) -> bool:
        """Whether the ladder does nothing on this rung."""
        return self.rule.action == RungAction.NOTHING


@dataclass(frozen=True, slots=True)
class Preview:
    """The rungs in order; ``is_cut`` where there were more clocks than are looked at."""

    rows: tuple[PreviewRow, ...]
    is_cut: bool


def preview_ladder(
    subdistrict_id: int, ladder: Sequence[RungRule], *, begin: datetime, end: datetime
) -> Preview:
    """What ``ladder`` would have done from ``begin`` until before ``end``, in the reader's scope."""
    clocks = list(_clocks(subdistrict_id, begin=begin, end=end)[: CLOCKS_AT_MOST + 1])
    is_cut = len(clocks) > CLOCKS_AT_MOST
    times: dict[str, int] = defaultdict(int)
    cases: dict[str, set[int]] = defaultdict(set)
    calendar = reference().calendar(subdistrict_id)
    for clock, rivals in _with_rivals(clocks[:CLOCKS_AT_MOST]):
        promise = Promise(clock.orange_at, clock.due_at, clock.purple_at)
        for rule, instant in instants(promise, ladder, calendar=calendar):
            if begin <= instant < end and _leads(clock, rivals, at=instant):
                times[rule.rung] += 1
                cases[rule.rung].add(clock.case_id)
    happened = _happened(subdistrict_id, begin=begin, end=end)
    rows = [
        PreviewRow(rule, times[rule.rung], len(cases[rule.rung]), happened.get(rule.rung, 0))
        for rule in ladder
    ]
    return Preview(tuple(rows), is_cut)


def _clocks(subdistrict_id: int, *, begin: datetime, end: datetime) -> QuerySet[CaseClock]:
    running = Q(stopped_at__isnull=True) | Q(stopped_at__gte=begin)
    found = CaseClock.objects.filter(
        running, case__subdistrict_id=subdistrict_id, started_at__lt=end, orange_at__lt=end
    )
    fields = ("case_id", "step", "started_at", "stopped_at", "orange_at", "due_at", "purple_at")
    return found.only(*fields).order_by("-case_id", "pk")


def _with_rivals(clocks: Sequence[CaseClock]) -> Iterable[tuple[CaseClock, list[CaseClock]]]:
    of_case: dict[int, list[CaseClock]] = defaultdict(list)
    for clock in clocks:
        of_case[clock.case_id].append(clock)
    for clock in clocks:
        yield clock, of_case[clock.case_id]


def _leads(clock: CaseClock, rivals: Sequence[CaseClock], *, at: datetime) -> bool:
    """Whether ``clock`` ran at that instant and was the earliest of its case, whose light people saw."""
    running = [rival for rival in rivals if _runs(rival, at)]
    return _runs(clock, at) and min(running, key=lambda rival: (rival.due_at, rival.step)) is clock


def _runs(clock: CaseClock, at: datetime) -> bool:
    return clock.started_at <= at and (clock.stopped_at is None or at < clock.stopped_at)


def _happened(subdistrict_id: int, *, begin: datetime, end: datetime) -> dict[str, int]:
    marks = LadderMark.objects.filter(
        case__subdistrict_id=subdistrict_id, made_at__gte=begin, made_at__lt=end
    )
    counted: dict[str, int] = defaultdict(int)
    for rung in marks.values_list("rung", flat=True):
        counted[rung] += 1
    return dict(counted)
