"""Rounds read from the history, what is counted ahead of them, and what a sub-district sets (docs/adr/0013)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.cases.models.case import CASE_LEVELS
from shangju.cases.workflow import Channel
from shangju.categories.models import Category
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.measures.definitions import DEFAULT_MINIMUM, THREE_RATES, MeasureName, Verdict
from shangju.parties.models import Party
from shangju.posts.models import Post


class RoundManager(ScopedManager["Round"]):
    """Rounds of cases in scope. No party column: a member never reads figures of single cases."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area_path", levels=CASE_LEVELS)


def _verdict(measure: MeasureName) -> "models.PositiveSmallIntegerField[Any, Any]":
    return models.PositiveSmallIntegerField(measure.label, choices=Verdict.choices, default=Verdict.EXCLUDED)


class Round(models.Model):
    """One round of a case: from the report, or a reopening, to its result. What counts is decided here, once.

    Written by :mod:`shangju.measures.keeping` alone, out of the history and the clocks; ``history_length`` says how far
    it was read. ``day`` is the calendar day of the closing deadline, by which the round belongs to a period; the days of
    its beginning and end, and the hour of the day at which it began, are stored because all rounds are counted by them
    (:mod:`shangju.measures.recounting`). An open round is judged as if its deadline had passed; until it has, whoever
    counts leaves it out.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="rounds", db_index=False)
    number = models.PositiveSmallIntegerField()
    history_length = models.PositiveIntegerField()

    area_path = models.CharField(max_length=200)
    subdistrict = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    community = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+", db_index=False)
    grid = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+", db_index=False)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+", db_index=False)
    channel = models.CharField(max_length=20, choices=Channel)
    deadline_class = models.CharField(max_length=5)
    handler_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", db_index=False)
    handler_party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+", db_index=False)

    started_at = models.DateTimeField()
    begun_on = models.DateField()
    begun_hour = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    day = models.DateField()
    ended_at = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True)
    is_aside = models.BooleanField(default=False)
    minutes = models.PositiveIntegerField(_("Minutes to the result"), null=True)

    signed = _verdict(MeasureName.SIGNED)
    contacted = _verdict(MeasureName.CONTACTED)
    closed = _verdict(MeasureName.CLOSED)
    solved = _verdict(MeasureName.SOLVED)
    satisfied = _verdict(MeasureName.SATISFIED)
    returned = _verdict(MeasureName.RETURNED)
    reopened = _verdict(MeasureName.REOPENED)

    objects = RoundManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="round_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False) | Q(is_aside=False, minutes__isnull=True),
                name="open_round_has_no_result",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_on__isnull=True)
                | Q(ended_at__isnull=False, ended_on__isnull=False),
                name="ended_on_a_day",
            ),
            models.CheckConstraint(condition=Q(begun_hour__lte=23), name="begun_in_an_hour"),
            models.CheckConstraint(
                condition=Q(is_aside=False) | Q(**dict.fromkeys(MeasureName.values, Verdict.EXCLUDED)),
                name="aside_counts_nowhere",
            ),
            *(
                models.CheckConstraint(condition=Q(**{f"{name}__in": Verdict.values}), name=f"verdict_{name}")
                for name in MeasureName.values
            ),
        ]
        indexes = [
            # The longer ones hold all that medians and flows are counted by: the rows themselves stay unread.
            models.Index(
                fields=["subdistrict", "day", "minutes", "category", "community"],
                name="medians_by_subdistrict",
            ),
            models.Index(fields=["community", "day"], name="rounds_by_community"),
            models.Index(fields=["grid", "day"], name="rounds_by_grid"),
            models.Index(
                fields=["subdistrict", "begun_on", "begun_hour", "number", "community"], name="flows_begun"
            ),
            models.Index(fields=["subdistrict", "ended_on", "is_aside", "community"], name="flows_ended"),
            models.Index(
                fields=["subdistrict", "due_at"], condition=Q(ended_at__isnull=True), name="rounds_open"
            ),
        ]

    @property
    def hours(self) -> float | None:
        """From the beginning to the result; none without one."""
        return None if self.minutes is None else self.minutes / 60


OF_AREA = ScopeColumns(path="area__path")


class TallyManager(ScopedManager["Tally"]):
    """Tallies of areas in scope."""

    columns: ClassVar[ScopeColumns] = OF_AREA


class DayFlowManager(ScopedManager["DayFlow"]):
    """Flows of sub-districts in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="subdistrict__path")


class MeasureSettingsManager(ScopedManager["MeasureSettings"]):
    """Settings of sub-districts in scope."""

    columns: ClassVar[ScopeColumns] = OF_AREA


