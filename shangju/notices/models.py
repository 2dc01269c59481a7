"""What people are told, by which way, and whether it has gone out."""

from datetime import time
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.areas.models import Area
from shangju.cases.models import CaseEvent
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.core.sealing import SealedTextField
from shangju.notices.kinds import Delivery, NoticeKind, Way


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

    ``kind`` is what staff choose by; empty for residents and members. ``send_after`` is the end of the quiet hours that
    a message came in (:mod:`shangju.notices.quiet`); what ``is_urgent`` knows none and goes first.
    """

    key = models.CharField(max_length=80, unique=True)
    event = models.ForeignKey(CaseEvent, models.PROTECT, null=True, related_name="notices")
    channel = models.CharField(max_length=10, choices=NoticeChannel)
    kind = models.CharField(max_length=15, choices=NoticeKind, blank=True)
    is_urgent = models.BooleanField(default=False)
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
    send_after = models.DateTimeField(null=True)
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
            models.CheckConstraint(condition=Q(kind__in=["", *NoticeKind.values]), name="notice_kind_known"),
            models.CheckConstraint(
                condition=Q(is_urgent=False) | Q(send_after__isnull=True), name="nothing_urgent_is_kept"
            ),
        ]
        indexes = [
            models.Index(
                fields=["-is_urgent", "due_at", "id"], condition=Q(state="pending"), name="notices_to_send"
            ),
            models.Index(fields=["user", "-created_at"], name="notices_of_user"),
        ]


class NoticePreference(models.Model):
    """How soon one kind goes out to somebody by one way, where it differs from the default of their posts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=15, choices=NoticeKind)
    way = models.CharField(max_length=10, choices=Way)
    delivery = models.CharField(max_length=10, choices=Delivery)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "way"], name="one_preference_per_kind_and_way"),
            models.CheckConstraint(
                condition=Q(kind__in=NoticeKind.values, way__in=Way.values, delivery__in=Delivery.values),
                name="notice_preference_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind=NoticeKind.DAILY_LIST, delivery=Delivery.DAILY),
                name="no_list_in_the_list",
            ),
        ]


class OwnQuietHours(models.Model):
    """Quiet hours that somebody added to those of their sub-district, every day."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="own_quiet_hours")
    begins = models.TimeField(_("Quiet from"))
    ends = models.TimeField(_("Quiet until"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(begins=F("ends")), name="own_quiet_hours_are_some"),
        ]


class SendingTimesManager(ScopedManager["SendingTimes"]):
    """Rows of sub-districts in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path")


class SendingTimes(models.Model):
    """When the staff of a sub-district are written to, where it differs from the default.

    ``lists_when_empty`` says whether the daily list goes out with nothing on it, too.
    """

    area = models.OneToOneField(
        Area, models.PROTECT, related_name="sending_times", verbose_name=_("Sub-district")
    )
    begins = models.TimeField(_("Quiet from"), default=time(21))
    ends = models.TimeField(_("Quiet until"), default=time(8))
    on_days_off = models.BooleanField(_("Quiet on days off"), default=True)
    lists_when_empty = models.BooleanField(
        _("Send the daily list when there is nothing on it"), default=False
    )

    objects = SendingTimesManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(condition=~Q(begins=F("ends")), name="quiet_hours_are_some"),
        ]


class DailyList(models.Model):
    """That somebody's list of a day was made: with its notices in one transaction, once a person and day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="daily_lists")
    day = models.DateField()
    is_empty = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="one_list_per_person_and_day")]
