"""Counting the days that are over, once each."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from shangju.areas.models import Area, AreaKind
from shangju.cockpit.models import ReceivedDay
from shangju.cockpit.queries import WallNames, children_of, days_missing, received_rows, wall_names
from shangju.cockpit.tally import tally_of
from shangju.core.scoping import EverywhereReason, everywhere


def tally_days(*, now: datetime) -> int:
    """Store what was received on every day of the last ninety that is over and not stored; returns how many days.

    A step of the worker: each day is one transaction, so that it may be killed and repeated at any line.
    """
    today, counted = timezone.localdate(now), 0
    with everywhere(EverywhereReason.WORKER):
        subdistricts = Area.objects.filter(kind=AreaKind.SUBDISTRICT, retired_on__isnull=True).defer(
            "outline"
        )
        for subdistrict in subdistricts:
            if missing := days_missing(subdistrict, today=today):
                names, communities = wall_names(subdistrict), children_of(subdistrict)
                for day in missing:
                    _tally_day(subdistrict, communities, day, names)
                counted += len(missing)
    return counted


def _tally_day(subdistrict: Area, communities: list[Area], day: date, names: WallNames) -> None:
    """The rows of the sub-district and of its communities; one that another worker stored meanwhile stays."""
    rows = received_rows(subdistrict, day, day, names=names)
    everything = tally_of(row for some in rows.values() for row in some)
    tallies = [(subdistrict, everything), *((area, tally_of(rows.get(area.pk, ()))) for area in communities)]
    with transaction.atomic():
        ReceivedDay.objects.bulk_create(
            [ReceivedDay(area=area, day=day, **tally.counts()) for area, tally in tallies],
            ignore_conflicts=True,
        )
