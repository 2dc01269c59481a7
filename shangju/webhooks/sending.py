"""From history rows to deliveries, and from deliveries to the subscribers; each step may be killed at any line.

As with notices, the rows are the work (docs/adr/0003): a delivery is made once per history row and subscription, is
taken by a conditional update, and carries the same id and body however often it is sent.
"""

import json
import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from shangju.cases.models import CaseEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.setting_aside import described
from shangju.webhooks.http import CallFailed, post
from shangju.webhooks.models import Delivery, DeliveryState, Subscription
from shangju.webhooks.signing import signed_headers

logger = logging.getLogger(__name__)

BATCH = 200
LEASE = timedelta(minutes=2)
"""A call ends after seconds; a worker that holds a delivery longer is taken for dead."""

SETTLED_AFTER = timedelta(minutes=5)
"""No transaction lasts so long: a history row that was numbered before is visible by then, or never."""

KEPT_FOR = timedelta(days=30)
"""Deliveries that were taken are forgotten afterwards; the history itself stays."""

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 480, 480))
"""After each failed try; the eighth and last comes a little less than a day after the first."""

HEADERS = {"Content-Type": "application/json", "User-Agent": "Shangju-Webhooks"}


def make_deliveries(now: datetime) -> int:
    """Store a delivery for each history row that an active subscription asked for; returns how many."""
    with everywhere(EverywhereReason.WORKER):
        newest = CaseEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
        made = sum(
            _make_for(subscription, newest=newest, now=now)
            for subscription in Subscription.objects.filter(is_active=True).select_related("area")
        )
        Delivery.objects.filter(state=DeliveryState.DELIVERED, delivered_at__lt=now - KEPT_FOR).delete()
    return made


def _make_for(subscription: Subscription, *, newest: int, now: datetime) -> int:
    rows = list(_rows_to_tell(subscription)[:BATCH])
    deliveries = [_delivery(subscription, event, now=now) for event in rows]
    whole = len(rows) < BATCH
    with transaction.atomic():
        Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
        if whole and now - subscription.seen_at >= SETTLED_AFTER:
            # Only if nobody else has moved the marks meanwhile.
            Subscription.objects.filter(pk=subscription.pk, seen_at=subscription.seen_at).update(
                read_upto=subscription.seen_upto, seen_upto=max(newest, subscription.seen_upto), seen_at=now
            )
    return len(deliveries)


def _rows_to_tell(subscription: Subscription) -> QuerySet[CaseEvent]:
    """History rows not told of yet, oldest first. Of confidential cases, of helped persons and minors nothing."""
    made = Delivery.objects.filter(subscription=subscription, event=OuterRef("pk"))
    rows = CaseEvent.objects.filter(
        ~Exists(made),
        pk__gt=subscription.read_upto,
        case__area_path__startswith=subscription.area.path,
        case__is_confidential=False,
        case__concerns_minor=False,
    ).exclude(case__category__privacy_wall=True)
    if subscription.kinds:
        rows = rows.filter(kind__in=subscription.kinds)
    related = ("case", "case__category", "case__grid", "case__community", "case__subdistrict")
    return rows.select_related(*related).order_by("pk")


def _delivery(subscription: Subscription, event: CaseEvent, *, now: datetime) -> Delivery:
    return Delivery(
        key=f"event-{event.pk}-{subscription.pk}",
        subscription=subscription,
        event=event,
        kind=event.kind,
        body=json.dumps(told_of(event), ensure_ascii=False, separators=(",", ":")),
        due_at=now,
        created_at=now,
    )


def told_of(event: CaseEvent) -> dict[str, object]:
    """What a subscriber learns: no words of anybody, no person, no party, no place finer than the grid."""
    case = event.case
    area = case.grid or case.community or case.subdistrict
    return {
        "type": f"case.{event.kind}",
        "timestamp": local(event.at),
        "data": {
            "number": case.number,
            "sequence": event.sequence,
            "move": event.kind,
            "from_state": event.from_state,
            "state": event.to_state,
            "area": area.code,
            "category": case.category.code if case.category else None,
            "registered_at": local(case.registered_at),
            "close_due_at": local(case.close_due_at) if case.close_due_at else None,
        },
    }


def local(moment: datetime) -> str:
    """Time with its offset, to the second."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


def send_deliveries(now: datetime) -> int:
    """Call the subscribers of due deliveries; returns how many were taken.

    A subscriber that failed is left alone for the rest of the pass: one that hangs must not hold up the others.
    """
    taken, failing = 0, set[int]()
    with everywhere(EverywhereReason.WORKER):
        free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
        due = Delivery.objects.filter(
            free, state=DeliveryState.PENDING, due_at__lte=now, subscription__is_active=True
        )
        rows = list(due.order_by("due_at", "pk").values_list("pk", "subscription_id")[:BATCH])
        for pk, subscription in rows:
            if subscription in failing:
                continue
            done = _send(pk, now=now)
            taken += done is True
            if done is False:
                failing.add(subscription)
    return taken


def _send(pk: int, *, now: datetime) -> bool | None:
    """One delivery: take it by a conditional update, call, write that down. ``None``: somebody else has it."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    if not Delivery.objects.filter(free, pk=pk, state=DeliveryState.PENDING).update(leased_until=now + LEASE):
        return None
    try:
        status = _call(Delivery.objects.select_related("subscription").get(pk=pk), now=now)
    except CallFailed as failure:
        return _put_off(pk, str(failure), now=now)
    except Exception as error:  # noqa: BLE001 - a fault of one delivery, or of its key, must not stop the others
        return _put_off(pk, described(error), now=now)
    if not 200 <= status < 300:
        return _put_off(pk, f"HTTP {status}", now=now)
    Delivery.objects.filter(pk=pk).update(
        state=DeliveryState.DELIVERED, delivered_at=now, leased_until=None, outcome=f"HTTP {status}"
    )
    return True


def _call(delivery: Delivery, *, now: datetime) -> int:
    subscription = delivery.subscription
    secrets = [subscription.secret]
    if subscription.previous_until is not None and subscription.previous_until > now:
        secrets.append(subscription.previous_secret)
    body = delivery.body.encode()
    signed = signed_headers(secrets, key=delivery.key, timestamp=int(now.timestamp()), body=body)
    return post(subscription.address, body=body, headers={**HEADERS, **signed})


def _put_off(pk: int, outcome: str, *, now: datetime) -> bool:
    """Try again later; after a day stop the subscription, visibly. Always false: it was not taken."""
    attempts, subscription = Delivery.objects.values_list("attempts", "subscription_id").get(pk=pk)
    given_up = attempts >= len(DELAYS) or outcome == "HTTP 410"
    with transaction.atomic():
        held = Delivery.objects.filter(pk=pk, state=DeliveryState.PENDING)
        changed = held.update(
            attempts=attempts + 1,
            outcome=outcome[:60],
            leased_until=None,
            due_at=now if given_up else now + DELAYS[attempts],
            state=DeliveryState.FAILED if given_up else DeliveryState.PENDING,
        )
        if given_up and changed:
            Subscription.objects.filter(pk=subscription, is_active=True).update(
                is_active=False, stopped_at=now, stopped_because=outcome[:120], owner_told_at=None
            )
    logger.warning("delivery %s not taken (try %s): %s", pk, attempts + 1, outcome)
    return False
