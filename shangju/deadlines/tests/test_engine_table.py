"""Deadlines reckoned by hand from the notices of 2025 and 2026; the engine was not asked for any of them.

2026: off 01-01…03, 02-15…23, 04-04…06, 05-01…05, 06-19…21, 09-25…27, 10-01…07; worked 01-04 (Sunday),
02-14, 02-28, 05-09 (Saturdays), 09-20 (Sunday), 10-10 (Saturday). 2 March 2026 is a Monday.
"""

import pytest

from shangju.deadlines.engine import Extension, HoursRule, WorkCalendar, compute_deadline
from shangju.deadlines.tests.calendars import CALENDAR, at, hours, limit, pauses, with_hours

PLAIN = """
03-02 10:00 | 1wd | 03-03 18:00 | the next day
03-02 10:00 | 5wd | 03-09 18:00 | over one weekend
03-06 17:59 | 1wd | 03-09 18:00 | Friday before closing
03-06 23:00 | 1wd | 03-09 18:00 | Friday night
03-07 11:00 | 1wd | 03-09 18:00 | Saturday
03-08 00:00 | 1wd | 03-09 18:00 | Sunday's first moment
03-09 00:00 | 1wd | 03-10 18:00 | Monday's first moment: Monday does not count
02-13 16:30 | 5wd | 02-27 18:00 | 14 worked, 15–23 off, 24 25 26 27
02-13 16:30 | 1wd | 02-14 18:00 | make-up Saturday
02-14 09:00 | 1wd | 02-24 18:00 | the whole Spring Festival
02-14 09:00 | 2wd | 02-25 18:00 | the whole Spring Festival and a day
02-18 12:00 | 1wd | 02-24 18:00 | in the middle of the holiday
02-23 23:59 | 1wd | 02-24 18:00 | the holiday's last minute
02-27 10:00 | 1wd | 02-28 18:00 | make-up Saturday after the holiday
02-27 10:00 | 2wd | 03-02 18:00 | and over its Sunday
02-13 16:30 | 15wd | 03-12 18:00 | 14; 24–28; 2–6; 9–12
2025-12-31 09:00 | 1wd | 01-04 18:00 | New Year and its make-up Sunday
2025-12-31 09:00 | 2wd | 01-05 18:00 | and Monday
04-03 10:00 | 1wd | 04-07 18:00 | Qingming
04-30 10:00 | 5wd | 05-11 18:00 | 6 7 8 9 11 May
05-08 10:00 | 1wd | 05-09 18:00 | make-up Saturday for Labour Day
06-18 10:00 | 1wd | 06-22 18:00 | Dragon Boat
09-18 10:00 | 1wd | 09-20 18:00 | make-up Sunday for National Day
09-18 10:00 | 5wd | 09-24 18:00 | 20 21 22 23 24
09-24 10:00 | 1wd | 09-28 18:00 | Mid-Autumn
09-30 10:00 | 3wd | 10-10 18:00 | 8 9 10 October
09-30 10:00 | 4wd | 10-12 18:00 | and over Sunday
12-30 10:00 | 1wd | 12-31 18:00 | the last published day
12-31 10:00 | 1wd | 2027-01-04 18:00 | provisional: Friday off, weekend
2027-02-04 10:00 | 1wd | 2027-02-09 18:00 | provisional: four statutory days, two on a weekend
2027-09-14 10:00 | 1wd | 2027-09-16 18:00 | provisional: Mid-Autumn on a Wednesday
2025-01-27 09:00 | 1wd | 2025-02-05 18:00 | Spring Festival 2025
2025-09-30 09:00 | 3wd | 2025-10-11 18:00 | 9 10 11 October 2025
03-02 09:00 | 4wh | 03-02 15:00 | over lunch
03-02 10:30 | 2wh | 03-02 14:30 | over lunch, halves
03-02 12:30 | 1wh | 03-02 15:00 | start at lunch
03-02 12:00 | 1wh | 03-02 15:00 | start exactly at the morning's close
03-02 18:00 | 1wh | 03-03 10:00 | start exactly at closing
03-02 11:00 | 1wh | 03-02 12:00 | ends exactly at the morning's close
03-02 14:00 | 4wh | 03-02 18:00 | ends exactly at closing
03-02 09:00 | 7wh | 03-02 18:00 | a full day
03-02 09:00 | 3wh | 03-02 12:00 | a full morning
03-02 09:00 | 1wmin | 03-02 09:01 | a minute
03-02 17:59 | 2wmin | 03-03 09:01 | a minute on each side of the night
03-02 06:00 | 60wmin | 03-02 10:00 | before opening
03-06 17:00 | 2wh | 03-09 10:00 | over the weekend
03-06 23:00 | 2wh | 03-09 11:00 | Friday night
02-13 16:30 | 4wh | 02-14 11:30 | into the make-up Saturday
02-14 16:00 | 4wh | 02-24 11:00 | over the Spring Festival
02-20 10:00 | 2wh | 02-24 11:00 | filed in the holiday
09-30 17:00 | 4wh | 10-08 12:00 | over National Day
05-08 16:00 | 10wh | 05-11 10:00 | Friday 2, Saturday 7, Monday 1
02-14 23:00 | 30min | 02-14 23:30 | night noise
02-16 23:00 | 2h | 02-17 01:00 | night noise on New Year's Eve, over midnight
02-13 16:30 | 24h | 02-14 16:30 | day and night
02-15 10:00 | 24h | 02-16 10:00 | a holiday makes no difference
12-31 23:50 | 30min | 2027-01-01 00:20 | over the year's end
2024-02-28 20:00 | 24h | 2024-02-29 20:00 | leap day
03-02 10:00 | 7d | 03-09 18:00 | a week
03-02 10:00 | 5d | 03-09 18:00 | ends on Saturday, moves to Monday
02-13 16:30 | 7d | 02-24 18:00 | ends in the holiday, moves behind it
02-13 16:30 | 1d | 02-14 18:00 | ends on a make-up Saturday
09-15 10:00 | 5d | 09-20 18:00 | ends on a make-up Sunday
09-16 10:00 | 10d | 09-28 18:00 | ends in Mid-Autumn
09-28 10:00 | 3d | 10-08 18:00 | ends on 1 October
03-02 23:59 | 1d | 03-03 18:00 | the day of start does not count
"""

