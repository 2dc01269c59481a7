"""The audit trail of what has no history of its own, and of the worker: its sign of life, and what it failed at."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """Who did what to what, when and why; appended by :func:`shangju.core.audit.record`, never edited."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("Actor")
    )
    action = models.CharField(_("Action"), max_length=60, db_index=True)
    object_type = models.CharField(_("Object"), max_length=60)
    object_id = models.CharField(_("Object number"), max_length=60)
    before = models.JSONField(_("Before"), default=dict)
    after = models.JSONField(_("After"), default=dict)
    reason = models.CharField(_("Reason"), max_length=200, blank=True)
    at = models.DateTimeField(_("At"), db_index=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = [models.Index(fields=["object_type", "object_id", "-at"], name="audit_by_object")]


class Heartbeat(models.Model):
    """When a background process last said that it is alive."""

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()


class SetAside(models.Model):
    """Work of the worker that failed: one row of a step, or (``row`` 0) the whole step; tried again when it is due.

    It is removed when the work succeeds. ``error`` is the kind of the error and the line it came from, never its text,
    which may hold personal data.
    """

    step = models.CharField(max_length=60)
    row = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200)
    failed_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "row"], name="work_set_aside_once")]
