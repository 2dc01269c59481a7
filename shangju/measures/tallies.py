"""Counting ahead: whole days, months by each dimension, and what came and went each day.

Always counted anew from the rounds of a day or month, never added to: whatever was interrupted, the next count is right.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from shangju.measures.counting import EACH, KEYS, Counts, added, counted_by, counts_in, month_key
from shangju.measures.models import COUNTED, DayFlow, Dimension, Round, Tally
from shangju.measures.periods import DAY, Period, first_of_month, month_of

PARTED = (Dimension.CATEGORY, Dimension.CHANNEL, Dimension.CLASS, Dimension.HANDLER)
"""The dimensions that months of a sub-district are counted by; areas have tallies of their own."""

ROWS = 1_000


@dataclass(slots=True)
class Touched:
    """Of which sub-districts which days have to be counted anew."""

    due: dict[int, set[date]] = field(default_factory=lambda: defaultdict(set))
    flows: dict[int, set[date]] = field(default_factory=lambda: defaultdict(set))

    def add(self, rounds: Iterable[Round]) -> None:
        """The days that these rounds are counted in."""
        for each in rounds:
            self.due[each.subdistrict_id].add(each.day)
            self.flows[each.subdistrict_id].add(each.begun_on)
            if each.ended_on is not None:
                self.flows[each.subdistrict_id].add(each.ended_on)


def count_anew(touched: Touched) -> None:
    """Replace the tallies and flows of all that was touched; in the order of the ids, so that nobody waits crosswise."""
    for subdistrict in sorted(touched.due):
        days = sorted(touched.due[subdistrict])
        _replace_tallies(subdistrict, Tally.Grain.DAY, days, day_tallies(subdistrict, days))
        months = sorted({first_of_month(day) for day in days})
        _replace_tallies(subdistrict, Tally.Grain.MONTH, months, month_tallies(subdistrict, months))
    for subdistrict in sorted(touched.flows):
        days = sorted(touched.flows[subdistrict])
        DayFlow.objects.filter(subdistrict=subdistrict, day__in=days).delete()
        DayFlow.objects.bulk_create(flows_of_subdistrict(subdistrict, days), batch_size=ROWS)


def _replace_tallies(subdistrict: int, grain: str, firsts: Sequence[date], tallies: Iterable[Tally]) -> None:
    Tally.objects.filter(subdistrict=subdistrict, grain=grain, first__in=firsts).delete()
    Tally.objects.bulk_create(tallies, batch_size=ROWS)


def day_tallies(subdistrict: int, days: Sequence[date]) -> list[Tally]:
    """The tallies of whole days, unsaved."""
    rounds = Round.objects.filter(subdistrict=subdistrict, day__in=days)
    parts = counted_by(rounds, "day", key=KEYS[Dimension.WHOLE])
    return _tallies(subdistrict, Tally.Grain.DAY, Dimension.WHOLE, _of_no_community(parts))


def month_tallies(subdistrict: int, months: Sequence[date]) -> list[Tally]:
    """The tallies of whole months, all together and, of the sub-district, by each dimension, unsaved."""
    within = Q()
    for month in months:
        period = month_of(month)
        within |= Q(day__gte=period.first, day__lte=period.last)
    rounds = Round.objects.filter(within, subdistrict=subdistrict)
    whole = counted_by(rounds, "community", month=month_key(), key=KEYS[Dimension.WHOLE])
    found = _tallies(subdistrict, Tally.Grain.MONTH, Dimension.WHOLE, whole)
    for dimension in PARTED:
        parts = counted_by(rounds, month=month_key(), key=KEYS[dimension])
        found += _tallies(subdistrict, Tally.Grain.MONTH, dimension, _of_no_community(parts))
    return found


def _of_no_community(
    parts: Iterable[tuple[tuple[Any, ...], Counts]],
) -> Iterator[tuple[tuple[Any, ...], Counts]]:
    """Parts of the whole sub-district in the shape of those that are told apart by community."""
    yield from (((None, *part), counts) for part, counts in parts)


def _tallies(
    subdistrict: int, grain: str, dimension: str, parts: Iterable[tuple[tuple[Any, ...], Counts]]
) -> list[Tally]:
    """One for the sub-district and one for each community, out of parts by (community, first day, key)."""
    gathered: dict[tuple[int, date, str], list[Counts]] = defaultdict(list)
    for (community, first, key), counts in parts:
        gathered[subdistrict, first, key].append(counts)
        if community is not None:
            gathered[community, first, key].append(counts)
    return [
        Tally(
            area_id=area,
            subdistrict_id=subdistrict,
            grain=grain,
            first=first,
            dimension=dimension,
            key=key,
            **added(counts),
        )
        for (area, first, key), counts in gathered.items()
    ]


def counts_of(tally: Tally) -> Counts:
    """The counters of a stored tally."""
    return counts_in({name: getattr(tally, name) for name in COUNTED}, prefix="")


def flows_of_subdistrict(subdistrict: int, days: Sequence[date]) -> list[DayFlow]:
    """What came and went on these days in the whole sub-district, to be stored."""
    flows = day_flows(Round.objects.filter(subdistrict=subdistrict), days)
    for flow in flows:
        flow.subdistrict_id = subdistrict
    return flows


def day_flows(rounds: QuerySet[Round], days: Sequence[date]) -> list[DayFlow]:
    """What came and went on these days among the ``rounds``, without the area that they are of."""
    flows: dict[date, DayFlow] = {}

    def flow(day: date) -> DayFlow:
        return flows.setdefault(day, DayFlow(day=day, hours=[0] * 24))

    for row in _begun(rounds, days):
        _take_begun(flow(row["begun_on"]), row)
    for row in _ended(rounds, days):
        _take_ended(flow(row["ended_on"]), row)
    return list(flows.values())


def _take_begun(flow: DayFlow, row: dict[str, Any]) -> None:
    flow.reopened += row["again"]
    flow.received += row["count"] - row["again"]
    flow.hours[row["begun_hour"]] += row["count"] - row["again"]


def _take_ended(flow: DayFlow, row: dict[str, Any]) -> None:
    flow.ended_aside += row["aside"]
    flow.resolved += row["count"] - row["aside"]


def _begun(rounds: QuerySet[Round], days: Sequence[date]) -> Any:
    parts = rounds.filter(_on("begun_on", days)).order_by().values("begun_on", "begun_hour")
    return parts.annotate(count=Count("*"), again=Count(EACH, filter=Q(number__gt=0)))


def _ended(rounds: QuerySet[Round], days: Sequence[date]) -> Any:
    parts = rounds.filter(_on("ended_on", days)).order_by().values("ended_on")
    return parts.annotate(count=Count("*"), aside=Count(EACH, filter=Q(is_aside=True)))


def _on(column: str, days: Sequence[date]) -> Q:
    """These days, as few spans as they make."""
    within = Q()
    for span in spans(days):
        within |= Q(**{f"{column}__gte": span.first, f"{column}__lte": span.last})
    return within


def spans(days: Sequence[date]) -> Iterator[Period]:
    """The unbroken spans of sorted days."""
    begin = None
    for day, following in zip(days, [*days[1:], None], strict=True):
        begin = begin or day
        if following is None or following - day > DAY:
            yield Period(begin, day)
            begin = None
