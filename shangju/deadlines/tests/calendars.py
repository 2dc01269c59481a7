"""Calendars and short spellings that the tests of this app share."""

import re
from datetime import datetime, time

from shangju.deadlines import builtin
from shangju.deadlines.engine import Clock, HoursRule, Limit, Pause, WorkCalendar
from shangju.deadlines.work_calendar import ZONE

CALENDAR = WorkCalendar(builtin.published_days(), frozenset(range(2020, 2027)))


def hours(text: str, season=None, weekdays=None) -> HoursRule:
    """``09:00–12:00 14:00–18:00`` as a rule."""
    spans = tuple(tuple(time.fromisoformat(end) for end in span.split("–")) for span in text.split())
    return HoursRule(spans, season, frozenset(weekdays) if weekdays is not None else None)


def with_hours(*rules: HoursRule) -> WorkCalendar:
    """The published calendar with other hours."""
    return WorkCalendar(CALENDAR.days, CALENDAR.published_years, (*rules, HoursRule()))


def at(text: str) -> datetime:
    """``03-02 09:00`` in 2026, or with a year, in Beijing time."""
    return datetime.fromisoformat(text if len(text) > 11 else f"2026-{text}").replace(tzinfo=ZONE)


def limit(text: str) -> Limit:
    """``5wd``, ``4wh``, ``90wmin``, ``24h``, ``30min``, ``7d``."""
    amount, unit = re.fullmatch(r"(\d+)([a-z]+)", text).groups()
    clock, factor = {
        "min": (Clock.CONTINUOUS, 1),
        "h": (Clock.CONTINUOUS, 60),
        "wmin": (Clock.WORKING_HOURS, 1),
        "wh": (Clock.WORKING_HOURS, 60),
        "wd": (Clock.WORKING_DAYS, 1),
        "d": (Clock.CALENDAR_DAYS, 1),
    }[unit]
    return Limit(int(amount) * factor, clock)


def pauses(text: str) -> list[Pause]:
    """``03-04 10:00..03-04 11:00, …``."""
    pairs = [pair.split("..") for pair in text.split(", ")] if text else []
    return [Pause(at(begin), at(end)) for begin, end in pairs]
