"""The pure function that sets every due instant, and the lights that follow from it.

``compute_deadline`` depends on its arguments alone: no database, no clock, no zone of the process. Rules,
from cases.md §4 and the Civil Code (民法典):

- ``continuous``: minutes of day and night, counted from the start (§201: hours run from the moment itself).
- ``working_hours``: minutes inside the opening spans. A start outside them counts from the next opening; a
  limit used up exactly at a closing moment is due at that moment.
- ``working_days``: the day of start does not count (§201); due at the close of business of the n-th worked
  day after it.
- ``calendar_days``: the day of start does not count (§201). A last day that is not worked moves to the next
  worked day and the day ends with the close of business (§203), so this clock, too, is always due at a
  closing moment.
- A pause stops the clock. On the two day clocks each day counts with the part of it that was not paused,
  and the last day is the first on which the parts make up the limit: an hour's pause moves the due by one
  day, two half-day pauses together as well. A pause outside running time (a night, a holiday) moves
  nothing.
- An extension runs from the due instant reached before it, by the same rules.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import count, islice

from shangju.deadlines.telling import Stage, Stretch, provisional_year, tell
from shangju.deadlines.terms import Clock, Deadline, Extension, Light, Limit, Line, Pause
from shangju.deadlines.work_calendar import (
    ONE_DAY,
    HoursRule,
    NightHours,
    SpecialDay,
    WorkCalendar,
    from_wall_clock,
    is_night,
    to_wall_clock,
)

__all__ = [
    "Clock", "Deadline", "Extension", "HoursRule", "Light", "Limit", "Line", "NightHours", "Pause",
    "SpecialDay", "WorkCalendar", "compute_deadline", "is_night", "light_at",
]  # fmt: skip

SHORT_NOTICE = timedelta(hours=4)
"""So many hours of its own running time before the due instant the light is orange at the latest."""

FOREVER = datetime(9999, 12, 31)  # noqa: DTZ001 - wall clock of Beijing

PURPLE_AFTER = 3
"""Working days after the due instant at which overdue becomes grave."""


def compute_deadline(
    start: datetime,
    limit: Limit,
    *,
    calendar: WorkCalendar,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
    now: datetime | None = None,
) -> Deadline:
    """The due instant of ``limit`` from ``start``, in Asia/Shanghai, with its lights and its explanation.

    All instants must be aware (``ValueError`` otherwise); their zones make no difference. A pause without
    an end is taken to last until ``now``, which is then required (``ValueError``): the outcome is what it
    would be if the pause ended this moment, and ``paused`` is true. A pause that begins after ``now`` and
    has no end is left out.
    """
    begin = to_wall_clock(start)
    stops, paused = _stops(pauses, None if now is None else to_wall_clock(now))
    stages = [_run(begin, limit, calendar, stops)]
    stages.extend(_run(stages[-1].due, extension.limit, calendar, stops) for extension in extensions)
    due = stages[-1].due
    yellow, orange = _lights(begin, due, limit.clock, calendar, stops)
    _, third = next(islice(calendar.worked_days(due.date() + ONE_DAY), PURPLE_AFTER - 1, None))
    reasons = [extension.reason for extension in extensions]
    return Deadline(
        due=from_wall_clock(due),
        yellow_at=from_wall_clock(yellow),
        orange_at=from_wall_clock(orange),
        purple_at=from_wall_clock(third.closes),
        provisional=provisional_year(stages, calendar) is not None,
        explanation=tuple(tell(stages, reasons=reasons, calendar=calendar, stops=stops, paused=paused)),
        paused=paused,
    )


def light_at(
    now: datetime, *, yellow_at: datetime, orange_at: datetime, due: datetime, purple_at: datetime
) -> Light:
    """The light of a deadline at ``now`` (cases.md §5); each colour begins at its instant.

    Purple may begin before the due instant: a second dissatisfaction does not wait for it.
    """
    if now >= purple_at:
        return "purple"
    if now >= due:
        return "red"
    if now >= orange_at:
        return "orange"
    return "yellow" if now >= yellow_at else "green"


def _stops(pauses: Iterable[Pause], now: datetime | None) -> tuple[list[Stretch], bool]:
    """Pauses as disjoint stretches in order, and whether one of them is open."""
    paused = False
    stretches: list[Stretch] = []
    for pause in pauses:
        begin = to_wall_clock(pause.start)
        if pause.end is not None:
            stretches.append((begin, to_wall_clock(pause.end)))
        elif now is None:
            raise ValueError("an open pause needs now")
        elif begin <= now:
            paused = True
            stretches.append((begin, now))
    joined: list[Stretch] = []
    for begin, end in sorted(stretches):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        elif begin < end:
            joined.append((begin, end))
    return joined, paused


def _run(begin: datetime, limit: Limit, calendar: WorkCalendar, stops: Sequence[Stretch]) -> Stage:
    """Run one limit from ``begin``."""
    if limit.clock.unit == "minutes":
        running = _running(begin, limit.clock, calendar, stops)
        return Stage(begin, limit, _reach(running, timedelta(minutes=limit.amount)))
    after = begin.date() + ONE_DAY
    if limit.clock is Clock.WORKING_DAYS:
        worked = ((on, day.spans) for on, day in calendar.worked_days(after))
        last = _last_day(worked, limit.amount, stops)
        return Stage(begin, limit, calendar.day(last).closes)
    nominal = _last_day(_calendar_days(after), limit.amount, stops)
    closes = next(day.closes for _, day in calendar.worked_days(nominal) if _share(day.spans, stops) == 1)
    return Stage(begin, limit, closes, nominal)


def _running(
    begin: datetime, clock: Clock, calendar: WorkCalendar, stops: Sequence[Stretch]
) -> Iterator[Stretch]:
    """The stretches from ``begin`` on in which the clock runs."""
    opened = _open(begin, calendar) if clock is not Clock.CONTINUOUS else iter([(begin, FOREVER)])
    return _without(opened, stops) if stops else opened


def _open(begin: datetime, calendar: WorkCalendar) -> Iterator[Stretch]:
    for _, day in calendar.worked_days(begin.date()):
        for opens, closes in day.spans:
            if closes > begin:
                yield max(opens, begin), closes


def _without(stretches: Iterable[Stretch], stops: Sequence[Stretch]) -> Iterator[Stretch]:
    """What of ``stretches`` lies outside ``stops``; both in order, the stops disjoint."""
    for begin, end in stretches:
        for stop, go in stops:
            if go <= begin:
                continue
            if stop >= end:
                break
            if stop > begin:
                yield begin, stop
            begin = go  # noqa: PLW2901 - what is left of the stretch
        if begin < end:
            yield begin, end


def _reach(stretches: Iterable[Stretch], amount: timedelta) -> datetime:
    """The first moment at which ``amount`` of running time is used up."""
    for begin, end in stretches:
        if end - begin >= amount:
            return begin + amount
        amount -= end - begin
    raise ValueError("the running time ends before the limit does")


def _calendar_days(since: date) -> Iterator[tuple[date, tuple[Stretch, ...]]]:
    for shift in count():
        midnight = datetime(since.year, since.month, since.day) + shift * ONE_DAY  # noqa: DTZ001 - wall clock
        yield midnight.date(), ((midnight, midnight + ONE_DAY),)


def _last_day(
    days: Iterable[tuple[date, tuple[Stretch, ...]]], amount: int, stops: Sequence[Stretch]
) -> date:
    """The first day on which the parts that were not paused make up ``amount`` days."""
    counted: Fraction | int = 0
    for on, stretches in days:
        counted += _share(stretches, stops)
        if counted >= amount:
            return on
    raise ValueError("the days end before the limit does")


def _share(stretches: Sequence[Stretch], stops: Sequence[Stretch]) -> Fraction | int:
    """Which part of the stretches is not paused, 0 to 1."""
    if not any(stop < stretches[-1][1] and go > stretches[0][0] for stop, go in stops):
        return 1
    whole = sum((end - begin for begin, end in stretches), timedelta())
    left = sum((end - begin for begin, end in _without(stretches, stops)), timedelta())
    return Fraction(left // timedelta.resolution, whole // timedelta.resolution)


def _lights(
    begin: datetime, due: datetime, clock: Clock, calendar: WorkCalendar, stops: Sequence[Stretch]
) -> tuple[datetime, datetime]:
    """When the light turns yellow and orange: shares of the running time, on the day clocks and working
    hours of the working time, else of all time; four hours before due are counted the same way, for
    calendar days in working time.
    """
    measure = Clock.CONTINUOUS if clock in (Clock.CONTINUOUS, Clock.CALENDAR_DAYS) else Clock.WORKING_HOURS
    stretches = list(_until(due, _running(begin, measure, calendar, stops)))
    total = sum((to - since for since, to in stretches), timedelta())
    if not total:
        return due, due
    yellow = _reach(stretches, total / 2)
    fifth_left = _reach(stretches, total * 4 // 5)
    if clock is Clock.CALENDAR_DAYS:
        stretches = list(_until(due, _running(begin, Clock.WORKING_HOURS, calendar, stops)))
        total = sum((to - since for since, to in stretches), timedelta())
    short_notice = _reach(stretches, total - SHORT_NOTICE) if total > SHORT_NOTICE else yellow
    return yellow, max(yellow, min(fifth_left, short_notice))


def _until(due: datetime, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    for begin, end in stretches:
        if begin >= due:
            return
        yield begin, min(end, due)
