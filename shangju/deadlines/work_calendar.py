"""Which days are worked and from when to when, in Beijing time. Pure: no database, no clock.

Inside the package instants are naive datetimes on the wall clock of Asia/Shanghai, which has had no summer
time since 1991; :func:`to_wall_clock` and :func:`from_wall_clock` stand at the border.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from shangju.deadlines.statutory import statutory_days

ZONE = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)
LONGEST_CLOSURE = 400
"""Days in a row without working time after which a calendar is called faulty."""

Span = tuple[time, time]
DEFAULT_SPANS: tuple[Span, ...] = ((time(9), time(12)), (time(14), time(18)))


def to_wall_clock(instant: datetime) -> datetime:
    """``instant`` on Beijing's wall clock, naive; a naive instant is a fault and raises ``ValueError``."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone")
    return instant.astimezone(ZONE).replace(tzinfo=None)


def from_wall_clock(moment: datetime) -> datetime:
    """The aware instant of a moment on Beijing's wall clock."""
    return moment.replace(tzinfo=ZONE)


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from its weekday: off for a holiday, or a weekend day that is worked (调休)."""

    kind: Literal["off", "workday"]
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class HoursRule:
    """Opening spans of the working days in a season and on some weekdays; the first rule that fits a day
    decides.

    ``season`` is ``((month, day), (month, day))``, both included, and may cross the year's end; none means
    all year. ``weekdays`` counts Monday as 0; none means every worked day. A half-day is a rule for its
    weekday with one span.
    """

    spans: tuple[Span, ...] = DEFAULT_SPANS
    season: tuple[tuple[int, int], tuple[int, int]] | None = None
    weekdays: frozenset[int] | None = None

    def __post_init__(self) -> None:
        moments = [moment for span in self.spans for moment in span]
        if any(later <= earlier for earlier, later in pairwise(moments)):
            raise ValueError("opening spans must be in order and must not overlap")

    def fits(self, day: date) -> bool:
        """Whether the rule speaks about ``day``."""
        if self.weekdays is not None and day.weekday() not in self.weekdays:
            return False
        if self.season is None:
            return True
        first, last = self.season
        month_day = (day.month, day.day)
        return first <= month_day <= last if first <= last else month_day >= first or month_day <= last


@dataclass(frozen=True, slots=True)
class NightHours:
    """The hours of the night's rest; a city may move them but keeps eight (噪声法 §88)."""

    begins: time = time(22)
    ends: time = time(6)

    def __post_init__(self) -> None:
        if (_minutes(self.ends) - _minutes(self.begins)) % 1440 != 8 * 60:
            raise ValueError("the night has eight hours (噪声法 §88)")


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def is_night(instant: datetime, hours: NightHours = NightHours()) -> bool:
    """Whether ``instant`` lies in the night, its beginning included and its end not."""
    moment = to_wall_clock(instant).time()
    if hours.begins <= hours.ends:
        return hours.begins <= moment < hours.ends
    return moment >= hours.begins or moment < hours.ends


class Day(NamedTuple):
    """What the calendar says about one date; ``spans`` is empty where nobody works."""

    spans: tuple[tuple[datetime, datetime], ...]
    special: SpecialDay | None

    @property
    def is_worked(self) -> bool:
        """Whether the day has working time."""
        return bool(self.spans)

    @property
    def closes(self) -> datetime:
        """Close of business; only for a worked day."""
        return self.spans[-1][1]


@dataclass(frozen=True)
class WorkCalendar:
    """Days off, make-up workdays and opening hours of one place.

    ``days`` are the days named by the State Council's notices, ``published_years`` the years whose notice
    is known. Another year is Monday to Friday minus the statutory days, and whatever depends on it is
    provisional (暂估).
    """

    days: Mapping[date, SpecialDay] = field(default_factory=dict)
    published_years: frozenset[int] = frozenset()
    hours: tuple[HoursRule, ...] = (HoursRule(),)
    _known: dict[date, Day] = field(default_factory=dict, init=False, repr=False, compare=False)

    def day(self, on: date) -> Day:
        """What is known of ``on``; worked out once."""
        known = self._known.get(on)
        if known is None:
            known = self._known[on] = self._work_out(on)
        return known

    def is_provisional(self, on: date) -> bool:
        """Whether the notice of the year of ``on`` is not known."""
        return on.year not in self.published_years

    def worked_days(self, since: date) -> Iterator[tuple[date, Day]]:
        """The worked days from ``since`` on, that day included; a calendar that never opens raises
        ``ValueError``.
        """
        closed = 0
        while closed < LONGEST_CLOSURE:
            day = self.day(since)
            if day.spans:
                closed = 0
                yield since, day
            else:
                closed += 1
            since += ONE_DAY
        raise ValueError(f"the calendar has no working time in the {LONGEST_CLOSURE} days before {since}")

    def _work_out(self, on: date) -> Day:
        special = self.days.get(on)
        if special is None and self.is_provisional(on) and on in statutory_days(on.year):
            special = SpecialDay("off", *statutory_days(on.year)[on])
        if special.kind == "off" if special else on.weekday() >= 5:
            return Day((), special)
        spans = next((rule.spans for rule in self.hours if rule.fits(on)), DEFAULT_SPANS)
        return Day(tuple((datetime.combine(on, a), datetime.combine(on, b)) for a, b in spans), special)
