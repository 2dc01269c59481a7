"""The worklist: what is open in one's area, the most urgent first."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shangju.cases import queries
from shangju.cases.models import Case
from shangju.cases.rules import visible_to
from shangju.cases.workflow import State
from shangju.desk.access import needs_right
from shangju.desk.forms import FilterForm
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right, Standing

COUNTED_TO = 1000
"""Counting stops here: "1000+" says enough, and costs the same on any table."""


def capped(cases: QuerySet[Case]) -> str:
    """How many, up to ``COUNTED_TO``."""
    number = cases.order_by()[: COUNTED_TO + 1].count()
    return f"{COUNTED_TO}+" if number > COUNTED_TO else str(number)


def figures(standing: Standing, now: Any, *, shown: str) -> list[dict[str, Any]]:
    """The four numbers over the list; each is a filter of the same list, and ``shown`` is the one it shows now."""
    seen = Case.objects.filter(visible_to(standing), is_open=True)
    counted = (
        (_("To be accepted"), "inbox", "?state=registered", Q(state=State.REGISTERED)),
        (_("Handled by me"), "user", "?handler=mine", Q(handler_post_id__in=standing.posts)),
        (_("Due soon"), "light-orange", "?light=orange", queries.light_condition("orange", now=now)),
        (_("Overdue"), "light-red", "?light=overdue", Q(due_at__lt=now)),
    )
    return [
        {
            "label": label,
            "icon": icon,
            "query": query,
            "number": capped(seen.filter(condition)),
            "is_shown": query == f"?{shown}",
        }
        for label, icon, query, condition in counted
    ]


@require_GET
@needs_right(Right.VIEW_CASE, Right.HANDLE, Right.ENTER_CASE)
def worklist(request: HttpRequest) -> HttpResponse:
    """One page of the list, narrowed by what the address says."""
    standing, now = standing_in(request), timezone.now()
    form = FilterForm(request.GET)
    page = queries.worklist(standing, form.filters(), cursor=request.GET.get("cursor"), now=now)
    rows = [(case, queries.light_of(case, now=now)) for case in page.items]
    context = {
        "form": form,
        "rows": rows,
        "next": page.next_cursor or "",
        "figures": figures(standing, now, shown=request.GET.urlencode()),
        "now": now,
        "may_enter": standing.holds_anywhere(Right.ENTER_CASE),
    }
    return render(request, "desk/worklist.html", context)
