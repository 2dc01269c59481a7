"""Spans of calendar days that figures are asked for. Pure: no database, no clock."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

DAY = timedelta(days=1)
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Calendar days of the installation's zone, both ends included. Raises ``ValueError`` where it ends before it begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the period ends on {self.last}, before it begins on {self.first}")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def months(self) -> int:
        """Of how many whole months it consists; 0 where it begins or ends within one."""
        if self.first.day != 1 or self.last != _end_of_month(self.last):
            return 0
        return _months_between(self.first, self.last) + 1

    def before(self) -> "Period":
        """The span of the same kind just before: as many whole months, else as many days."""
        last = self.first - DAY
        if self.months:
            return Period(_plus_months(self.first, -self.months), last)
        return Period(last - DAY * (self.days - 1), last)

    def a_year_before(self) -> "Period":
        """Whole months of the year before; a week by the same weekdays 52 weeks ago; else the same dates."""
        if self.months:
            first = _plus_months(self.first, -MONTHS)
            return Period(first, _end_of_month(_plus_months(self.last.replace(day=1), -MONTHS)))
        if self == week_of(self.first):
            return Period(self.first - 364 * DAY, self.last - 364 * DAY)
        first = _plus_months(self.first, -MONTHS)
        return Period(first, first + DAY * (self.days - 1))

    def until(self, day: date) -> "Period | None":
        """What of it lies on or before ``day``; none where all of it is later."""
        return Period(self.first, min(self.last, day)) if self.first <= day else None

    def each_day(self) -> Iterator[date]:
        """Its days in order."""
        return (self.first + DAY * number for number in range(self.days))

    def parts(self) -> tuple[list[date], list[tuple[date, date]]]:
        """Its whole months, by their first days, and the spans of days before and after them."""
        begin = self.first if self.first.day == 1 else _plus_months(self.first.replace(day=1), 1)
        months = []
        while _end_of_month(begin) <= self.last:
            months.append(begin)
            begin = _plus_months(begin, 1)
        if not months:
            return [], [(self.first, self.last)]
        rests = [(self.first, months[0] - DAY), (begin, self.last)]
        return months, [(first, last) for first, last in rests if first <= last]

    @property
    def label(self) -> str:
        """Its name for people: a year, a month, a week with its days, or from–to."""
        if self.months == MONTHS and self.first.month == 1:
            return _("%(year)s, whole year") % {"year": self.first.year}
        if self.months == 1:
            return date_format(self.first, "YEAR_MONTH_FORMAT")
        days = {
            "first": date_format(self.first, "DATE_FORMAT"),
            "last": date_format(self.last, "DATE_FORMAT"),
        }
        if self == week_of(self.first):
            year, week, _weekday = self.first.isocalendar()
            return _("%(year)s, week %(week)s (%(first)s to %(last)s)") % {"year": year, "week": week, **days}
        return _("%(first)s to %(last)s") % days


def day_of(instant: datetime) -> date:
    """The calendar day of an instant in the installation's zone."""
    return timezone.localdate(instant)


def begin_of(day: date) -> datetime:
    """The first instant of a day in the installation's zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def week_of(day: date) -> Period:
    """Monday to Sunday (ISO 8601)."""
    monday = day - DAY * day.weekday()
    return Period(monday, monday + 6 * DAY)


def month_of(day: date) -> Period:
    """The calendar month."""
    return Period(day.replace(day=1), _end_of_month(day))


def quarter_of(day: date) -> Period:
    """The calendar quarter."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return Period(first, _end_of_month(_plus_months(first, 2)))


def year_of(day: date) -> Period:
    """The calendar year."""
    return Period(date(day.year, 1, 1), date(day.year, 12, 31))


def first_of_month(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * MONTHS + last.month - first.month


def _plus_months(day: date, months: int) -> date:
    """So many months later, at the end of a shorter month where it has no such day."""
    number = day.year * MONTHS + day.month - 1 + months
    year, month = divmod(number, MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
