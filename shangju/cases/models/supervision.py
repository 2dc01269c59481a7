"""What supervision leaves in a case: orders with their replies, notes of coordination, and the rungs that were climbed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shangju.cases.models.history import CaseEvent
from shangju.cases.models.work import WorkRecord
from shangju.cases.rungs import OrderStage, Rung
from shangju.deadlines.steps import Step


class SupervisionOrder(WorkRecord):
    """督办单: a written demand with a day by which a written reply is due."""

    number = models.CharField(_("Number"), max_length=24, unique=True)
    demand = models.TextField(_("Demand"), max_length=1000)
    reply_by = models.DateField(_("Reply by"))
    reply = models.TextField(_("Reply"), max_length=2000, blank=True)
    replied_event = models.OneToOneField(CaseEvent, models.PROTECT, null=True, related_name="answered_order")
    replied_at = models.DateTimeField(_("Replied"), null=True)

    class Meta(WorkRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(replied_at__isnull=True, reply="") | (Q(replied_at__isnull=False) & ~Q(reply="")),
                name="order_replied_in_writing",
            )
        ]
        indexes = [
            models.Index(
                fields=["reply_by", "id"], condition=Q(replied_at__isnull=True), name="orders_without_reply"
            )
        ]

    def __str__(self) -> str:
        return self.number


class Coordination(WorkRecord):
    """协调会商: several units were brought together about one case; who does what by when.

    ``tasks`` is a list of ``{"unit": name, "post": id, "task": words, "due_on": "2026-12-01"}``.
    """

    held_at = models.DateTimeField(_("Held at"))
    place_note = models.CharField(_("Where"), max_length=80, blank=True)
    units = models.CharField(_("Units present"), max_length=300)
    account = models.TextField(_("What was said"), max_length=2000)
    agreed = models.TextField(_("What was agreed"), max_length=1000)
    tasks = models.JSONField(_("Who does what"), default=list)


class LadderMark(WorkRecord):
    """A rung that a promise of the case has reached; the row ``event`` says what was done on it.

    A promise is a step with its due instant: an extension makes a new one. That the same rung is never reached twice
    is this constraint, whoever sweeps and however often (docs/adr/0012).
    """

    step = models.CharField(max_length=20, choices=Step)
    due_at = models.DateTimeField()
    rung = models.CharField(max_length=10, choices=Rung)
    made_at = models.DateTimeField()

    class Meta(WorkRecord.Meta):
        constraints = [
            models.UniqueConstraint(fields=["case", "step", "due_at", "rung"], name="rung_once_per_promise"),
            models.CheckConstraint(condition=Q(rung__in=Rung.values), name="rung_known"),
        ]
        indexes = [models.Index(fields=["rung", "made_at"], name="marks_by_rung")]


class OrderMark(WorkRecord):
    """A supervision order without a reply made itself heard; like the ladder's marks unique, whoever sweeps."""

    order = models.ForeignKey(SupervisionOrder, models.CASCADE, related_name="marks")
    stage = models.CharField(max_length=10, choices=OrderStage)
    made_at = models.DateTimeField()

    class Meta(WorkRecord.Meta):
        constraints = [
            models.UniqueConstraint(fields=["order", "stage"], name="stage_once_per_order"),
            models.CheckConstraint(condition=Q(stage__in=OrderStage.values), name="order_stage_known"),
        ]
