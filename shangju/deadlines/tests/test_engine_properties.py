"""What holds for every deadline, whatever the dates."""

import os
import time as clock_of_the_process
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangju.deadlines.engine import (
    Clock,
    Extension,
    Limit,
    NightHours,
    Pause,
    compute_deadline,
    is_night,
    light_at,
)
from shangju.deadlines.tests.calendars import CALENDAR, at, hours, limit, with_hours
from shangju.deadlines.work_calendar import to_wall_clock

HALF_DAYS = with_hours(
    hours("08:30–12:00 14:30–18:00", season=((6, 1), (9, 30))), hours("09:00–12:00", weekdays={4})
)
starts = st.integers(0, 4 * 365 * 1440).map(lambda minute: at("2024-01-01 00:00") + timedelta(minutes=minute))
calendars = st.sampled_from([CALENDAR, HALF_DAYS])


@st.composite
def limits(draw):
    clock = draw(st.sampled_from(list(Clock)))
    return Limit(draw(st.integers(1, 3000 if clock.unit == "minutes" else 20)), clock)


@st.composite
def stops(draw, start):
    begin = start + timedelta(minutes=draw(st.integers(-3000, 30_000)))
    return Pause(begin, begin + timedelta(minutes=draw(st.integers(0, 15_000))))


def due(start, amount, calendar, pauses=(), extensions=()):
    return compute_deadline(start, amount, calendar=calendar, pauses=pauses, extensions=extensions).due


@given(st.data(), starts, limits(), calendars)
def test_a_pause_never_shortens(data, start, amount, calendar):
    pauses = data.draw(st.lists(stops(start), max_size=3))
    more = [*pauses, data.draw(stops(start))]
    assert (
        due(start, amount, calendar, more)
        >= due(start, amount, calendar, pauses)
        >= due(start, amount, calendar)
    )


@given(st.data(), starts, limits(), calendars)
def test_a_split_pause_is_the_whole_and_an_empty_one_nothing(data, start, amount, calendar):
    whole = data.draw(stops(start))
    middle = whole.start + (whole.end - whole.start) * data.draw(st.floats(0, 1))
    parts = [Pause(middle, whole.end), Pause(whole.start, middle), Pause(middle, middle)]
    assert due(start, amount, calendar, parts) == due(start, amount, calendar, [whole])
    assert due(start, amount, calendar, [Pause(middle, middle)]) == due(start, amount, calendar)


@given(st.data(), starts, st.integers(0, 20_000), limits(), calendars)
def test_later_start_is_never_due_earlier(data, start, minutes, amount, calendar):
    pauses = [data.draw(stops(start))]
    assert due(start, amount, calendar, pauses) <= due(
        start + timedelta(minutes=minutes), amount, calendar, pauses
    )


@given(st.data(), starts, limits(), st.integers(0, 20), calendars)
def test_longer_limit_is_never_due_earlier(data, start, amount, more, calendar):
    pauses = [data.draw(stops(start))]
    longer = Limit(amount.amount + more, amount.clock)
    assert due(start, amount, calendar, pauses) <= due(start, longer, calendar, pauses)


@given(starts, limits(), limits(), calendars)
def test_an_extension_lengthens(start, amount, more, calendar):
    assert due(start, amount, calendar) < due(start, amount, calendar, extensions=[Extension(more)])


@given(st.data(), starts, limits(), calendars)
def test_due_lies_in_working_time(data, start, amount, calendar):
    moment = to_wall_clock(due(start, amount, calendar, [data.draw(stops(start))]))
    spans = calendar.day(moment.date()).spans
    if amount.clock is Clock.WORKING_HOURS:
        assert any(opens < moment <= closes for opens, closes in spans)
    elif amount.clock is not Clock.CONTINUOUS:
        assert moment == spans[-1][1]


@given(st.data(), starts, limits(), calendars)
def test_lights_come_in_order(data, start, amount, calendar):
    deadline = compute_deadline(start, amount, calendar=calendar, pauses=[data.draw(stops(start))])
    changes = [deadline.yellow_at, deadline.orange_at, deadline.due, deadline.purple_at]
    assert start <= changes[0]
    assert changes == sorted(changes)


