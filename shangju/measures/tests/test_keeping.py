"""What is counted ahead is what the rounds say, and the rounds are what the history says, whatever was done between."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.utils import timezone

from shangju.areas.models import Area, AreaKind
from shangju.cases.tests.stories import case_in, go
from shangju.cases.tests.test_lifecycle import Walk
from shangju.cases.workflow import Channel, State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures import keeping
from shangju.measures.counting import POST
from shangju.measures.definitions import MEASURES, MeasureName, Part
from shangju.measures.keeping import FACTS, keep_figures, read_cases
from shangju.measures.models import COUNTED, DayFlow, Dimension, ReadTo, Round, Tally
from shangju.measures.periods import Period, day_of, month_of, week_of
from shangju.measures.queries import (
    Asked,
    counted_anew,
    counting_rounds,
    figures_by,
    figures_of,
    flows_of,
    is_counted_ahead,
    rounds_in,
)
from shangju.measures.recomputing import differences, recompute
from tests.street import Street

pytestmark = pytest.mark.django_db

SEEDS = (11, 12)
STEPS = 60


def stored() -> tuple[list[object], list[object], list[object]]:
    """All that is shown, in an order of its own."""
    tally = ("area_id", "subdistrict_id", "grain", "first", "dimension", "key")
    return (
        list(
            Round.objects.order_by("case", "number").values_list(
                "case_id", "number", "history_length", *FACTS
            )
        ),
        list(Tally.objects.order_by(*tally).values_list(*tally, *COUNTED)),
        list(
            DayFlow.objects.order_by("subdistrict", "day").values_list(
                "subdistrict_id", "day", "received", "reopened", "resolved", "ended_aside", "hours"
            )
        ),
    )


def periods(draw: Random, begin: date, end: date) -> list[Period]:
    """A month, a week, the whole, and spans at random."""
    days = (end - begin).days + 1
    some = [sorted(begin + timedelta(days=draw.randrange(days)) for _end in range(2)) for _span in range(3)]
    return [month_of(begin), week_of(begin), Period(begin, end), *(Period(*span) for span in some)]


@pytest.mark.parametrize("seed", SEEDS)
def test_shown_is_what_the_history_says_after_any_walk(street: Street, now: datetime, seed: int) -> None:
    """The reading goes along with the walk; at its end nothing differs, and all of it anew is the same again."""
    walk = Walk(street, now, seed)
    for _step in range(STEPS):
        walk.step()
        if walk.draw.random() < 0.3:
            keep_figures(walk.now)
    again = case_in(State.CLOSED, street, now=walk.now)
    keep_figures(walk.now)
    go(again, "reopen", "reporter", street, now=walk.now + timedelta(hours=1))
    keep_figures(walk.now)
    with everywhere(EverywhereReason.VERIFICATION):
        assert list(differences()) == []
        kept = stored()
        assert Round.objects.filter(case=again).count() == 2
        recompute(now=walk.now)
        assert stored() == kept
        figures_are_their_rounds(street, walk)


def figures_are_their_rounds(street: Street, walk: Walk) -> None:
    """Whatever is asked: what is counted ahead is what is counted anew, and each figure has its very rows."""
    begin = day_of(walk.now) - timedelta(days=40)
    ways = {True: 0, False: 0}
    areas = [street.areas[name] for name in ("subdistrict", "first", "grid")]
    for period in periods(walk.draw, begin, day_of(walk.now) + timedelta(days=20)):
        for area in areas:
            for asked, dimension in questions(area, period, walk):
                ways[is_counted_ahead(asked, dimension)] += 1
                its_rounds_answer_for(asked, dimension)
            if has_parts(area):
                flows_are_their_rounds(area, period)
    assert all(ways.values()), "both ways were asked"


def questions(area: Area, period: Period, walk: Walk) -> list[tuple[Asked, str]]:
    plain = Asked(area, period, walk.now)
    worker = f"{POST}{walk.street.posts['grid_worker'].pk}"
    narrowed = [
        Asked(area, period, walk.now, categories=(walk.street.category("0103").pk,)),
        Asked(area, period, walk.now, channel=Channel.WEB, deadline_class="D"),
        Asked(area, period, walk.now, handler=worker),
    ]
    return [
        *(
            (plain, dimension)
            for dimension in Dimension.values
            if dimension != Dimension.AREA or has_parts(area)
        ),
        *((asked, Dimension.WHOLE) for asked in narrowed),
    ]


def has_parts(area: Area) -> bool:
    return area.kind in {AreaKind.SUBDISTRICT, AreaKind.COMMUNITY}


def its_rounds_answer_for(asked: Asked, dimension: str) -> None:
    figures = {each.key: each for each in figures_by(asked, dimension)}
    anew, pending = counted_anew(asked, dimension)
    assert {key: each.pending for key, each in figures.items() if each.pending} == {
        key: counts["rounds"] for key, counts in pending.items()
    }
    assert set(figures) == set(anew) | ({""} if dimension == Dimension.WHOLE else set())
    for key, each in figures.items():
        whole = each.counts["rounds"] + each.pending
        assert whole == (anew[key]["rounds"] if key in anew else 0)
    for name in MeasureName:
        total = sum(each.by_name[name].numerator for each in figures.values())
        assert counting_rounds(asked, name, Part.NUMERATOR).count() == total
        excluded = sum(each.by_name[name].excluded for each in figures.values())
        assert counting_rounds(asked, name, Part.EXCLUDED).count() == excluded
    minutes = sorted(row.minutes for row in rounds_in(asked) if row.minutes is not None)
    if dimension == Dimension.WHOLE and minutes:
        half = len(minutes) // 2
        middle = minutes[half] if len(minutes) % 2 else (minutes[half - 1] + minutes[half]) / 2
        assert figures[""].median_minutes == middle


def flows_are_their_rounds(area: Area, period: Period) -> None:
    """Days and hours are those of the instants, stored for a sub-district and read anew for a community."""
    level = "subdistrict" if area.kind == AreaKind.SUBDISTRICT else "community"
    rounds = list(Round.objects.filter(**{level: area}))
    for flow in flows_of(area, period):
        begun = [timezone.localtime(row.started_at) for row in rounds if not row.number]
        hours = [moment.hour for moment in begun if moment.date() == flow.day]
        ended = [row for row in rounds if row.ended_at is not None and day_of(row.ended_at) == flow.day]
        assert (flow.received, flow.hours) == (len(hours), [hours.count(hour) for hour in range(24)])
        assert flow.reopened == sum(row.number > 0 and day_of(row.started_at) == flow.day for row in rounds)
        assert flow.ended_aside == sum(row.is_aside for row in ended)
        assert flow.resolved == len(ended) - flow.ended_aside


@pytest.mark.usefixtures("everywhere_scope")
def test_a_row_that_appears_behind_the_last_one_read_is_found(street: Street, now: datetime) -> None:
    """Numbers are given before rows are committed: a late one lies behind the place that was read to."""
    case = case_in(State.IN_PROGRESS, street, now=now)
    keep_figures(now)
    place = ReadTo.objects.get()
    go(case, "visit", "grid_worker", street, now=now + timedelta(hours=1))
    ReadTo.objects.update(event=place.event + 1_000)
    assert keep_figures(now) == 1
    assert list(differences()) == []


@pytest.mark.usefixtures("everywhere_scope")
def test_a_pass_that_was_killed_is_taken_up_where_it_ended(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few cases in each transaction: what was read stays, and the place moves when all before it is read."""
    for _case in range(5):
        case_in(State.IN_PROGRESS, street, now=now)
    monkeypatch.setattr(keeping, "CASES_AT_ONCE", 2)
    monkeypatch.setattr(keeping, "PAUSE_SECONDS", 0)
    pieces: list[int] = []

    def killed_at_the_second(cases: Sequence[int]) -> int:
        pieces.append(len(cases))
        if len(pieces) == 2:
            raise SystemExit
        return read_cases(cases)

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "read_cases", killed_at_the_second)
        with pytest.raises(SystemExit):
            keep_figures(now)
    assert (pieces, Round.objects.count(), ReadTo.objects.get().event) == ([2, 2], 2, 0)
    assert keep_figures(now) == 3
    assert list(differences()) == []
    assert keep_figures(now) == 0


