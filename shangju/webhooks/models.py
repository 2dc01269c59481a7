"""Who subscribed to what, and what became of each call."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.areas.models import Area
from shangju.cases.models import CaseEvent
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.core.sealing import SealedTextField


class SubscriptionManager(ScopedManager["Subscription"]):
    """Subscriptions in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path")


class Subscription(models.Model):
    """Another program that is told what happens to the cases of an area. ``kinds`` empty: everything.

    History rows up to ``read_upto`` have been dealt with. ``seen_upto`` was the newest row at ``seen_at``: once every
    transaction of that moment must have ended, it becomes ``read_upto``, so that a row which was numbered early and
    committed late is not passed over. ``previous_secret`` still signs until ``previous_until``.
    """

    name = models.CharField(_("Name"), max_length=60)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("Area"))
    address = models.CharField(_("Address"), max_length=500)
    kinds = models.JSONField(_("Told of"), default=list, blank=True)
    secret = SealedTextField()
    previous_secret = SealedTextField(blank=True, default="")
    previous_until = models.DateTimeField(null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Owner")
    )
    is_active = models.BooleanField(_("In use"), default=True)
    stopped_at = models.DateTimeField(_("Stopped at"), null=True)
    stopped_because = models.CharField(max_length=120, blank=True)
    owner_told_at = models.DateTimeField(null=True)
    read_upto = models.BigIntegerField(default=0)
    seen_upto = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()
    created_at = models.DateTimeField(_("Made at"))

    objects = SubscriptionManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=True, stopped_at__isnull=True)
                | Q(is_active=False, stopped_at__isnull=False),
                name="stopped_subscription_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(read_upto__lte=models.F("seen_upto")), name="subscription_reads_what_it_saw"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    """Where a call stands."""

    PENDING = "pending", pgettext_lazy("delivery", "To be sent")
    DELIVERED = "delivered", pgettext_lazy("delivery", "Taken")
    FAILED = "failed", pgettext_lazy("delivery", "Given up")


PING = "ping"


class DeliveryManager(ScopedManager["Delivery"]):
    """Deliveries in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="subscription__area__path")


class Delivery(models.Model):
    """One call to a subscriber about one history row, or a test call; ``key`` is its ``webhook-id``.

    ``body`` is what is signed and sent, the same at each try. ``outcome`` is the status of the last answer, or why
    there was none. ``leased_until`` is until when a worker that took it may be presumed alive.
    """

    key = models.CharField(max_length=60, unique=True)
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(CaseEvent, models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=30)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=60, blank=True)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = DeliveryManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.UniqueConstraint(fields=["event", "subscription"], name="event_delivered_once"),
            models.CheckConstraint(
                condition=Q(kind=PING, event__isnull=True) | (~Q(kind=PING) & Q(event__isnull=False)),
                name="delivery_is_of_an_event_or_a_test",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="pending"), name="deliveries_to_send"),
            models.Index(
                fields=["delivered_at"], condition=Q(state="delivered"), name="deliveries_to_forget"
            ),
        ]
