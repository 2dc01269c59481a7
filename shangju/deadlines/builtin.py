"""What a new installation starts with: published years, deadline classes with their limits, hours.

First contact and close are cases.md §4. Limits of acceptance, signing and call-back are our judgement, to
be confirmed by each sub-district: urgent classes 15 minutes, B one and C two hours of working time, the
others one working day; the call-back follows on the next working day. All of it is data once it is seeded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from chinese_calendar.constants import holidays, workdays

from shangju.deadlines import statutory
from shangju.deadlines.engine import Clock, Limit, SpecialDay
from shangju.deadlines.steps import Step
from shangju.deadlines.terms import Caps

FIRST_YEAR = 2020
"""Older years are not needed: no case was filed then."""

NOTICES = {
    2020: "国务院办公厅关于2020年部分节假日安排的通知（2019年11月）及延长2020年春节假期的通知（2020年1月）",
    2024: "国务院办公厅关于2024年部分节假日安排的通知（2023年10月）",
    2025: "国务院办公厅关于2025年部分节假日安排的通知（2024年11月12日）",
    2026: "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号，2025年11月4日）",
}
"""The notices behind the years; where the date is not at hand, :func:`notice_of` gives the title alone."""

NAMES = {
    "New Year's Day": statutory.NEW_YEAR,
    "Spring Festival": statutory.SPRING_FESTIVAL,
    "Tomb-sweeping Day": statutory.QINGMING,
    "Labour Day": statutory.LABOUR_DAY,
    "Dragon Boat Festival": statutory.DRAGON_BOAT,
    "Mid-autumn Festival": statutory.MID_AUTUMN,
    "National Day": statutory.NATIONAL_DAY,
}
"""Our names of the holidays, by the names in the library's data."""


def notice_of(year: int) -> str:
    """The title of the State Council's notice for ``year``, with its date where we know it."""
    return NOTICES.get(year, f"国务院办公厅关于{year}年部分节假日安排的通知")


@cache
def published_days() -> Mapping[date, SpecialDay]:
    """Days off and make-up workdays of all years that the library has, since :data:`FIRST_YEAR`."""
    days = {on: SpecialDay("off", *NAMES[name]) for on, name in holidays.items() if on.year >= FIRST_YEAR}
    return days | {
        on: SpecialDay("workday", *NAMES[name]) for on, name in workdays.items() if on.year >= FIRST_YEAR
    }


@cache
def published_years() -> frozenset[int]:
    """The years of :func:`published_days`."""
    return frozenset(on.year for on in published_days())


@dataclass(frozen=True, slots=True)
class BuiltinClass:
    """A deadline class as delivered."""

    code: str
    name_zh: str
    name_en: str
    limits: Mapping[Step, Limit] = field(default_factory=dict)
    caps: Caps = field(default_factory=Caps)


def _minutes(amount: int) -> Limit:
    return Limit(amount, Clock.CONTINUOUS)


def _working_minutes(amount: int) -> Limit:
    return Limit(amount, Clock.WORKING_HOURS)


def _working_days(amount: int) -> Limit:
    return Limit(amount, Clock.WORKING_DAYS)


def _limits(
    *, accept: Limit, sign: Limit, first_contact: Limit, close: Limit | None, made_safe: Limit | None = None
) -> Mapping[Step, Limit]:
    given = {
        Step.ACCEPT: accept,
        Step.SIGN: sign,
        Step.FIRST_CONTACT: first_contact,
        Step.MADE_SAFE: made_safe,
        Step.CLOSE: close,
        Step.CALL_BACK: _working_days(1),
    }
    return {step: limit for step, limit in given.items() if limit is not None}


def _by_the_day(close: int) -> Mapping[Step, Limit]:
    day = _working_days(1)
    return _limits(accept=day, sign=day, first_contact=day, close=_working_days(close))


CLASSES: tuple[BuiltinClass, ...] = (
    BuiltinClass(
        "A1",
        "特急",
        "Immediate danger",
        _limits(
            accept=_minutes(15),
            sign=_minutes(15),
            first_contact=_minutes(30),
            made_safe=_minutes(120),
            close=_minutes(1440),
        ),
    ),
    BuiltinClass(
        "A2",
        "紧急",
        "Urgent",
        _limits(accept=_minutes(15), sign=_minutes(15), first_contact=_minutes(60), close=_minutes(1440)),
    ),
    BuiltinClass(
        "B",
        "当日办",
        "Same day",
        _limits(
            accept=_working_minutes(60),
            sign=_working_minutes(60),
            first_contact=_working_minutes(120),
            close=_working_minutes(240),
        ),
        Caps(pause_days=3, extension=240),
    ),
    BuiltinClass(
        "C",
        "快办",
        "Quick",
        _limits(
            accept=_working_minutes(120),
            sign=_working_minutes(120),
            first_contact=_working_minutes(240),
            close=_working_days(2),
        ),
        Caps(pause_days=5, extension=2),
    ),
    BuiltinClass("D", "一般", "Ordinary", _by_the_day(5), Caps(pause_days=15, extension=5)),
    BuiltinClass("E", "复杂", "Complex", _by_the_day(15), Caps(pause_days=30, extension=15, extensions=1)),
    BuiltinClass("K", "咨询答复", "Enquiry", _by_the_day(1)),
    BuiltinClass("R", "转法定渠道", "Referral to the proper channel", _by_the_day(1)),
    BuiltinClass(
        "N",
        "夜间噪声",
        "Night noise going on now",
        _limits(
            accept=_minutes(30),
            sign=_minutes(15),
            first_contact=_minutes(30),
            made_safe=_minutes(120),
            close=None,
        ),
    ),
)
"""N has no closing limit: once somebody was on site, the day class governs the cure. The caps are ours but for that of
E, whose one extension of 15 working days is cases.md §4; danger, enquiries and referrals cannot be stretched.
"""

SUMMER_SEASON = ("06-01", "09-30")
DEFAULT_HOURS = [["09:00", "12:00"], ["14:00", "18:00"]]
SUMMER_HOURS = [["08:30", "12:00"], ["14:30", "18:00"]]
"""An example of summer hours, delivered switched off: each sub-district decides."""