class Dimension(models.TextChoices):
    """By what a total is parted."""

    WHOLE = "", _("All together")
    AREA = "area", _("Area")
    CATEGORY = "category", _("Category")
    CHANNEL = "channel", _("Channel")
    CLASS = "class", _("Deadline class")
    HANDLER = "handler", _("Handler")


COUNTED: tuple[str, ...] = (
    "rounds",
    "aside",
    "open",
    *(f"{name}_{answer}" for name in MeasureName.values for answer in ("yes", "no")),
    "handled",
    "minutes",
)
"""The counters of a tally, in the order of its columns."""


class Tally(models.Model):
    """Rounds counted ahead: days of sub-districts, months of them by each dimension, months of communities as a whole.

    Whatever is smaller, a day by category or the month of a community by handler, is hardly less than its rounds, which are
    counted when it is asked for. ``key`` is the id, code or name of what the dimension parts by.
    """

    class Grain(models.TextChoices):
        """How long a tally is."""

        DAY = "day", _("Day")
        MONTH = "month", _("Month")

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    subdistrict = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    grain = models.CharField(max_length=5, choices=Grain)
    first = models.DateField()
    dimension = models.CharField(max_length=8, choices=Dimension, blank=True)
    key = models.CharField(max_length=20, blank=True)

    rounds = models.PositiveIntegerField(default=0)
    aside = models.PositiveIntegerField(default=0)
    open = models.PositiveIntegerField(default=0)
    signed_yes = models.PositiveIntegerField(default=0)
    signed_no = models.PositiveIntegerField(default=0)
    contacted_yes = models.PositiveIntegerField(default=0)
    contacted_no = models.PositiveIntegerField(default=0)
    closed_yes = models.PositiveIntegerField(default=0)
    closed_no = models.PositiveIntegerField(default=0)
    solved_yes = models.PositiveIntegerField(default=0)
    solved_no = models.PositiveIntegerField(default=0)
    satisfied_yes = models.PositiveIntegerField(default=0)
    satisfied_no = models.PositiveIntegerField(default=0)
    returned_yes = models.PositiveIntegerField(default=0)
    returned_no = models.PositiveIntegerField(default=0)
    reopened_yes = models.PositiveIntegerField(default=0)
    reopened_no = models.PositiveIntegerField(default=0)
    handled = models.PositiveIntegerField(default=0)
    minutes = models.PositiveBigIntegerField(default=0)

    objects = TallyManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["area", "dimension", "grain", "first", "key"], name="tally_once"),
            models.CheckConstraint(
                condition=Q(grain="month") | Q(grain="day", dimension="", key=""), name="days_are_whole"
            ),
            models.CheckConstraint(
                condition=Q(grain="month", dimension="", key="") | Q(area=F("subdistrict")),
                name="communities_have_whole_months",
            ),
        ]
        indexes = [models.Index(fields=["subdistrict", "first"], name="tallies_of_subdistrict")]


class DayFlow(models.Model):
    """What came in and went out of a sub-district on one day. ``hours`` has 24 numbers: what came in each hour.

    That of a community is read out of an index of rounds when it is asked for, and never stored.
    """

    subdistrict = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    received = models.PositiveIntegerField(default=0)
    reopened = models.PositiveIntegerField(default=0)
    resolved = models.PositiveIntegerField(default=0)
    ended_aside = models.PositiveIntegerField(default=0)
    hours = models.JSONField(default=list)

    objects = DayFlowManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["subdistrict", "day"], name="flow_once_a_day")]


class MeasureSettings(models.Model):
    """The weights of the 三率 score in percent, and the least number that is compared, where they are not the default."""

    area = models.OneToOneField(
        Area, models.PROTECT, related_name="measure_settings", verbose_name=_("Sub-district")
    )
    weight_contacted = models.PositiveSmallIntegerField(_("Weight of the response"))
    weight_solved = models.PositiveSmallIntegerField(_("Weight of what was solved"))
    weight_satisfied = models.PositiveSmallIntegerField(_("Weight of the satisfaction"))
    minimum = models.PositiveSmallIntegerField(_("Compared from so many cases on"), default=DEFAULT_MINIMUM)

    objects = MeasureSettingsManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(weight_contacted=100 - F("weight_solved") - F("weight_satisfied")),
                name="weights_make_a_hundred",
            ),
            models.CheckConstraint(condition=Q(minimum__gte=1), name="minimum_at_least_one"),
        ]


WEIGHT_FIELDS: dict[MeasureName, str] = {name: f"weight_{name.value}" for name in THREE_RATES}


class ReadTo(models.Model):
    """How far the history was read for the figures; one row, locked by whoever reads on."""

    event = models.PositiveBigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_place_in_the_history")]