@pytest.mark.usefixtures("everywhere_scope")
def test_nothing_new_is_nothing_done(street: Street, now: datetime) -> None:
    case_in(State.CLOSED, street, now=now)
    assert keep_figures(now) == 1
    assert keep_figures(now) == 0


@pytest.mark.usefixtures("everywhere_scope")
def test_what_was_changed_by_hand_is_named_and_set_right(street: Street, now: datetime) -> None:
    case_in(State.CLOSED, street, now=now)
    keep_figures(now)
    kept = stored()
    Round.objects.update(closed=1)
    Tally.objects.filter(dimension=Dimension.CHANNEL).update(rounds=7)
    DayFlow.objects.all().delete()
    found = [each.where for each in differences()]
    assert any("closed" in where for where in found)
    assert any("channel" in where for where in found)
    assert any("flow" in where for where in found)
    recompute(now=now)
    assert stored() == kept


@pytest.mark.usefixtures("everywhere_scope")
def test_an_open_case_counts_from_its_deadline_on(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    keep_figures(now)
    assert case.close_due_at is not None
    tick = timedelta(seconds=1)
    period = month_of(day_of(case.close_due_at))
    for instant, cases, pending, late in (
        (now, 0, 1, 0),
        (case.close_due_at - tick, 0, 1, 0),
        (case.close_due_at, 1, 0, 1),
        (case.close_due_at + timedelta(days=40), 1, 0, 1),
    ):
        figures = figures_of(Asked(street.areas["subdistrict"], period, instant))
        closed = figures.by_name[MeasureName.CLOSED]
        assert (figures.cases, figures.pending, figures.open_overdue) == (cases, pending, late), instant
        assert (closed.numerator, closed.denominator) == (0, late)
        assert closed.share == (0.0 if late else None)


def test_every_measure_has_its_words_and_its_column() -> None:
    assert set(MEASURES) == set(MeasureName)
    assert {field.name for field in Round._meta.fields} >= set(MeasureName.values)
