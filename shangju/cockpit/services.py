"""Counting the days that are over, once each."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from shangju.areas.models import Area, AreaKind
from shangju.cockpit.models import ReceivedDay
from shangju.cockpit.queries import days_missing, received_between, wall_names
from shangju.cockpit.tally import counted
from shangju.core.scoping import EverywhereReason, everywhere


def count_days(*, now: datetime) -> int:
    """Store what was registered on every settled day that is not stored; returns how many days there were.

    A step of the worker: the days of a sub-district are one transaction, so that it may be killed and repeated.
    """
    today, done = timezone.localdate(now), 0
    with everywhere(EverywhereReason.WORKER):
        areas = Area.objects.filter(retired_on__isnull=True).defer("outline")
        for subdistrict in areas.filter(kind=AreaKind.SUBDISTRICT):
            if missing := days_missing(subdistrict, today=today):
                communities = areas.filter(parent=subdistrict, kind=AreaKind.COMMUNITY)
                _count(subdistrict, list(communities), missing)
                done += len(missing)
    return done


def _count(subdistrict: Area, communities: list[Area], days: list[date]) -> None:
    """The rows of the sub-district and of its communities; one that another worker stored meanwhile stays."""
    rows = received_between(subdistrict, days[0], days[-1], names=wall_names(subdistrict))
    stored = []
    for day in days:
        of_day = {community: some for (of, community), some in rows.items() if of == day}
        everything = counted(row for some in of_day.values() for row in some)
        stored.append(ReceivedDay(area=subdistrict, day=day, **everything.as_values()))
        stored += [
            ReceivedDay(area=area, day=day, **counted(of_day.get(area.pk, ())).as_values())
            for area in communities
        ]
    with transaction.atomic():
        ReceivedDay.objects.bulk_create(stored, ignore_conflicts=True)
