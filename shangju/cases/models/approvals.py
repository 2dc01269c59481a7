"""What needs a second person: returns, pauses, extensions, looks at a minor's contact; asked, and decided by another."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shangju.cases.models.history import CaseEvent
from shangju.cases.models.reporter import RevealCode
from shangju.cases.models.work import WorkRecord
from shangju.cases.workflow import ApprovalKind, ApprovalState, PauseReason
from shangju.deadlines.engine import Clock


class Approval(WorkRecord):
    """What was asked by the row ``event``, and what became of it by the row ``decided_event``.

    ``is_beyond`` is asked of the task force alone: the second extension, the third return. ``amount`` is in the unit
    of the closing limit. ``wanted`` (pieces of the contact, ``RevealedField``), ``code`` and ``used_at`` belong to a look,
    which is allowed once and ``until`` then.
    """

    kind = models.CharField(_("What is asked"), max_length=20, choices=ApprovalKind)
    state = models.CharField(_("State"), max_length=20, choices=ApprovalState, default=ApprovalState.ASKED)
    is_beyond = models.BooleanField(_("For the task force"), default=False)
    reason = models.TextField(_("Reason"), max_length=1000)
    pause_reason = models.CharField(_("Reason of the pause"), max_length=20, choices=PauseReason, blank=True)
    until = models.DateTimeField(_("Until"), null=True)
    amount = models.PositiveIntegerField(_("How much longer"), null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(_("Asked"))
    decided_event = models.OneToOneField(
        CaseEvent, models.PROTECT, null=True, related_name="decided_approval"
    )
    decided_at = models.DateTimeField(_("Decided"), null=True)
    wanted = models.JSONField(_("What is to be seen"), default=list)
    code = models.CharField(_("For what"), max_length=20, choices=RevealCode, blank=True)
    used_at = models.DateTimeField(_("Looked"), null=True)

    class Meta(WorkRecord.Meta):
        ordering: ClassVar = ("asked_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(state=ApprovalState.ASKED) & ~Q(kind=ApprovalKind.REVEAL),
                name="asked_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["case", "asked_by"],
                condition=Q(state=ApprovalState.ASKED, kind=ApprovalKind.REVEAL),
                name="look_asked_once_each",
            ),
            models.CheckConstraint(condition=Q(kind__in=ApprovalKind.values), name="approval_kind_known"),
            models.CheckConstraint(
                condition=Q(state=ApprovalState.ASKED, decided_at__isnull=True)
                | Q(
                    state__in=[ApprovalState.GRANTED, ApprovalState.REFUSED, ApprovalState.LAPSED],
                    decided_at__isnull=False,
                ),
                name="approval_decided_when_over",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ApprovalKind.PAUSE) | Q(until__isnull=False), name="pause_asked_until"
            ),
            models.CheckConstraint(
                condition=~Q(kind=ApprovalKind.EXTENSION) | Q(amount__gte=1), name="extension_asked_for_some"
            ),
            models.CheckConstraint(
                condition=~Q(kind=ApprovalKind.REVEAL)
                | Q(code__in=RevealCode.values, asked_by__isnull=False),
                name="look_asked_by_somebody_for_something",
            ),
            models.CheckConstraint(
                condition=~Q(kind=ApprovalKind.REVEAL, state=ApprovalState.GRANTED) | Q(until__isnull=False),
                name="look_allowed_until",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True)
                | Q(kind=ApprovalKind.REVEAL, state=ApprovalState.GRANTED, used_at__lt=F("until")),
                name="look_used_while_allowed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["is_beyond", "asked_at"],
                condition=Q(state=ApprovalState.ASKED),
                name="approvals_waiting",
            )
        ]


class ClockPause(WorkRecord):
    """The closing clock stood still from ``starts_at`` to ``until``, or to ``ended_at`` where that came first."""

    round = models.PositiveSmallIntegerField()
    reason = models.CharField(_("Reason"), max_length=20, choices=PauseReason)
    starts_at = models.DateTimeField(_("From"))
    until = models.DateTimeField(_("Until"))
    ended_at = models.DateTimeField(_("Ended"), null=True)

    class Meta(WorkRecord.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("starts_at")), name="pause_has_a_length"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | (Q(ended_at__gte=F("starts_at")) & Q(ended_at__lte=F("until"))),
                name="pause_ends_within_itself",
            ),
        ]


class ClockExtension(WorkRecord):
    """More time for the closing clock; the old and the new due instant are kept (cases.md §3)."""

    round = models.PositiveSmallIntegerField()
    amount = models.PositiveIntegerField(_("How much longer"))
    clock = models.CharField(max_length=20)
    reason = models.CharField(_("Reason"), max_length=1000)
    old_due_at = models.DateTimeField(_("Due before"))
    new_due_at = models.DateTimeField(_("Due now"))

    class Meta(WorkRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(new_due_at__gte=F("old_due_at")), name="extended_not_shortened"
            ),
            models.CheckConstraint(
                condition=Q(clock__in=[clock.value for clock in Clock]), name="extension_clock_known"
            ),
        ]
