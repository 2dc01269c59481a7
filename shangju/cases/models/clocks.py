"""The running and stopped clocks of a case, each with the explanation of its due instant."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shangju.cases.models.case import Case
from shangju.cases.models.reporter import BEHIND_CASE
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.deadlines.engine import Clock
from shangju.deadlines.steps import Step


class CaseClockManager(ScopedManager["CaseClock"]):
    """Clocks in scope."""

    columns: ClassVar[ScopeColumns] = BEHIND_CASE


class CaseClock(models.Model):
    """One step's deadline in one round; a reopened case starts a new round and keeps the old one.

    How often a step is begun within a round is not limited; at most one of its clocks runs.

    ``explanation`` holds the lines of :class:`shangju.deadlines.engine.Line` as JSON; they are put into words in the
    reader's language when shown.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="clocks", db_index=False)
    step = models.CharField(max_length=20, choices=Step)
    round = models.PositiveSmallIntegerField(default=0)
    limit_amount = models.PositiveIntegerField()
    limit_clock = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    yellow_at = models.DateTimeField()
    orange_at = models.DateTimeField()
    purple_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    is_met = models.BooleanField(null=True)
    is_provisional = models.BooleanField(default=False)
    explanation = models.JSONField(default=list)

    objects = CaseClockManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("case_id", "round", "started_at", "pk")
        indexes = [models.Index(fields=["case", "round"], name="clocks_of_case")]
        constraints = [
            # A case that was returned or climbed a tier is signed for again: its earlier clocks are kept, stopped.
            models.UniqueConstraint(
                fields=["case", "step"],
                condition=Q(stopped_at__isnull=True),
                name="one_running_clock_per_step",
            ),
            models.CheckConstraint(condition=Q(due_at__gte=models.F("started_at")), name="due_after_start"),
            models.CheckConstraint(
                condition=Q(limit_clock__in=[clock.value for clock in Clock]), name="case_clock_known"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, is_met__isnull=True)
                | Q(stopped_at__isnull=False, is_met__isnull=False),
                name="clock_met_when_stopped",
            ),
        ]
