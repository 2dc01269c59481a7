"""Reference data of deadlines: years, days, hours and classes. Only :mod:`shangju.deadlines.services`
writes it.

None of it belongs to residents, and calendars are looked up by the number of a sub-district, so the
managers are plain.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.deadlines.engine import Clock
from shangju.deadlines.steps import Step


class ClockChoice(models.TextChoices):
    """The clocks of :class:`shangju.deadlines.engine.Clock`, with their names."""

    CONTINUOUS = Clock.CONTINUOUS.value, _("Day and night")
    WORKING_HOURS = Clock.WORKING_HOURS.value, _("Working hours")
    WORKING_DAYS = Clock.WORKING_DAYS.value, _("Working days")
    CALENDAR_DAYS = Clock.CALENDAR_DAYS.value, _("Calendar days")


class DayKind(models.TextChoices):
    """How a day differs from its weekday."""

    OFF = "off", _("Day off")
    WORKDAY = "workday", _("Make-up workday")


class WorkYear(models.Model):
    """A calendar year, and whether the State Council's notice about its holidays is known."""

    year = models.PositiveSmallIntegerField(_("Year"), unique=True)
    is_published = models.BooleanField(_("Notice published"), default=False)
    source_notice = models.CharField(_("Notice"), max_length=200, blank=True)

    class Meta:
        ordering = ("year",)

    def __str__(self) -> str:
        return str(self.year)


class WorkDay(models.Model):
    """A day that differs from its weekday: off for a holiday, or a weekend day that is worked (调休)."""

    date = models.DateField(_("Date"), unique=True)
    kind = models.CharField(pgettext_lazy("of a day", "Kind"), max_length=10, choices=DayKind)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60)
    source_notice = models.CharField(_("Notice"), max_length=200, blank=True)
    confirmed = models.BooleanField(_("Confirmed"), default=False)

    class Meta:
        ordering = ("date",)
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DayKind.values), name="work_day_kind_known")
        ]


class WorkHours(models.Model):
    """Opening spans of a sub-district, or the default where ``area`` is empty.

    ``spans`` is a list of ``["09:00", "12:00"]``; ``weekdays`` a list of 0 (Monday) to 6, empty for every
    worked day; the season is two ``MM-DD``, both included, empty for the whole year. A row with a season
    goes before one without, then one with weekdays before one without. ``checked`` says that the
    sub-district has confirmed it.
    """

    area = models.ForeignKey(
        Area, models.PROTECT, null=True, related_name="work_hours", verbose_name=_("Sub-district")
    )
    season_from = models.CharField(_("Season from"), max_length=5, blank=True)
    season_until = models.CharField(_("Season until"), max_length=5, blank=True)
    weekdays = models.JSONField(_("Weekdays"), default=list)
    spans = models.JSONField(_("Opening spans"))
    is_active = models.BooleanField(_("In use"), default=True)
    checked = models.BooleanField(_("Checked by the sub-district"), default=False)

    class Meta:
        ordering = ("area_id", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(season_from="", season_until="")
                | (Q(season_from__regex=r"^\d\d-\d\d$") & Q(season_until__regex=r"^\d\d-\d\d$")),
                name="season_whole_or_none",
            )
        ]


class NightRest(models.Model):
    """The hours of the night of a sub-district, or the default where ``area`` is empty; always eight
    (噪声法 §88).
    """

    area = models.OneToOneField(
        Area, models.PROTECT, null=True, related_name="night_rest", verbose_name=_("Sub-district")
    )
    begins = models.TimeField(_("Begins"))
    ends = models.TimeField(_("Ends"))
    checked = models.BooleanField(_("Checked by the sub-district"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(Coalesce("area", 0), name="one_night_rest_per_area"),
        ]


class DeadlineClass(models.Model):
    """A class of urgency (cases.md §4)."""

    code = models.CharField(_("Code"), max_length=5, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("Position"), default=0)
    pause_days = models.PositiveSmallIntegerField(_("Pauses in sum at most, in days"), default=0)
    extension_amount = models.PositiveIntegerField(
        _("One extension at most, in the unit of the closing limit"), default=0
    )
    extensions_at_most = models.PositiveSmallIntegerField(_("Extensions at most"), null=True)

    class Meta:
        ordering = ("position", "code")

    def __str__(self) -> str:
        return f"{self.code} {self.name_en if get_language() == 'en' else self.name_zh}"


class StepLimit(models.Model):
    """The limit of one step in one class: minutes on the first two clocks, days on the others."""

    deadline_class = models.ForeignKey(DeadlineClass, models.CASCADE, related_name="limits")
    step = models.CharField(_("Step"), max_length=20, choices=Step)
    amount = models.PositiveIntegerField(_("Amount"))
    clock = models.CharField(_("Clock"), max_length=20, choices=ClockChoice)

    class Meta:
        ordering = ("deadline_class", "pk")
        constraints = [
            models.UniqueConstraint(fields=["deadline_class", "step"], name="one_limit_per_class_and_step"),
            models.CheckConstraint(condition=Q(step__in=Step.values), name="step_known"),
            models.CheckConstraint(condition=Q(clock__in=ClockChoice.values), name="clock_known"),
            models.CheckConstraint(condition=Q(amount__gte=1), name="step_limit_positive"),
        ]


class ReferenceVersion(models.Model):
    """One row whose token changes with every edit, so that each process notices the others' edits at once."""

    token = models.UUIDField()
