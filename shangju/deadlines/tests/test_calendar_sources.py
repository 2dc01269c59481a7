"""The calendar data against the notice of 2025-11-04 and against a second library."""

from datetime import date, timedelta

import holidays
import pytest

from shangju.deadlines import builtin
from shangju.deadlines.statutory import LUNAR, statutory_days
from shangju.deadlines.tests.calendars import CALENDAR

OFF_2026 = [((1, 1), 3), ((2, 15), 9), ((4, 4), 3), ((5, 1), 5), ((6, 19), 3), ((9, 25), 3), ((10, 1), 7)]
WORKED_2026 = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=shift) for shift in range((date(year + 1, 1, 1) - first).days)]


def test_2026_is_the_notice():
    off = {
        date(2026, *first) + timedelta(days=shift) for first, length in OFF_2026 for shift in range(length)
    }
    worked = {date(2026, *day) for day in WORKED_2026}
    days = {on: day.kind for on, day in builtin.published_days().items() if on.year == 2026}
    assert days == dict.fromkeys(off, "off") | dict.fromkeys(worked, "workday")


@pytest.mark.parametrize(("year", "count"), [(2024, 251), (2025, 248), (2026, 248)])
def test_both_libraries_agree(year, count):
    second = holidays.China(years=year)
    worked = {on for on in days_of(year) if CALENDAR.day(on).is_worked}
    assert len(worked) == count
    assert worked == {on for on in days_of(year) if second.is_working_day(on)}


@pytest.mark.parametrize("year", sorted(LUNAR))
def test_statutory_days(year):
    second = {on for on, name in holidays.China(years=year).items() if not name.endswith("(observed)")}
    assert set(statutory_days(year)) == {on for on in second if on.year == year}


def test_an_unpublished_year_has_no_make_up_days():
    for on in days_of(2027):
        assert CALENDAR.day(on).is_worked is (on.weekday() < 5 and on not in statutory_days(2027))


def test_beyond_the_table_the_fixed_days_remain():
    assert sorted(statutory_days(2050)) == [date(2050, 1, 1), *(date(2050, 5, d) for d in (1, 2))] + [
        date(2050, 10, day) for day in (1, 2, 3)
    ]
