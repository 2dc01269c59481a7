"""Counting the days that are over, once each."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from shangju.areas.models import Area, AreaKind
from shangju.cockpit.models import ReceivedDay
from shangju.cockpit.queries import WallNames, days_missing, received_on, wall_names
from shangju.cockpit.tally import counted
from shangju.core.scoping import EverywhereReason, everywhere


def count_days(*, now: datetime) -> int:
    """Store what was registered on every settled day that is not stored; returns how many days there were.

    A step of the worker: each day is one transaction, so that it may be killed and repeated at any line.
    """
    today, done = timezone.localdate(now), 0
    with everywhere(EverywhereReason.WORKER):
        areas = Area.objects.filter(retired_on__isnull=True).defer("outline")
        for subdistrict in areas.filter(kind=AreaKind.SUBDISTRICT):
            if missing := days_missing(subdistrict, today=today):
                names = wall_names(subdistrict)
                communities = list(areas.filter(parent=subdistrict, kind=AreaKind.COMMUNITY))
                for day in missing:
                    _count_day(subdistrict, communities, day, names)
                done += len(missing)
    return done


def _count_day(subdistrict: Area, communities: list[Area], day: date, names: WallNames) -> None:
    """The rows of the sub-district and of its communities; one that another worker stored meanwhile stays."""
    rows = received_on(subdistrict, day, names=names)
    everything = counted(row for some in rows.values() for row in some)
    counts = [(subdistrict, everything), *((area, counted(rows.get(area.pk, ()))) for area in communities)]
    with transaction.atomic():
        ReceivedDay.objects.bulk_create(
            [ReceivedDay(area=area, day=day, **one.as_values()) for area, one in counts],
            ignore_conflicts=True,
        )
