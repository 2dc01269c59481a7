"""Quiet hours: the instant at which a message goes out, as a table and as properties. No database."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangju.deadlines import builtin
from shangju.deadlines.work_calendar import ZONE, WorkCalendar
from shangju.notices.quiet import LONGEST_QUIET, QuietHours, held, leaves_enough
from shangju.notices.quiet_wording import explained

CALENDAR = WorkCalendar(builtin.published_days(), builtin.published_years())
USUAL = QuietHours()
NOON = QuietHours(time(12), time(14), on_days_off=False)
LATE = QuietHours(time(20), time(9, 30), on_days_off=False)
EVERY_DAY = QuietHours(on_days_off=False)


def at(text: str) -> datetime:
    """Beijing's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "quiet", "goes_out"),
    [
        ("2026-03-05T10:00", [USUAL], "2026-03-05T10:00"),  # Thursday in working time
        ("2026-03-05T20:59:59", [USUAL], "2026-03-05T20:59:59"),  # not a second too early
        ("2026-03-05T21:00", [USUAL], "2026-03-06T08:00"),  # over midnight
        ("2026-03-06T00:00", [USUAL], "2026-03-06T08:00"),
        ("2026-03-06T07:59:59", [USUAL], "2026-03-06T08:00"),
        ("2026-03-06T08:00", [USUAL], "2026-03-06T08:00"),  # the end is not quiet
        ("2026-03-06T21:00", [USUAL], "2026-03-09T08:00"),  # Friday evening: over the weekend
        ("2026-03-07T15:00", [USUAL], "2026-03-09T08:00"),  # Saturday afternoon
        ("2026-03-07T15:00", [EVERY_DAY], "2026-03-07T15:00"),  # days off are none of their business
        ("2026-03-07T22:00", [EVERY_DAY], "2026-03-08T08:00"),
        ("2026-02-13T22:00", [USUAL], "2026-02-14T08:00"),  # the Saturday before Spring Festival is worked (调休)
        ("2026-02-14T22:00", [USUAL], "2026-02-24T08:00"),  # nine days of Spring Festival
        ("2026-09-20T10:00", [USUAL], "2026-09-20T10:00"),  # a make-up Sunday is a day like others
        ("2026-09-30T22:00", [USUAL], "2026-10-08T08:00"),  # National Day
        ("2026-03-05T13:00", [USUAL, NOON], "2026-03-05T14:00"),  # hours within the day
        ("2026-03-05T20:30", [USUAL, LATE], "2026-03-06T09:30"),  # one's own, wider
        ("2026-03-06T20:30", [USUAL, LATE], "2026-03-09T09:30"),
        ("2026-03-05T22:00", [], "2026-03-05T22:00"),
    ],
)  # fmt: skip
def test_when_a_message_goes_out(moment: str, quiet: list[QuietHours], goes_out: str) -> None:
    assert held(at(moment), quiet, calendar=CALENDAR).send_after == at(goes_out)


def test_the_zone_of_the_moment_makes_no_difference() -> None:
    assert held(at("2026-03-05T22:00").astimezone(UTC), [USUAL], calendar=CALENDAR).send_after == at(
        "2026-03-06T08:00"
    )


def test_hours_without_an_end_keep_nothing_for_ever() -> None:
    whole_day = [QuietHours(time(8), time(21)), QuietHours()]
    moment = at("2026-03-05T10:00")
    assert held(moment, whole_day, calendar=CALENDAR).send_after == moment + LONGEST_QUIET
    assert not leaves_enough(whole_day)
    assert leaves_enough([QuietHours(time(20), time(10)), QuietHours(time(12), time(14))])


clock = st.times(timezones=st.none()).map(lambda moment: moment.replace(second=0, microsecond=0))
hours = st.builds(QuietHours, clock, clock, st.booleans()).filter(lambda each: each.begins != each.ends)
moments = st.datetimes(datetime(2025, 12, 1), datetime(2026, 12, 20)).map(  # noqa: DTZ001 - wall clock
    lambda moment: moment.replace(tzinfo=ZONE)
)
several = st.lists(hours, max_size=3).filter(leaves_enough)


@given(moments, several, st.integers(0, 10_000))
def test_it_is_the_first_instant_that_is_not_quiet(
    moment: datetime, quiet: list[QuietHours], share: int
) -> None:
    found = held(moment, quiet, calendar=CALENDAR)
    assert moment <= found.send_after <= moment + LONGEST_QUIET
    assert held(found.send_after, quiet, calendar=CALENDAR).send_after == found.send_after
    between = moment + (found.send_after - moment) * share / 10_001
    if between < found.send_after:
        assert held(between, quiet, calendar=CALENDAR).send_after == found.send_after
    assert (found.send_after == moment) == (not found.stretches)
    reached = moment
    for stretch in found.stretches:
        assert stretch.begins <= reached.astimezone(ZONE).replace(tzinfo=None) < stretch.until
        reached = stretch.until.replace(tzinfo=ZONE)
    assert reached == found.send_after


@given(moments, several, hours)
def test_more_quiet_hours_never_send_sooner(
    moment: datetime, quiet: list[QuietHours], more: QuietHours
) -> None:
    alone = held(moment, quiet, calendar=CALENDAR).send_after
    assert held(moment, [*quiet, more], calendar=CALENDAR).send_after >= min(alone, moment + LONGEST_QUIET)


def test_it_explains_itself() -> None:
    lines = explained(held(at("2026-02-14T22:00"), [USUAL], calendar=CALENDAR))
    assert len(lines) == 12
    assert "21:00–08:00" in lines[0]
    assert "2026-02-16" in lines[2]
    assert "2026-02-24 08:00" in lines[-1]
    assert len(explained(held(at("2026-03-05T10:00"), [USUAL], calendar=CALENDAR))) == 1


def test_nothing_is_kept_longer_than_the_longest_holidays() -> None:
    day = at("2026-01-01T00:00")
    longest = max(
        held(day + timedelta(days=n, hours=22), [USUAL], calendar=CALENDAR).send_after
        - day
        - timedelta(days=n)
        for n in range(360)
    )
    assert longest < LONGEST_QUIET
