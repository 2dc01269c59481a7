"""Writes of subscriptions, by the system administrator; each is in the audit trail, never with a secret."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from shangju.accounts.actors import demand_administrator
from shangju.accounts.models import User
from shangju.areas.models import Area
from shangju.cases.models import CaseEvent
from shangju.core import audit
from shangju.core.errors import Conflict, DomainError
from shangju.core.queue import wake_worker_after_commit
from shangju.webhooks.models import PING, Delivery, DeliveryState, Subscription
from shangju.webhooks.rules import check_address, check_kinds
from shangju.webhooks.signing import new_secret

OVERLAP = timedelta(hours=24)
"""So long the old secret signs as well, for the other side to take over the new one."""

AT_MOST = 50
"""Subscriptions of an installation: each is a call per move."""


@dataclass(frozen=True, slots=True)
class SubscriptionPlan:
    """What is asked for; no kinds: everything."""

    name: str
    area: Area
    address: str
    kinds: list[str] = field(default_factory=list)


def _checked(plan: SubscriptionPlan) -> dict[str, object]:
    name = plan.name.strip()
    if not name:
        raise DomainError(_("Give it a name."), fields={"name": _("Give it a name.")})
    return {
        "name": name[:60],
        "area": plan.area,
        "address": check_address(plan.address),
        "kinds": check_kinds(plan.kinds),
    }


def _told(plan: dict[str, object]) -> dict[str, object]:
    area = plan["area"]
    assert isinstance(area, Area)
    return {**plan, "area": area.code}


@transaction.atomic
def subscribe(plan: SubscriptionPlan, *, by: User, now: datetime) -> Subscription:
    """A new subscription with a fresh secret, told of everything from now on.

    Raises:
        NotAllowed: ``by`` is no system administrator.
        DomainError: the address or a kind is not possible, or there are too many.
    """
    demand_administrator(by)
    values = _checked(plan)
    if Subscription.objects.count() >= AT_MOST:
        raise DomainError(_("There are %(count)s webhooks, no more are possible.") % {"count": AT_MOST})
    newest = _newest_event()
    made = Subscription.objects.create(
        **values,
        secret=new_secret(),
        owner=by,
        read_upto=newest,
        seen_upto=newest,
        seen_at=now,
        created_at=now,
    )
    audit.record(made, action="webhook.added", by=by, now=now, after=_told(values))
    return made


def _newest_event() -> int:
    newest: int | None = CaseEvent.objects.aggregate(newest=Max("pk"))["newest"]
    return newest or 0


def _held(subscription: Subscription) -> Subscription:
    return Subscription.objects.select_for_update(of=("self",)).select_related("area").get(pk=subscription.pk)


@transaction.atomic
def change_subscription(
    subscription: Subscription, *, plan: SubscriptionPlan, by: User, now: datetime
) -> Subscription:
    """Another name, area, address or choice of events, for what happens from now on."""
    demand_administrator(by)
    values = _checked(plan)
    held = _held(subscription)
    before = {name: getattr(held, name) for name in values if getattr(held, name) != values[name]}
    if not before:
        return held
    for name in before:
        setattr(held, name, values[name])
    held.save(update_fields=list(before))
    audit.record(
        held,
        action="webhook.changed",
        by=by,
        now=now,
        before={n: v.code if isinstance(v, Area) else v for n, v in before.items()},
        after={n: v for n, v in _told(values).items() if n in before},
    )
    return held


@transaction.atomic
def change_secret(subscription: Subscription, *, by: User, now: datetime) -> Subscription:
    """A fresh secret; the old one signs along for a day."""
    demand_administrator(by)
    held = _held(subscription)
    held.previous_secret, held.previous_until, held.secret = held.secret, now + OVERLAP, new_secret()
    held.save(update_fields=["previous_secret", "previous_until", "secret"])
    audit.record(held, action="webhook.secret_changed", by=by, now=now)
    return held


@transaction.atomic
def stop_subscription(subscription: Subscription, *, by: User, now: datetime) -> Subscription:
    """No calls any more, until it is started again. Stopping what is stopped changes nothing."""
    demand_administrator(by)
    held = _held(subscription)
    if held.is_active:
        held.is_active, held.stopped_at, held.stopped_because, held.owner_told_at = False, now, "", now
        held.save(update_fields=["is_active", "stopped_at", "stopped_because", "owner_told_at"])
        audit.record(held, action="webhook.stopped", by=by, now=now)
    return held


@transaction.atomic
def start_subscription(subscription: Subscription, *, by: User, now: datetime) -> Subscription:
    """Calls again: those that were waiting first, then what happens from now on; nothing of the time in between."""
    demand_administrator(by)
    held = _held(subscription)
    if not held.is_active:
        newest = _newest_event()
        held.is_active, held.stopped_at, held.stopped_because, held.owner_told_at = True, None, "", None
        held.read_upto, held.seen_upto, held.seen_at = newest, newest, now
        held.save()
        Delivery.objects.filter(subscription=held, state=DeliveryState.PENDING).update(due_at=now, attempts=0)
        audit.record(held, action="webhook.started", by=by, now=now)
        wake_worker_after_commit()
    return held


@transaction.atomic
def remove_subscription(subscription: Subscription, *, by: User, now: datetime) -> None:
    """Forget it with its deliveries; the audit trail keeps that it was."""
    demand_administrator(by)
    held = _held(subscription)
    audit.record(
        held,
        action="webhook.removed",
        by=by,
        now=now,
        before={"name": held.name, "area": held.area.code, "address": held.address},
    )
    held.delete()


@transaction.atomic
def send_test(subscription: Subscription, *, by: User, now: datetime) -> Delivery:
    """A test call, signed and retried like any other.

    Raises:
        Conflict: the subscription is stopped.
    """
    demand_administrator(by)
    held = _held(subscription)
    _demand_active(held)
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    made = Delivery.objects.create(
        key=f"ping-{uuid4().hex}",
        subscription=held,
        kind=PING,
        body=f'{{"type":"ping","timestamp":"{stamp}","data":{{}}}}',
        due_at=now,
        created_at=now,
    )
    wake_worker_after_commit()
    return made


@transaction.atomic
def deliver_again(delivery: Delivery, *, by: User, now: datetime) -> Delivery:
    """Send one delivery once more, with the same id and body: the other side can tell that it is a repeat.

    Raises:
        Conflict: the subscription is stopped, or the delivery is still to be sent.
    """
    demand_administrator(by)
    held = Delivery.objects.select_for_update(of=("self",)).select_related("subscription").get(pk=delivery.pk)
    _demand_active(held.subscription)
    if held.state == DeliveryState.PENDING and held.leased_until is not None and held.leased_until > now:
        raise Conflict(_("It is being sent this very moment."))
    held.state, held.attempts, held.due_at, held.leased_until = DeliveryState.PENDING, 0, now, None
    held.save(update_fields=["state", "attempts", "due_at", "leased_until"])
    audit.record(held, action="webhook.delivered_again", by=by, now=now)
    wake_worker_after_commit()
    return held


def _demand_active(subscription: Subscription) -> None:
    if not subscription.is_active:
        raise Conflict(_("The webhook is stopped. Start it first."))
