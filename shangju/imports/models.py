"""Imports of tables by staff: the run, its rows as they came (sealed), and column plans that are remembered."""

import json
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.core.sealing import SealedTextField
from shangju.imports.workflow import RowOutcome, Stage, StopReason


class RunManager(ScopedManager["ImportRun"]):
    """Runs in scope: those for an area in reach."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path")


class ImportRun(models.Model):
    """One table that somebody gave, from the upload to the last row.

    ``area`` is where its orders belong: a row for a place outside is refused. ``positions`` says which of our columns
    stands where (``{"id": [0], "area": [6, 5]}``; of several the first filled cell counts). ``file_kind``,
    ``encoding`` and ``delimiter`` are kept so that answers go back in the form in which the orders came.
    ``language`` is that of the sentences about its rows. After ``cleared_at`` the rows hold no cells any more.
    ``is_masked``: personal data in the texts is masked as they go in, as whoever started it chose.
    """

    class FileKind(models.TextChoices):
        """In which form the table came."""

        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    area = models.ForeignKey(Area, models.PROTECT, related_name="import_runs", verbose_name=_("Area"))
    stage = models.CharField(_("Stage"), max_length=12, choices=Stage)
    file_name = models.CharField(_("File"), max_length=80)
    file_kind = models.CharField(max_length=4, choices=FileKind)
    encoding = models.CharField(max_length=12, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    headers = models.JSONField(default=list)
    positions = models.JSONField(default=dict)
    row_count = models.PositiveIntegerField(_("Rows"), default=0)
    language = models.CharField(max_length=10)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Given by")
    )
    uploaded_at = models.DateTimeField(_("Given at"))
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stopped_because = models.CharField(max_length=12, choices=StopReason, blank=True)
    cleared_at = models.DateTimeField(null=True)
    is_masked = models.BooleanField(default=False)

    objects = RunManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("-uploaded_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="import_stage_known"),
            models.CheckConstraint(
                condition=~Q(stage__in=[Stage.IMPORTING, Stage.DONE]) | Q(started_by__isnull=False),
                name="import_started_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.STOPPED, stopped_because__in=StopReason.values)
                | (~Q(stage=Stage.STOPPED) & Q(stopped_because="")),
                name="import_stopped_says_why",
            ),
        ]
        indexes = [models.Index(fields=["area", "-uploaded_at"], name="imports_by_area")]

    def __str__(self) -> str:
        return self.file_name


class RowManager(ScopedManager["ImportRow"]):
    """Rows in scope: those of a run in reach."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="run__area__path")


class ImportRow(models.Model):
    """One row as it came, with what became of it.

    ``digest`` is a keyed print of all its cells: two rows with one number are the same or are told apart by it.
    ``is_broken``: the file itself is broken there, so that no choice of columns makes it readable.
    ``area`` is the place that was found for it, none where nothing below the run's area was.
    ``holds_personal_data``: its text, as far as it was read, names a phone, a plate or the like.
    ``case`` is the case that has the order's number, made by this row (``imported``) or before it.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveIntegerField(_("Line"))
    cells_sealed = SealedTextField(blank=True, default="")
    refusals_sealed = SealedTextField(blank=True, default="")
    digest = models.CharField(max_length=43)
    outcome = models.CharField(_("Outcome"), max_length=10, choices=RowOutcome, default=RowOutcome.WAITING)
    is_broken = models.BooleanField(default=False)
    holds_personal_data = models.BooleanField(default=False)
    source_key = models.CharField(max_length=80, blank=True)
    area = models.ForeignKey(Area, models.SET_NULL, null=True, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="import_rows")

    objects = RowManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("run_id", "line")
        constraints = [
            models.UniqueConstraint(fields=["run", "line"], name="import_line_once"),
            models.CheckConstraint(condition=Q(outcome__in=RowOutcome.values), name="import_outcome_known"),
        ]
        indexes = [
            models.Index(fields=["run", "outcome", "line"], name="import_rows_by_outcome"),
            models.Index(fields=["run", "source_key"], name="import_rows_by_number"),
        ]

    @property
    def cells(self) -> list[str]:
        """The cells as they came; none once the row was cleared."""
        return list(json.loads(self.cells_sealed or "[]"))

    @property
    def refusals(self) -> dict[str, str]:
        """Why the row cannot be taken: a sentence by our name of the column, ``""`` for the row as a whole."""
        return dict(json.loads(self.refusals_sealed or "{}"))


def closed(content: object) -> str:
    """What goes into a sealed field of a row; damaged signs of a file survive the way there and back."""
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    try:
        plain.encode()
    except UnicodeEncodeError:
        return json.dumps(content, separators=(",", ":"))
    return plain


class PlanManager(ScopedManager["ColumnPlan"]):
    """Column plans in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path")


class ColumnPlan(models.Model):
    """What the columns of a source's tables mean, as somebody named them once: ``{"text": ["诉求", "补充"]}``.

    It belongs to a sub-district and serves every import into it or its communities.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="column_plans")
    name = models.CharField(_("Name"), max_length=40)
    columns = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    objects = PlanManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("-changed_at", "-pk")
        constraints = [models.UniqueConstraint(fields=["area", "name"], name="column_plan_once_by_name")]

    def __str__(self) -> str:
        return self.name
