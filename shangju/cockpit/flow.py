"""How many concerns came in, went on and ended, day by day."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.cases.rules import within
from shangju.cockpit.queries import midnight

LINE_DAYS = 14
LONGEST_CASE = 90


@dataclass(frozen=True, slots=True)
class Today:
    """What was done since midnight."""

    received: int
    accepted: int
    dispatched: int
    resolved: int
    closed: int


@dataclass(frozen=True, slots=True)
class DayCounts:
    """One day of the lines."""

    day: date
    received: int
    resolved: int
    closed: int


def _recent(area: Area, today: date) -> QuerySet[Case]:
    since = midnight(today - timedelta(days=LONGEST_CASE))
    return Case.objects.filter(within(area.scoped), registered_at__gte=since).order_by()


def today_in(area: Area, *, today: date) -> Today:
    """What was done today in ``area``."""
    since = midnight(today)
    found = _recent(area, today).aggregate(
        received=Count("pk", filter=Q(registered_at__gte=since)),
        accepted=Count("pk", filter=Q(accepted_at__gte=since)),
        dispatched=Count("pk", filter=Q(dispatched_at__gte=since)),
        resolved=Count("pk", filter=Q(resolved_at__gte=since)),
        closed=Count("pk", filter=Q(closed_at__gte=since)),
    )
    return Today(**found)


def lines_of(area: Area, *, today: date) -> list[DayCounts]:
    """The last fourteen days, today included."""
    first = today - timedelta(days=LINE_DAYS - 1)
    counts = {
        name: dict(
            _recent(area, today)
            .filter(**{f"{column}__gte": midnight(first)})
            .values_list(TruncDate(column))
            .annotate(Count("pk"))
        )
        for name, column in (
            ("received", "registered_at"),
            ("resolved", "resolved_at"),
            ("closed", "closed_at"),
        )
    }
    days = [first + timedelta(days=number) for number in range(LINE_DAYS)]
    return [DayCounts(day, **{name: found.get(day, 0) for name, found in counts.items()}) for day in days]
