"""Tables of retention and of requests about one's own data."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.core.sealing import SealedTextField
from shangju.privacy.workflow import (
    CASE_KINDS,
    OPEN_REQUEST_STATES,
    ErasureCause,
    LegalReason,
    RefusalReason,
    RequestKind,
    RequestMove,
    RequestState,
    RetentionKind,
    RunState,
)


class RetentionRule(models.Model):
    """How long a kind of data is kept here. The bounds are in the code (:data:`~shangju.privacy.workflow.RETENTION`)."""

    kind = models.CharField(_("What"), max_length=20, choices=RetentionKind)
    days = models.PositiveIntegerField(_("Days"))
    reason = models.CharField(_("Legal reason"), max_length=30, choices=LegalReason)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["kind"], name="one_rule_per_kind"),
            models.CheckConstraint(condition=Q(kind__in=RetentionKind.values), name="retention_kind_known"),
        ]


class RetentionRun(models.Model):
    """One round of removing what has reached its time: first looked at, then confirmed, then carried out by the worker.

    ``terms`` are the days per kind and ``as_of`` the instant from which they count back, both as of the preparation:
    what is carried out is what was looked at, however the rules change meanwhile.
    """

    state = models.CharField(_("State"), max_length=20, choices=RunState, default=RunState.PREPARED)
    terms = models.JSONField(default=dict)
    as_of = models.DateTimeField(_("As of"))
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(_("Confirmed"), null=True)
    finished_at = models.DateTimeField(_("Finished"), null=True)

    class Meta:
        ordering = ("-as_of", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="retention_run_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[RunState.CONFIRMED, RunState.DONE]) | Q(confirmed_at__isnull=False),
                name="confirmed_before_carried_out",
            ),
            models.CheckConstraint(
                condition=Q(state=RunState.DONE, finished_at__isnull=False)
                | (~Q(state=RunState.DONE) & Q(finished_at__isnull=True)),
                name="run_done_when_finished",
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=RunState.CONFIRMED), name="one_run_at_a_time"
            ),
        ]


class RetentionCount(models.Model):
    """How much of a kind, in a sub-district where it has one, a run found and removed; samples are case numbers."""

    run = models.ForeignKey(RetentionRun, models.CASCADE, related_name="counts")
    kind = models.CharField(max_length=20, choices=RetentionKind)
    subdistrict = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    found = models.PositiveIntegerField(_("Found"), default=0)
    removed = models.PositiveIntegerField(_("Removed"), default=0)
    samples = models.JSONField(default=list)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "subdistrict"], name="one_count_per_subdistrict"),
            models.UniqueConstraint(
                fields=["run", "kind"], condition=Q(subdistrict__isnull=True), name="one_count_without_area"
            ),
        ]


class CaseErasureManager(ScopedManager["CaseErasure"]):
    """Records of removals in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="case__area_path")


class CaseErasure(models.Model):
    """That something of a case was removed: what, when, under which rule or wish. Appended, never edited.

    ``removed`` counts the pieces by their kind; nothing in the row says what they were. A kind is removed by its time
    once; a wish may come before and again, after a correction.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="erasures")
    kind = models.CharField(max_length=20, choices=[(kind, kind.label) for kind in CASE_KINDS])
    cause = models.CharField(max_length=20, choices=ErasureCause)
    run = models.ForeignKey(RetentionRun, models.PROTECT, null=True, related_name="erasures")
    request = models.ForeignKey("DataRequest", models.PROTECT, null=True, related_name="erasures")
    days = models.PositiveIntegerField(null=True)
    removed = models.JSONField(default=dict)
    at = models.DateTimeField()

    objects = CaseErasureManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(cause=ErasureCause.RETENTION), name="retained_once"
            ),
            models.CheckConstraint(
                condition=Q(cause=ErasureCause.RETENTION, run__isnull=False, days__isnull=False)
                | (~Q(cause=ErasureCause.RETENTION) & Q(run__isnull=True, request__isnull=False)),
                name="erasure_has_its_ground",
            ),
        ]


class DataRequestManager(ScopedManager["DataRequest"]):
    """Requests in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area_path")


class DataRequest(models.Model):
    """What somebody asks about their own data, with its clock. ``case`` or ``user`` says whose; words are sealed.

    ``area`` is whose staff answer: of the case, or of the latest case of the account.
    """

    kind = models.CharField(_("What is asked"), max_length=20, choices=RequestKind)
    state = models.CharField(_("State"), max_length=20, choices=RequestState, default=RequestState.RECEIVED)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="data_requests")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="data_requests"
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=200)
    words = SealedTextField(_("In the person's words"), blank=True, default="")
    new_name = SealedTextField(pgettext_lazy("of a person", "Name"), blank=True, default="")
    new_phone = SealedTextField(_("Phone"), blank=True, default="")
    received_at = models.DateTimeField(_("Received"))
    due_at = models.DateTimeField(_("Due"))
    yellow_at = models.DateTimeField()
    orange_at = models.DateTimeField()
    purple_at = models.DateTimeField()
    explanation = models.JSONField(default=list)
    refusal = models.CharField(_("Legal reason"), max_length=20, choices=RefusalReason, blank=True)
    answer = SealedTextField(_("Answer"), blank=True, default="")
    answered_at = models.DateTimeField(_("Answered"), null=True)
    told_at = models.DateTimeField(_("Told"), null=True)
    emptied_at = models.DateTimeField(null=True)

    objects = DataRequestManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("due_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="data_request_state_known"
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(user__isnull=False), name="data_request_is_somebodys"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_REQUEST_STATES, answered_at__isnull=True)
                | ~Q(state__in=OPEN_REQUEST_STATES),
                name="open_request_unanswered",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.REFUSED) | ~Q(refusal=""), name="refusal_names_its_reason"
            ),
            models.CheckConstraint(
                condition=Q(due_at__gte=F("received_at")), name="data_request_due_after_received"
            ),
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(state__in=OPEN_REQUEST_STATES, case__isnull=False),
                name="one_open_request_per_case",
            ),
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=Q(state__in=OPEN_REQUEST_STATES, case__isnull=True),
                name="one_open_request_per_user",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=OPEN_REQUEST_STATES), name="open_data_requests"
            )
        ]


class RequestRowManager(ScopedManager["DataRequestEvent"]):
    """History rows of requests in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="request__area_path")


class DataRequestEvent(models.Model):
    """One thing that happened to a request; appended, never edited."""

    request = models.ForeignKey(DataRequest, models.PROTECT, related_name="events")
    move = models.CharField(max_length=20, choices=RequestMove)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20, choices=RequestState)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    post_name = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    objects = RequestRowManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("request_id", "pk")
