"""Webhooks, for programs of the system administrator: make, change, stop, test, and send again."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from shangju.accounts.models import AdministratorRole, User
from shangju.api.authentication import SIGNED_IN
from shangju.api.refusals import nothing_here
from shangju.api.submitted import DeliveriesQuery, WebhookIn
from shangju.api.views import REFUSALS
from shangju.api.webhook_answers import (
    DeliveryOut,
    DeliveryPage,
    WebhookOut,
    WebhookSecretOut,
    delivery_row,
    webhook_row,
)
from shangju.areas.models import Area
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.numbers import small_number
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.middleware import standing_in
from shangju.webhooks import services
from shangju.webhooks.models import Delivery, Subscription
from shangju.webhooks.queries import deliveries_of, subscriptions

router = Router(tags=["webhooks"], auth=SIGNED_IN)

LARGEST_ID = 2**63 - 1


def for_system_administrator(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Only the system administrator; administrators hold no posts, so the scope is that of set-up."""

    @wraps(operation)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if standing_in(request).administrator != AdministratorRole.SYSTEM:
            raise NotAllowed(_("Only the %(role)s may do this.") % {"role": AdministratorRole.SYSTEM.label})
        with everywhere(EverywhereReason.SETUP):
            return operation(request, *args, **kwargs)

    return wrapped


router.add_decorator(for_system_administrator)


def _caller(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _webhook(pk: int) -> Subscription:
    held = None
    if 0 < pk <= LARGEST_ID:
        held = Subscription.objects.select_related("area", "owner").filter(pk=pk).first()
    if held is None:
        raise nothing_here()
    return held


def _plan(payload: WebhookIn) -> services.SubscriptionPlan:
    area = Area.objects.filter(code=payload.area, retired_on__isnull=True).first()
    if area is None:
        sentence = _("There is no area with this code.")
        raise DomainError(sentence, fields={"area": sentence})
    return services.SubscriptionPlan(payload.name, area, payload.address, list(payload.kinds))


@router.get("/webhooks", response={200: list[WebhookOut], **REFUSALS})
def webhooks(request: HttpRequest) -> list[dict[str, Any]]:
    """All webhooks, without their secrets."""
    return [webhook_row(row) for row in subscriptions()]


@router.post("/webhooks", response={201: WebhookSecretOut, **REFUSALS})
def add_webhook(request: HttpRequest, payload: WebhookIn) -> Any:
    """A webhook for what happens from now on. The secret is in this answer and in no other."""
    made = services.subscribe(_plan(payload), by=_caller(request), now=timezone.now())
    return Status(201, {**webhook_row(made), "secret": made.secret})


@router.get("/webhooks/{int:pk}", response={200: WebhookOut, **REFUSALS})
def webhook(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One webhook."""
    return webhook_row(_webhook(pk))


@router.put("/webhooks/{int:pk}", response={200: WebhookOut, **REFUSALS})
def change_webhook(request: HttpRequest, pk: int, payload: WebhookIn) -> dict[str, Any]:
    """Other values in place of all of them."""
    held = _webhook(pk)
    changed = services.change_subscription(held, plan=_plan(payload), by=_caller(request), now=timezone.now())
    return webhook_row(changed)


@router.delete("/webhooks/{int:pk}", response={204: None, **REFUSALS})
def remove_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """No calls any more; the list of its deliveries goes."""
    services.remove_subscription(_webhook(pk), by=_caller(request), now=timezone.now())
    return HttpResponse(status=204)


@router.post("/webhooks/{int:pk}/secret", response={200: WebhookSecretOut, **REFUSALS})
def change_webhook_secret(request: HttpRequest, pk: int) -> dict[str, Any]:
    """A fresh secret; the old one signs along for a day."""
    changed = services.change_secret(_webhook(pk), by=_caller(request), now=timezone.now())
    return {**webhook_row(changed), "secret": changed.secret}


@router.post("/webhooks/{int:pk}/stop", response={200: WebhookOut, **REFUSALS})
def stop_webhook(request: HttpRequest, pk: int) -> dict[str, Any]:
    """No calls until it is started again."""
    return webhook_row(services.stop_subscription(_webhook(pk), by=_caller(request), now=timezone.now()))


@router.post("/webhooks/{int:pk}/start", response={200: WebhookOut, **REFUSALS})
def start_webhook(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Calls again: what was waiting, then what happens from now on."""
    return webhook_row(services.start_subscription(_webhook(pk), by=_caller(request), now=timezone.now()))


@router.post("/webhooks/{int:pk}/test", response={202: DeliveryOut, **REFUSALS})
def test_webhook(request: HttpRequest, pk: int) -> Any:
    """A test call, sent by the worker within a minute."""
    return Status(
        202, delivery_row(services.send_test(_webhook(pk), by=_caller(request), now=timezone.now()))
    )


@router.get("/webhooks/{int:pk}/deliveries", response={200: DeliveryPage, **REFUSALS})
def deliveries(request: HttpRequest, pk: int, query: Query[DeliveriesQuery]) -> dict[str, Any]:
    """What became of each call, newest first."""
    before = small_number(query.cursor) if query.cursor else None
    if query.cursor and before is None:
        sentence = _("This cursor cannot be read. Begin again without one.")
        raise DomainError(sentence, fields={"cursor": sentence})
    rows, cursor = deliveries_of(_webhook(pk), before=before, limit=query.limit)
    return {"items": [delivery_row(row) for row in rows], "next_cursor": cursor or None}


@router.post("/webhooks/deliveries/{int:pk}/again", response={202: DeliveryOut, **REFUSALS})
def deliver_again(request: HttpRequest, pk: int) -> Any:
    """One call once more, with the same ``webhook-id`` and body."""
    held = Delivery.objects.filter(pk=pk).first() if 0 < pk <= LARGEST_ID else None
    if held is None:
        raise nothing_here()
    return Status(202, delivery_row(services.deliver_again(held, by=_caller(request), now=timezone.now())))
