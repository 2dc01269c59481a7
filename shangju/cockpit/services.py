"""Counting the days that are over."""

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction

from shangju.areas.models import Area, AreaKind
from shangju.cockpit.models import ReceivedDay
from shangju.cockpit.queries import days_to_count, received_between, wall_names
from shangju.cockpit.tally import Received, ReceivedCounts, counted
from shangju.core.scoping import EverywhereReason, everywhere


def count_days(*, now: datetime) -> int:
    """Store what was registered on every settled day that is not stored or was counted long ago; returns how many.

    A step of the worker: the days of a sub-district are one transaction, so that it may be killed and repeated.
    """
    done = 0
    with everywhere(EverywhereReason.WORKER):
        areas = Area.objects.filter(retired_on__isnull=True).defer("outline")
        for subdistrict in areas.filter(kind=AreaKind.SUBDISTRICT):
            if days := days_to_count(subdistrict, now=now):
                communities = areas.filter(parent=subdistrict, kind=AreaKind.COMMUNITY)
                _count(subdistrict, list(communities), days, now=now)
                done += len(days)
    return done


def _count(subdistrict: Area, communities: list[Area], days: list[date], *, now: datetime) -> None:
    """The rows of the sub-district and of its communities, in the place of those that are stored."""
    rows: dict[date, list[Received]] = defaultdict(list)
    below: dict[tuple[date, int | None], list[Received]] = defaultdict(list)
    for case in received_between(subdistrict, days[0], days[-1], names=wall_names(subdistrict)):
        rows[case.day].append(case.received)
        below[case.day, case.community].append(case.received)
    stored = []
    for day in days:
        stored.append(_row(subdistrict, day, counted(rows[day]), now=now))
        stored += [_row(area, day, counted(below[day, area.pk]), now=now) for area in communities]
    with transaction.atomic():
        ReceivedDay.objects.bulk_create(
            stored,
            update_conflicts=True,
            unique_fields=["area", "day"],
            update_fields=["total", "by_category", "by_road", "by_member", "counted_at"],
        )


def _row(area: Area, day: date, counts: ReceivedCounts, *, now: datetime) -> ReceivedDay:
    return ReceivedDay(area=area, day=day, counted_at=now, **counts.as_values())
