"""What was registered on days that are over, counted once: thirty days are thirty rows, however many cases there were."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.core.scoping import ScopeColumns, ScopedManager


class ReceivedDayManager(ScopedManager["ReceivedDay"]):
    """Days of areas in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path")


class ReceivedDay(models.Model):
    """The concerns registered in a sub-district or community on one day, as :mod:`shangju.cockpit.tally` counts them.

    Beside :class:`shangju.measures.models.DayFlow`, because that one knows no category and no place, and is kept of rounds,
    row by row, for ever: what is told apart here is read off the cases as they are now (a category confirmed, a protection
    asked for later), for thirty days, and could not be read from it without losing one of the two figures.

    Numbers alone: no case, no person and no place that the gazetteer or the register of members does not name. A row
    may be deleted at any time; the worker counts the day again, and those that are older than an hour once more: a case
    gets its category, or its protection, later than it came.
    """

    area = models.ForeignKey(Area, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField(_("Day"))
    total = models.PositiveIntegerField(default=0)
    by_category = models.JSONField(default=dict)
    by_road = models.JSONField(default=dict)
    by_member = models.JSONField(default=dict)
    counted_at = models.DateTimeField()

    objects = ReceivedDayManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["area", "day"], name="received_day_once_per_area")]
