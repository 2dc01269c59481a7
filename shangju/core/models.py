"""The audit trail of everything that has no history of its own, and the sign of life of the worker."""

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
