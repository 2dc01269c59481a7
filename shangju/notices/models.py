"""What people are told, by which way, and whether it has gone out."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.cases.models import CaseEvent
from shangju.core.sealing import SealedTextField


class NoticeChannel(models.TextChoices):
    """By which way a notice goes."""

    IN_APP = "in_app", _("On the own page")
    SMS = "sms", _("Text message")
    EMAIL = "email", _("E-mail")
    WECOM = "wecom", _("WeCom")


class NoticeState(models.TextChoices):
    """Where a notice stands."""

    PENDING = "pending", pgettext_lazy("notice", "To be sent")
    SENT = "sent", pgettext_lazy("notice", "Sent")
    FAILED = "failed", pgettext_lazy("notice", "Given up")


class Notice(models.Model):
    """One message to one recipient about one history row; ``key`` makes a second one impossible.

    ``purpose`` and ``values`` (JSON, sealed) fill the template that a provider of text messages approved; ``refusal``
    is why a provider will never take it.

    Bound to a recipient, not to an area: read through the user it belongs to, or by the worker. ``leased_until`` is
    until when a worker that took it may be presumed alive. ``emptied_at`` is when recipient and body had their time.
    """

    key = models.CharField(max_length=80, unique=True)
    event = models.ForeignKey(CaseEvent, models.PROTECT, null=True, related_name="notices")
    channel = models.CharField(max_length=10, choices=NoticeChannel)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="notices")
    recipient = SealedTextField(blank=True, default="")
    subject = models.CharField(max_length=120)
    body = SealedTextField()
    purpose = models.CharField(max_length=40, blank=True)
    values = SealedTextField(blank=True, default="")
    language = models.CharField(max_length=10, blank=True)
    subdistrict = models.CharField(max_length=30, blank=True)
    link = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=NoticeState, default=NoticeState.PENDING)
    refusal = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    emptied_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Notice"]] = models.Manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=NoticeState.values), name="notice_state_known"),
            models.CheckConstraint(
                condition=Q(channel=NoticeChannel.IN_APP, user__isnull=False)
                | ~Q(channel=NoticeChannel.IN_APP),
                name="in_app_notice_has_a_user",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="pending"), name="notices_to_send"),
            models.Index(fields=["user", "-created_at"], name="notices_of_user"),
        ]
