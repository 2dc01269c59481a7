"""The worker's part for supervision orders: a reply that is due tomorrow, or missing, is asked for by itself, once each.

Like the ladder (docs/adr/0012): what is due is asked of the rows, the mark belongs to the history row, both are one write.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from shangju.cases import moves
from shangju.cases.models import Case, OrderMark, SupervisionOrder
from shangju.cases.rules import SYSTEM
from shangju.cases.rungs import OrderCall, OrderStage
from shangju.cases.services import apply_move
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.setting_aside import resting, work_off

CALLING: dict[OrderStage, str] = {
    OrderStage.DAY_BEFORE: "remind of replies to orders",
    OrderStage.OVERDUE: "urge missing replies to orders",
}
"""The names of the steps, also under which orders that fail are set aside."""


def call_for_replies(now: datetime) -> int:
    """One pass over the orders without a reply; returns how many reminders and urges were written."""
    with everywhere(EverywhereReason.WORKER):
        return sum(_call(stage, now=now) for stage in OrderStage)


def _call(stage: OrderStage, *, now: datetime) -> int:
    orders = waiting_at(stage, now=now).exclude(pk__in=resting(CALLING[stage], now=now))
    rows = list(orders.order_by("pk").values_list("pk", flat=True))
    return work_off(CALLING[stage], rows, lambda pk: _call_one(pk, stage, now=now), now=now)


def waiting_at(stage: OrderStage, *, now: datetime) -> QuerySet[Any]:
    """Orders of open cases without a reply that have reached ``stage`` and bear no mark of it yet.

    The day before counts until the day itself is over (a sweep may come late), and not for an order that was issued
    only then: whoever has just read it need not be reminded.
    """
    day = timezone.localdate(now)
    marked = OrderMark.objects.filter(order=OuterRef("pk"), stage=stage)
    waiting = SupervisionOrder.objects.filter(~Exists(marked), replied_at__isnull=True, case__is_open=True)
    if stage is OrderStage.OVERDUE:
        return waiting.filter(reply_by__lt=day)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = day + timedelta(days=1)
    return waiting.filter(reply_by__gte=day, reply_by__lte=tomorrow, event__at__lt=midnight)


def _call_one(pk: int, stage: OrderStage, *, now: datetime) -> int:
    """Zero where the case is held by somebody else, or the order was replied to or called for meanwhile."""
    try:
        with transaction.atomic():
            order: Any = SupervisionOrder.objects.select_related("event").get(pk=pk)
            skips = connection.features.has_select_for_update_skip_locked
            free = Case.objects.select_for_update(of=("self",), skip_locked=skips).filter(pk=order.case_id)
            case = free.first()
            if case is None or not waiting_at(stage, now=now).filter(pk=pk).exists():
                return 0
            call = OrderCall(order.pk, order.number, stage.value, order.reply_by, order.event.by_id)
            remind = stage is OrderStage.DAY_BEFORE
            apply_move(
                case, moves.Remind(order=call) if remind else moves.Urge(order=call), by=SYSTEM, now=now
            )
    except IntegrityError:
        if not OrderMark.objects.filter(order=pk, stage=stage).exists():
            raise
        return 0
    return 1
