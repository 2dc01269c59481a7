"""Why supervision looks at a case: each reason once, as a condition for lists, counts and the marks of a row."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shangju.cases.models import Approval, Case, ClockPause, SupervisionOrder
from shangju.cases.queries import as_rows
from shangju.cases.workflow import DISSATISFIED_TO_CLIMB, RETURNS_AT_MOST, ApprovalState, State
from shangju.supervision.ladder import Limits


@dataclass(frozen=True, slots=True)
class Reason:
    """Its words and tone, and the open cases that it holds for at an instant."""

    label: Any
    tone: str
    condition: Callable[[datetime, Limits], Q]


def _end_of_day(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=23, minute=59, second=59, microsecond=999_999)


def _dormant(now: datetime, limits: Limits) -> Q:
    """No progress, and no pause that explains it."""
    paused = Q(paused_until__isnull=False, paused_until__gt=now)
    return Q(last_progress_at__lt=now - timedelta(days=limits.dormant_days)) & ~paused


def _long_paused(now: datetime, limits: Limits) -> Q:
    since = now - timedelta(days=limits.long_pause_days)
    running = ClockPause.objects.filter(case=OuterRef("pk"), ended_at__isnull=True, starts_at__lt=since)
    return Q(Exists(running), paused_until__isnull=False, paused_until__gt=now)


def _awaiting(_now: datetime, _limits: Limits) -> Q:
    return Q(Exists(Approval.objects.filter(case=OuterRef("pk"), state=ApprovalState.ASKED)))


def _unanswered(now: datetime, _limits: Limits) -> Q:
    late = SupervisionOrder.objects.filter(
        case=OuterRef("pk"), replied_at__isnull=True, reply_by__lt=timezone.localdate(now)
    )
    return Q(Exists(late), open_orders__gt=0)


REASONS: dict[str, Reason] = {
    "overdue": Reason(_("Overdue"), "bad", lambda now, _l: Q(due_at__lt=now)),
    "today": Reason(_("Due today"), "warn", lambda now, _l: Q(due_at__gte=now, due_at__lte=_end_of_day(now))),
    "unsigned": Reason(_("Not signed for"), "warn", lambda _n, _l: Q(state=State.DISPATCHED)),
    "dormant": Reason(_("No progress"), "warn", _dormant),
    "returned": Reason(_("Returned twice"), "warn", lambda _n, _l: Q(return_count__gte=RETURNS_AT_MOST)),
    "reopened": Reason(_("Reopened"), "warn", lambda _n, _l: Q(reopen_count__gt=0)),
    "paused": Reason(_("Paused for long"), "warn", _long_paused),
    "awaiting": Reason(_("Awaiting approval"), "info", _awaiting),
    "dissatisfied": Reason(
        _("Dissatisfied twice"),
        "bad",
        lambda _n, _l: Q(dissatisfaction_count__gte=DISSATISFIED_TO_CLIMB),
    ),
    "unanswered": Reason(_("Order unanswered"), "bad", _unanswered),
    "climbed": Reason(_("Climbed a tier"), "info", lambda _n, _l: ~Q(tier="")),
}
"""cases.md §5, and what follows from it: an order whose day has passed, a case that has climbed."""


def those_with(
    cases: QuerySet[Case], keys: Iterable[str], *, now: datetime, limits: Limits
) -> QuerySet[Case]:
    """The cases for which at least one of the reasons ``keys`` holds."""
    return cases.filter(reduce(or_, (REASONS[key].condition(now, limits) for key in keys)))


def counts_by_reason(cases: QuerySet[Case], *, now: datetime, limits: Limits) -> dict[str, int]:
    """How many of ``cases`` have each reason, and under the empty key any, in one reading of the rows."""
    conditions = {key: reason.condition(now, limits) for key, reason in REASONS.items()}
    conditions[""] = reduce(or_, conditions.values())
    found = cases.order_by().aggregate(
        **{f"because_{key}": Count("pk", filter=condition) for key, condition in conditions.items()}
    )
    return {key: found[f"because_{key}"] for key in conditions}


def rows_with_reasons(
    cases: QuerySet[Case], *, now: datetime, limits: Limits
) -> list[tuple[Case, list[Reason]]]:
    """The rows in their order, each with all the reasons that hold for it, in one statement."""
    marks = {
        f"because_{key}": ExpressionWrapper(reason.condition(now, limits), output_field=BooleanField())
        for key, reason in REASONS.items()
    }
    return [
        (case, [reason for key, reason in REASONS.items() if getattr(case, f"because_{key}")])
        for case in as_rows(cases).annotate(**marks)
    ]
