"""The supervisor's list: what needs a look, and why. Read only."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from shangju.cases import queries
from shangju.cases.models import Case
from shangju.cases.rules import visible_to
from shangju.cases.workflow import State
from shangju.desk.access import needs_right
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right

DORMANT = timedelta(days=3)
"""Without progress for so long a case is dormant (cases.md §5)."""

ROWS = 100


def _end_of_day(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=23, minute=59, second=59)


REASONS: dict[str, tuple[Any, Callable[[datetime], Q]]] = {
    "overdue": (_("Overdue"), lambda now: Q(due_at__lt=now)),
    "today": (_("Due today"), lambda now: Q(due_at__gte=now, due_at__lte=_end_of_day(now))),
    "dormant": (_("No progress for 3 days"), lambda now: Q(last_progress_at__lt=now - DORMANT)),
    "unsigned": (_("Not signed for"), lambda _now: Q(state=State.DISPATCHED)),
    "reopened": (_("Reopened"), lambda _now: Q(reopen_count__gt=0)),
    "dissatisfied": (_("Dissatisfied twice"), lambda _now: Q(dissatisfaction_count__gte=2)),
}


@require_GET
@needs_right(Right.SUPERVISE)
def listing(request: HttpRequest) -> HttpResponse:
    """One reason at a time, the most urgent first."""
    now, standing = timezone.now(), standing_in(request)
    chosen = request.GET.get("reason", "")
    chosen = chosen if chosen in REASONS else "overdue"
    seen = Case.objects.filter(visible_to(standing), is_open=True)
    counts = queries.counts_of(
        {key: seen.filter(condition(now)) for key, (_label, condition) in REASONS.items()}
    )
    tabs = [
        {"key": key, "label": label, "count": counts[key]} for key, (label, _condition) in REASONS.items()
    ]
    cases = queries.as_rows(seen.filter(REASONS[chosen][1](now)).order_by("due_at", "pk"))[:ROWS]
    rows = [(case, queries.light_of(case, now=now)) for case in cases]
    shown = {"rows": rows, "tabs": tabs, "chosen": chosen, "now": now, "is_cut": len(rows) == ROWS}
    return render(request, "desk/supervision.html", shown)