PAUSED = """
03-02 10:00 | 5wd | 03-11 18:00 | 03-04 09:00..03-06 09:00 | two whole days
03-02 10:00 | 5wd | 03-10 18:00 | 03-04 10:00..03-04 11:00 | a day that is not whole does not count as one
03-02 10:00 | 5wd | 03-10 18:00 | 03-04 14:00..03-04 18:00, 03-05 09:00..03-05 12:00 | 3/7 and 4/7 are one day
03-02 10:00 | 5wd | 03-09 18:00 | 03-04 12:00..03-04 14:00 | lunch
03-02 10:00 | 5wd | 03-09 18:00 | 03-04 10:00..03-04 10:00 | no time at all
02-13 16:30 | 5wd | 02-27 18:00 | 02-15 00:00..02-24 00:00 | a holiday
02-13 16:30 | 5wd | 02-27 18:00 | 02-14 18:00..02-24 09:00 | from close to opening around it
02-13 16:30 | 5wd | 03-02 18:00 | 02-14 09:00..02-25 09:00 | two worked days around it: 25 26 27 28, 2 March
03-02 09:00 | 4wh | 03-02 16:00 | 03-02 10:00..03-02 11:00 | an hour
03-02 09:00 | 4wh | 03-02 17:00 | 03-02 11:00..03-02 15:00 | over lunch, two hours of work
03-02 09:00 | 4wh | 03-02 15:00 | 03-02 12:00..03-02 14:00 | lunch
03-02 09:00 | 4wh | 03-03 09:30 | 03-02 14:30..03-03 09:00 | 3.5 hours used, the rest next morning
03-02 10:00 | 24h | 03-03 22:00 | 03-02 20:00..03-03 08:00 | twelve hours of night
03-02 10:00 | 24h | 03-03 10:00 | 03-01 10:00..03-02 10:00 | before the start
03-02 10:00 | 24h | 03-03 13:00 | 03-02 09:00..03-02 12:00, 03-02 11:00..03-02 13:00 | overlapping
03-02 10:00 | 7d | 03-11 18:00 | 03-04 00:00..03-06 00:00 | two whole days
03-02 10:00 | 1wd | 03-03 18:00 | 03-02 11:00..03-02 17:00 | on the day of start
03-02 10:00 | 1wd | 03-03 18:00 | 03-04 09:00..03-04 12:00 | after the due instant
03-02 10:00 | 1wd | 03-04 18:00 | 03-03 17:00..03-03 18:00 | in the last hour
03-02 10:00 | 5d | 03-10 18:00 | 03-09 09:00..03-09 12:00 | on the day it moved to
"""

