"""Quiet hours: when a message that arrives in the evening, at night or on a day off goes out. Pure: no database, no clock.

As with deadlines, the instant is stored and explains itself. Times are those of Beijing's wall clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from shangju.deadlines.work_calendar import ONE_DAY, WorkCalendar, from_wall_clock, to_wall_clock

LONGEST_QUIET = timedelta(days=16)
"""Nothing is kept longer, whatever the hours say: no holidays in a row last as long."""

FREE_AT_LEAST = timedelta(hours=2)
"""So much of each day quiet hours must leave."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Every day from ``begins`` until before ``ends``, past midnight where that is earlier; and whole days off."""

    begins: time = time(21)
    ends: time = time(8)
    on_days_off: bool = True


@dataclass(frozen=True, slots=True)
class QuietStretch:
    """Why a message waits, and until when: the hours, or with ``is_day_off`` a whole day, with the holiday's names."""

    hours: QuietHours
    begins: datetime
    until: datetime
    is_day_off: bool = False
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """When a message goes out, and the stretches that it waits through; none where it goes at once."""

    send_after: datetime
    stretches: tuple[QuietStretch, ...] = ()


def held(moment: datetime, quiet: Sequence[QuietHours], *, calendar: WorkCalendar) -> Held:
    """When a message of ``moment`` goes out under all of ``quiet``: then, or at the first instant that is not quiet.

    Beijing time, whatever the zone of ``moment`` (``ValueError`` where it has none); never later than
    :data:`LONGEST_QUIET` after it.
    """
    reached = to_wall_clock(moment)
    latest = reached + LONGEST_QUIET
    stretches: list[QuietStretch] = []
    while reached < latest:
        stretch = max(
            (each for hours in quiet for each in _around(reached, hours, calendar)),
            key=lambda each: each.until,
            default=None,
        )
        if stretch is None:
            break
        stretches.append(stretch)
        reached = stretch.until
    if not stretches:
        return Held(moment)
    return Held(from_wall_clock(min(reached, latest)), tuple(stretches))


def _around(reached: datetime, hours: QuietHours, calendar: WorkCalendar) -> Iterable[QuietStretch]:
    """The stretches of one rule that hold ``reached``."""
    midnight = datetime.combine(reached.date(), time())
    day = calendar.day(reached.date())
    if hours.on_days_off and not day.is_worked:
        zh, en = (day.special.name_zh, day.special.name_en) if day.special else ("", "")
        yield QuietStretch(hours, midnight, midnight + ONE_DAY, is_day_off=True, name_zh=zh, name_en=en)
    for begin in (midnight - ONE_DAY, midnight):
        opens = datetime.combine(begin, hours.begins)
        closes = datetime.combine(begin if hours.ends > hours.begins else begin + ONE_DAY, hours.ends)
        if opens <= reached < closes:
            yield QuietStretch(hours, opens, closes)


def leaves_enough(quiet: Sequence[QuietHours]) -> bool:
    """Whether the spans together leave :data:`FREE_AT_LEAST` of a day: else nobody would ever be told."""
    minutes = {minute for hours in quiet for minute in _minutes_of(hours)}
    return timedelta(minutes=24 * 60 - len(minutes)) >= FREE_AT_LEAST


def _minutes_of(hours: QuietHours) -> Iterable[int]:
    begins = hours.begins.hour * 60 + hours.begins.minute
    ends = hours.ends.hour * 60 + hours.ends.minute
    return (minute % (24 * 60) for minute in range(begins, ends if ends > begins else ends + 24 * 60))
