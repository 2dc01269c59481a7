"""``shangju recompute``: all figures anew from the history, or a comparison of what is shown with what it says."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Max, Min

from shangju.cases.models import Case, CaseEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.keeping import FACTS, fresh_rounds, key_of, store_rounds
from shangju.measures.models import COUNTED, DayFlow, ReadTo, Round, Tally
from shangju.measures.periods import DAY, first_of_month
from shangju.measures.recounting import recount
from shangju.measures.tallies import day_tallies, flows_of_subdistrict, month_tallies

CASES_AT_ONCE = 1_000
DAYS_AT_ONCE = 31

Progress = Callable[[int], None]
"""Is told how many cases were read so far."""


Row = TypeVar("Row", Tally, DayFlow)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which what is shown is not what the history says."""

    where: str
    shown: str
    found: str


def recompute(*, now: datetime, progress: Progress = lambda _done: None) -> int:
    """Read every case anew and count everything anew; how many cases there are. The worker's reading goes on after it."""
    with everywhere(EverywhereReason.VERIFICATION):
        last = CaseEvent.objects.aggregate(last=Max("pk"))["last"] or 0
        done = 0
        for cases in _all_cases():
            # What is added to a history meanwhile comes after ``last`` and is read by the worker.
            rounds = fresh_rounds(cases)
            with transaction.atomic():
                store_rounds(rounds)
            done += len(cases)
            progress(done)
        recount()
        ReadTo.objects.update_or_create(pk=1, defaults={"event": last, "read_at": now})
        return done


def _chunks(days: list[date]) -> Iterator[list[date]]:
    """Days of one month at a time, so that no month is counted twice."""
    of_month: dict[date, list[date]] = {}
    for day in days:
        of_month.setdefault(first_of_month(day), []).append(day)
    yield from of_month.values()


def _all_days() -> dict[int, list[date]]:
    """Every calendar day from the first to the last that anything is counted in, for each sub-district."""
    rows = (
        Round.objects.order_by()
        .values("subdistrict")
        .annotate(
            first=Min("begun_on"),
            due=Max("day"),
            ended=Max("ended_on"),
            begun=Max("begun_on"),
            earliest=Min("day"),
        )
    )
    found = {}
    for row in rows:
        first = min(row["first"], row["earliest"])
        last = max(row["due"], row["begun"], row["ended"] or row["begun"])
        found[row["subdistrict"]] = [first + DAY * number for number in range((last - first).days + 1)]
    return found


def differences(*, progress: Progress = lambda _done: None) -> Iterator[Difference]:
    """Everything that is shown otherwise than the history says, rounds first, then what is counted of them."""
    with everywhere(EverywhereReason.VERIFICATION):
        done = 0
        for cases in _all_cases():
            yield from _of_rounds(cases)
            done += len(cases)
            progress(done)
        for subdistrict, days in _all_days().items():
            for some in _chunks(days):
                yield from _of_counts(subdistrict, some)


def _all_cases() -> Iterator[list[int]]:
    last = 0
    while True:
        found = list(
            Case.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CASES_AT_ONCE]
        )
        if not found:
            return
        last = found[-1]
        yield found


def _of_rounds(cases: list[int]) -> Iterator[Difference]:
    names = ["history_length", *FACTS]
    stored = {key_of(each): each for each in Round.objects.filter(case__in=cases).select_related("case")}
    for fresh in fresh_rounds(cases):
        shown = stored.pop(key_of(fresh), None)
        where = f"{fresh.case.number} round {fresh.number}"
        if shown is None:
            yield Difference(where, "nothing", "a round")
            continue
        for name in names:
            if getattr(shown, name) != getattr(fresh, name):
                yield Difference(f"{where} {name}", str(getattr(shown, name)), str(getattr(fresh, name)))
    for shown in stored.values():
        yield Difference(f"{shown.case.number} round {shown.number}", "a round", "nothing")


def _of_counts(subdistrict: int, days: list[date]) -> Iterator[Difference]:
    month = first_of_month(days[0])
    tallies = Tally.objects.filter(subdistrict=subdistrict)
    yield from _compared(
        tallies.filter(grain=Tally.Grain.DAY, first__in=days),
        day_tallies(subdistrict, days),
        _tally_key,
        COUNTED,
    )
    yield from _compared(
        tallies.filter(grain=Tally.Grain.MONTH, first=month),
        month_tallies(subdistrict, [month]),
        _tally_key,
        COUNTED,
    )
    yield from _compared(
        DayFlow.objects.filter(subdistrict=subdistrict, day__in=days),
        flows_of_subdistrict(subdistrict, days),
        lambda flow: f"flow of area {flow.subdistrict_id} on {flow.day}",
        ("received", "reopened", "resolved", "ended_aside", "hours"),
    )


def _tally_key(tally: Tally) -> str:
    part = f" {tally.dimension} {tally.key}" if tally.dimension else ""
    return f"{tally.grain} {tally.first} of area {tally.area_id}{part}"


def _compared(
    shown: Iterable[Row], found: Iterable[Row], key: Callable[[Row], str], names: Iterable[str]
) -> Iterator[Difference]:
    stored: Mapping[str, Row] = {key(each): each for each in shown}
    fresh = {key(each): each for each in found}
    for where in sorted(stored.keys() | fresh.keys()):
        values = [
            {name: getattr(rows[where], name) for name in names} if where in rows else {}
            for rows in (stored, fresh)
        ]
        if values[0] != values[1]:
            unlike = {name for name in names if values[0].get(name) != values[1].get(name)}
            shown_text, found_text = (
                ", ".join(f"{name} {value}" for name, value in each.items() if name in unlike) or "nothing"
                for each in values
            )
            yield Difference(where, shown_text, found_text)
