"""Saved views of ledgers, and the log of everything that left the house as a table."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.ledgers.workflow import ExportState, FailureReason, FileForm, LedgerKind, PaperKind


class LedgerViewManager(ScopedManager["LedgerView"]):
    """Saved views in scope: of an area in reach, and of those that it lies in."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path", covering="area_id")


class LedgerView(models.Model):
    """A ledger as somebody arranged it: which columns in which order, which rows.

    ``area`` is the sub-district; a shared view is there for everybody in it who may open its kind. ``filters`` is what
    :meth:`shangju.ledgers.filters.LedgerFilters.as_data` gives.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="ledger_views")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(_("Ledger"), max_length=12, choices=LedgerKind)
    name = models.CharField(_("Name"), max_length=40)
    columns = models.JSONField(_("Columns"), default=list)
    filters = models.JSONField(_("Rows"), default=dict)
    is_shared = models.BooleanField(_("For everybody in the sub-district"), default=False)
    changed_at = models.DateTimeField()

    objects = LedgerViewManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=LedgerKind.values), name="ledger_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="ledger_view_has_a_name"),
            models.UniqueConstraint(fields=["owner", "name"], name="ledger_view_once_per_owner"),
            models.UniqueConstraint(
                fields=["area", "name"], condition=Q(is_shared=True), name="shared_ledger_view_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExportManager(ScopedManager["Export"]):
    """Exports in scope: those about an area in reach."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path")


class Export(models.Model):
    """One table that was taken out of the house, or asked for: who, when, what of it, why, and who allowed it.

    ``columns`` and ``filters`` are frozen as they were asked for. ``is_full``: with the contact of reporters in plain,
    which somebody else allows first; it has no ``file``, since it is written when it is taken. Without ``asked_by`` it
    was written at the command line. ``row_count`` is what was there when it was asked for, in the end what it holds.
    """

    KINDS: ClassVar = [*LedgerKind.choices, *PaperKind.choices]

    area = models.ForeignKey(Area, models.PROTECT, related_name="exports", verbose_name=_("Area"))
    kind = models.CharField(_("What"), max_length=12, choices=KINDS)
    name = models.CharField(_("Name"), max_length=80)
    form = models.CharField(_("File"), max_length=4, choices=FileForm)
    is_full = models.BooleanField(_("With contacts in plain"), default=False)
    columns = models.JSONField(_("Columns"), default=list)
    filters = models.JSONField(_("Rows"), default=dict)
    reason = models.CharField(_("For what it is needed"), max_length=200, blank=True)
    language = models.CharField(max_length=10)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    post_name = models.CharField(_("Post"), max_length=60, blank=True)
    asked_at = models.DateTimeField(_("Asked"))
    state = models.CharField(_("State"), max_length=10, choices=ExportState)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decider_post = models.CharField(_("Decided by"), max_length=60, blank=True)
    decided_at = models.DateTimeField(_("Decided"), null=True)
    decision_note = models.CharField(_("Note"), max_length=200, blank=True)
    row_count = models.PositiveIntegerField(_("Rows"), default=0)
    rows_done = models.PositiveIntegerField(default=0)
    opened_contacts = models.PositiveIntegerField(_("Contacts in plain"), default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    """When the worker that writes it last said how far it is."""
    ended_at = models.DateTimeField(_("Ended"), null=True)
    failure = models.CharField(max_length=12, choices=FailureReason, blank=True)
    file = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("Size"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = ExportManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[*LedgerKind.values, *PaperKind.values]), name="export_kind_known"
            ),
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="export_state_known"),
            models.CheckConstraint(condition=Q(form__in=FileForm.values), name="export_form_known"),
            models.CheckConstraint(
                condition=Q(is_full=False) | (~Q(reason="") & Q(asked_by__isnull=False)),
                name="full_export_says_why",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="export_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(is_full=False)
                | Q(state__in=[ExportState.ASKED, ExportState.EXPIRED])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="full_export_decided_first",
            ),
            models.CheckConstraint(condition=Q(is_full=False) | Q(file=""), name="full_export_lies_nowhere"),
            models.CheckConstraint(
                condition=~Q(state=ExportState.DONE) | (~Q(sha256="") & Q(ended_at__isnull=False)),
                name="export_done_has_its_digest",
            ),
            models.CheckConstraint(
                condition=Q(state=ExportState.FAILED, failure__in=FailureReason.values)
                | (~Q(state=ExportState.FAILED) & Q(failure="")),
                name="export_failed_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["area", "-id"], name="exports_by_area"),
            models.Index(fields=["asked_by", "-id"], name="exports_by_user"),
            models.Index(
                fields=["state", "id"],
                condition=Q(
                    state__in=[
                        *(state.value for state in (ExportState.ASKED, ExportState.ALLOWED)),
                        "waiting",
                        "running",
                    ]
                ),
                name="exports_not_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.name