@given(starts, limits(), st.integers(-14 * 60, 14 * 60))
def test_the_zone_of_the_input_makes_no_difference(start, amount, offset):
    for zone in (timezone(timedelta(minutes=offset)), UTC, ZoneInfo("America/New_York")):
        moved = compute_deadline(start.astimezone(zone), amount, calendar=CALENDAR)
        assert moved == compute_deadline(start, amount, calendar=CALENDAR)
        assert moved.due.utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Pacific/Kiritimati", "UTC"])
def test_the_zone_of_the_process_makes_no_difference(zone, monkeypatch):
    expected = compute_deadline(at("03-06 17:00"), limit("5wd"), calendar=CALENDAR)
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", zone)
    clock_of_the_process.tzset()
    try:
        assert compute_deadline(at("03-06 17:00"), limit("5wd"), calendar=CALENDAR) == expected
        assert expected.due == datetime(2026, 3, 13, 10, tzinfo=UTC)
    finally:
        monkeypatch.delenv("TZ") if before is None else monkeypatch.setenv("TZ", before)
        clock_of_the_process.tzset()


def test_an_open_pause_stands_until_now():
    pauses = [Pause(at("03-03 09:00"), None)]
    deadline = compute_deadline(
        at("03-02 10:00"), limit("1wd"), calendar=CALENDAR, pauses=pauses, now=at("03-04 09:00")
    )
    assert (deadline.due, deadline.paused) == (at("03-04 18:00"), True)
    assert [line.code for line in deadline.explanation][-2:] == ["paused_still", "standing"]
    with pytest.raises(ValueError, match="needs now"):
        compute_deadline(at("03-02 10:00"), limit("1wd"), calendar=CALENDAR, pauses=pauses)


def test_an_open_pause_that_has_not_begun_is_left_out():
    pauses = [Pause(at("03-03 09:00"), None)]
    deadline = compute_deadline(
        at("03-02 10:00"), limit("1wd"), calendar=CALENDAR, pauses=pauses, now=at("03-02 12:00")
    )
    assert (deadline.due, deadline.paused) == (at("03-03 18:00"), False)


def test_naive_instants_and_senseless_limits_are_refused():
    with pytest.raises(ValueError, match="no time zone"):
        compute_deadline(at("03-02 00:00").replace(tzinfo=None), limit("1wd"), calendar=CALENDAR)
    for amount, clock in ((0, Clock.CONTINUOUS), (-1, Clock.WORKING_DAYS), (600_000, Clock.WORKING_HOURS)):
        with pytest.raises(ValueError, match="a limit has"):
            Limit(amount, clock)
    with pytest.raises(ValueError, match="before it begins"):
        Pause(at("03-03 09:00"), at("03-02 09:00"))


def test_each_colour_begins_at_its_instant():
    instants = {"yellow_at": at("03-02 10:00"), "orange_at": at("03-02 11:00"), "due": at("03-02 12:00")}
    instants["purple_at"] = at("03-02 13:00")
    seen = [
        light_at(at(f"03-02 {hour}"), **instants) for hour in ("09:59", "10:00", "11:00", "12:00", "13:00")
    ]
    assert seen == ["green", "yellow", "orange", "red", "purple"]


@pytest.mark.parametrize(
    ("moment", "night"),
    [("21:59", False), ("22:00", True), ("00:00", True), ("05:59", True), ("06:00", False)],
)
def test_night(moment, night):
    assert is_night(at(f"03-02 {moment}")) is night
    assert is_night(at(f"03-02 {moment}").astimezone(UTC)) is night


def test_a_city_may_move_the_night_but_not_shorten_it():
    moved = NightHours(begins=at("03-02 23:00").time(), ends=at("03-02 07:00").time())
    assert (is_night(at("03-02 22:30"), moved), is_night(at("03-02 06:30"), moved)) == (False, True)
    with pytest.raises(ValueError, match="eight hours"):
        NightHours(begins=at("03-02 23:00").time(), ends=at("03-02 06:00").time())


def test_a_day_is_worked_out_the_same_twice():
    assert CALENDAR.day(date(2026, 2, 14)) == CALENDAR.day(date(2026, 2, 14))
