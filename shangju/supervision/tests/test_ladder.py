"""The instants of the rungs, written by hand, and the backward reading as a property."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangju.cases.rungs import Rung, RungAction
from shangju.deadlines import builtin
from shangju.deadlines.engine import WorkCalendar
from shangju.supervision.ladder import DEFAULT_LADDER, Promise, RungRule, instants, later, latest_start

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(dict(builtin.published_days()), builtin.published_years(), ())


FIRST, MINUTES = datetime(2025, 1, 1, tzinfo=UTC), 24 * 60
"""Two years of published days, in minutes."""


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


PROMISE = Promise(at("2026-03-05 14:00"), at("2026-03-05 18:00"), at("2026-03-10 18:00"))
"""Due on a Thursday; purple three working days later, on the Tuesday after."""


def test_the_default_ladder_climbs_a_tier_every_three_working_days() -> None:
    climbed = {rule.rung: instant for rule, instant in instants(PROMISE, DEFAULT_LADDER, calendar=CALENDAR)}
    assert climbed == {
        Rung.ORANGE: at("2026-03-05 14:00"),
        Rung.RED: at("2026-03-05 18:00"),
        Rung.PURPLE: at("2026-03-10 18:00"),
        Rung.SECOND: at("2026-03-13 18:00"),
        Rung.THIRD: at("2026-03-18 18:00"),
    }


def test_what_stands_behind_a_rung_that_is_off_is_never_climbed() -> None:
    ladder = [
        RungRule(
            rule.rung,
            RungAction.NOTHING if rule.rung == Rung.SECOND else rule.action,
            rule.after_working_days,
        )
        for rule in DEFAULT_LADDER
    ]
    assert [rule.rung for rule, _at in instants(PROMISE, ladder, calendar=CALENDAR)] == [
        "orange",
        "red",
        "purple",
    ]


@pytest.mark.parametrize(
    ("now", "days", "latest"),
    [
        ("2026-03-05 10:00", 0, "2026-03-05 10:00"),
        ("2026-03-09 17:59", 1, "2026-03-06 00:00"),  # Monday before the close: Friday's one working day is not over
        ("2026-03-09 18:00", 1, "2026-03-09 00:00"),  # at the close it is, for Friday, Saturday and Sunday alike
        ("2026-03-10 18:00", 3, "2026-03-06 00:00"),
        ("2026-02-24 18:00", 1, "2026-02-24 00:00"),  # the first day after Spring Festival
    ],
)  # fmt: skip
def test_latest_start(now: str, days: int, latest: str) -> None:
    found = latest_start(at(now), days, calendar=CALENDAR)
    assert found + (timedelta.resolution if days else timedelta()) == at(latest)


@given(
    start=st.integers(0, 719 * MINUTES).map(lambda minute: FIRST + timedelta(minutes=minute)),
    now=st.integers(0, 729 * MINUTES).map(lambda minute: FIRST + timedelta(minutes=minute)),
    days=st.integers(0, 12),
)  # fmt: skip
def test_reading_backwards_is_reading_forwards(start: datetime, now: datetime, days: int) -> None:
    is_over = later(start, days, calendar=CALENDAR) <= now
    assert (start <= latest_start(now, days, calendar=CALENDAR)) == is_over
