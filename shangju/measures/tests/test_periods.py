"""Spans of days: comparisons of the same length, whole months found, every day once."""

from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some

from shangju.measures.periods import Period, month_of, quarter_of, week_of, year_of

DAYS = some.dates(min_value=date(2000, 1, 1), max_value=date(2060, 12, 31))


@given(DAYS, some.integers(min_value=0, max_value=900))
def test_parts_hold_every_day_once(first: date, more: int) -> None:
    period = Period(first, first + timedelta(days=more))
    months, spans = period.parts()
    held = [day for month in months for day in month_of(month).each_day()]
    held += [day for begin, end in spans for day in Period(begin, end).each_day()]
    assert sorted(held) == list(period.each_day())
    assert all(not Period(*span).months for span in spans)


@given(DAYS, some.sampled_from([week_of, month_of, quarter_of, year_of]))
def test_the_period_before_ends_the_day_before_and_is_of_the_same_kind(day: date, kind: object) -> None:
    assert callable(kind)
    period: Period = kind(day)
    before = period.before()
    assert period.first <= day <= period.last
    assert before.last + timedelta(days=1) == period.first
    assert kind(before.first) == before
    a_year = period.a_year_before()
    assert kind(a_year.first) == a_year
    assert 358 <= (period.first - a_year.first).days <= 372


@pytest.mark.parametrize(
    ("period", "label"),
    [
        (year_of(date(2026, 3, 5)), "2026年全年"),
        (month_of(date(2026, 11, 5)), "2026年11月"),
        (week_of(date(2026, 11, 18)), "2026年第47周（2026年11月16日至2026年11月22日）"),
        (Period(date(2026, 2, 3), date(2026, 2, 3)), "2026年2月3日至2026年2月3日"),
    ],
)
def test_labels(period: Period, label: str) -> None:
    with translation.override("zh-hans"):
        assert period.label == label


def test_a_leap_day_has_a_year_before() -> None:
    assert Period(date(2024, 2, 29), date(2024, 3, 1)).a_year_before() == Period(
        date(2023, 2, 28), date(2023, 3, 1)
    )


def test_it_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Period(date(2026, 2, 2), date(2026, 2, 1))
