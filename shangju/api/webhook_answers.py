"""What goes out about webhooks: no secret but where one was just made."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from shangju.api.answers import local
from shangju.webhooks.models import Delivery, Subscription


class WebhookOut(BaseModel):
    """A webhook; ``kinds`` empty: everything. ``stopped_because`` is set where calls failed for a day."""

    id: int
    name: str
    area: str
    address: str
    kinds: list[str]
    is_active: bool
    stopped_because: str
    created_at: datetime


class WebhookSecretOut(WebhookOut):
    """With the secret, shown this once."""

    secret: str


class DeliveryOut(BaseModel):
    """One call; ``key`` is its ``webhook-id``, ``outcome`` the last answer."""

    id: int
    key: str
    kind: str
    state: str
    attempts: int
    outcome: str
    created_at: datetime
    delivered_at: datetime | None


class DeliveryPage(BaseModel):
    """Calls, newest first."""

    items: list[DeliveryOut]
    next_cursor: str | None


def webhook_row(subscription: Subscription) -> dict[str, Any]:
    """A webhook without its secret."""
    shown = ("name", "address", "kinds", "is_active", "stopped_because")
    row = {name: getattr(subscription, name) for name in shown}
    created = local(subscription.created_at)
    return {**row, "id": subscription.pk, "area": subscription.area.code, "created_at": created}


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    """One call without its body."""
    row = {name: getattr(delivery, name) for name in ("key", "kind", "state", "attempts", "outcome")}
    taken = local(delivery.delivered_at) if delivery.delivered_at else None
    return {**row, "id": delivery.pk, "created_at": local(delivery.created_at), "delivered_at": taken}
