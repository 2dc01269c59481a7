"""Reads of subscriptions and their deliveries."""

from django.db.models import Count, Q

from shangju.webhooks.models import Delivery, DeliveryState, Subscription

PAGE = 50


def subscriptions() -> list[Subscription]:
    """All in scope with how many deliveries wait and were given up (``waiting``, ``given_up``)."""
    rows = Subscription.objects.select_related("area", "owner").annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=DeliveryState.PENDING)),
        given_up=Count("deliveries", filter=Q(deliveries__state=DeliveryState.FAILED)),
    )
    return list(rows.order_by("name", "pk"))


def deliveries_of(
    subscription: Subscription, *, before: int | None, limit: int = PAGE
) -> tuple[list[Delivery], str]:
    """Newest first; a page and the cursor of the next one."""
    rows = Delivery.objects.filter(subscription=subscription).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else ""