EXTENDED = """
03-02 10:00 | 15wd | 15wd | 04-14 18:00 | 24 days to 3 April, 7–10, 13, 14
03-02 09:00 | 4wh | 2wh | 03-02 17:00 | hours
03-02 10:00 | 24h | 12h | 03-03 22:00 | day and night
03-02 10:00 | 5wd | 3d | 03-12 18:00 | another clock: 9 March and three days
03-02 09:00 | 4wh | 1wd | 03-03 18:00 | from 15:00, the next day
02-11 10:00 | 2wd | 2wd | 02-24 18:00 | 12 13, then 14 and 24
"""

FRIDAY_MORNING = with_hours(hours("09:00–12:00", weekdays={4}))
SUMMER = with_hours(hours("08:30–12:00 14:30–18:00", season=((6, 1), (9, 30))))
WINTER = with_hours(hours("09:00–12:00 13:00–17:00", season=((11, 1), (3, 31))))
NO_WEDNESDAY = with_hours(HoursRule((), weekdays=frozenset({2})))
OTHER_HOURS = [
    (FRIDAY_MORNING, "03-05 10:00", "1wd", "03-06 12:00"),
    (FRIDAY_MORNING, "03-06 11:00", "2wh", "03-09 10:00"),
    (FRIDAY_MORNING, "03-06 12:00", "1wh", "03-09 10:00"),
    (SUMMER, "06-01 08:00", "4wh", "06-01 15:00"),
    (SUMMER, "05-29 17:00", "2wh", "06-01 09:30"),
    (SUMMER, "09-30 17:00", "4wh", "10-08 12:00"),
    (WINTER, "03-30 10:00", "1wd", "03-31 17:00"),
    (WINTER, "03-31 10:00", "1wd", "04-01 18:00"),
    (WINTER, "03-31 16:00", "2wh", "04-01 10:00"),
    (NO_WEDNESDAY, "03-03 10:00", "1wd", "03-05 18:00"),
]


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in table.strip().splitlines()]


@pytest.mark.parametrize(("start", "amount", "due", "why"), rows(PLAIN))
def test_due(start, amount, due, why):
    deadline = compute_deadline(at(start), limit(amount), calendar=CALENDAR)
    assert deadline.due == at(due), why
    assert deadline.provisional is (why.startswith("provisional"))


@pytest.mark.parametrize(("start", "amount", "due", "stops", "why"), rows(PAUSED))
def test_due_with_pauses(start, amount, due, stops, why):
    deadline = compute_deadline(at(start), limit(amount), calendar=CALENDAR, pauses=pauses(stops))
    assert deadline.due == at(due), why


@pytest.mark.parametrize(("start", "amount", "more", "due", "why"), rows(EXTENDED))
def test_due_with_extension(start, amount, more, due, why):
    extensions = [Extension(limit(more), "waiting for parts")]
    deadline = compute_deadline(at(start), limit(amount), calendar=CALENDAR, extensions=extensions)
    assert deadline.due == at(due), why


@pytest.mark.parametrize(("calendar", "start", "amount", "due"), OTHER_HOURS)
def test_due_with_other_hours(calendar, start, amount, due):
    assert compute_deadline(at(start), limit(amount), calendar=calendar).due == at(due)


LIGHTS = """
03-02 10:00 | 24h | 03-02 22:00 | 03-03 05:12 | 03-06 18:00 | half, and a fifth before four hours
03-02 09:00 | 4wh | 03-02 11:00 | 03-02 11:00 | 03-05 18:00 | four hours are all there is: never before yellow
03-02 09:00 | 2wd | 03-03 14:30 | 03-04 11:48 | 03-09 18:00 | 21 hours: half 10.5, four fifths 16.8
03-02 17:00 | 1wd | 03-03 12:00 | 03-03 12:00 | 03-06 18:00 | 8 hours: four left at half
02-13 18:00 | 1wd | 02-14 14:30 | 02-14 14:30 | 02-26 18:00 | half of 7 hours lies after lunch
03-02 00:00 | 4d | 03-04 09:00 | 03-05 19:12 | 03-11 18:00 | 114 hours: half 57, four fifths 91.2
"""


@pytest.mark.parametrize(("start", "amount", "yellow", "orange", "purple", "why"), rows(LIGHTS))
def test_lights(start, amount, yellow, orange, purple, why):
    deadline = compute_deadline(at(start), limit(amount), calendar=CALENDAR)
    assert [deadline.yellow_at, deadline.orange_at, deadline.purple_at] == [
        at(yellow),
        at(orange),
        at(purple),
    ], why


def test_a_calendar_that_never_opens_is_refused():
    closed = WorkCalendar({}, frozenset(), (HoursRule(()),))
    with pytest.raises(ValueError, match="no working time"):
        compute_deadline(at("03-02 10:00"), limit("1wd"), calendar=closed)
