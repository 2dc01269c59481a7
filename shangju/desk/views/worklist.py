"""The worklist: what is open in one's area, the most urgent first."""

from typing import Any

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
from shangju.desk.forms import FilterForm
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right, Standing
from shangju.topics.rules import KEEPING

FIGURES: dict[str, tuple[Any, str, str]] = {
    "registered": (_("To be accepted"), "inbox", "state=registered"),
    "mine": (_("Handled by me"), "user", "handler=mine"),
    "orange": (_("Due soon"), "light-orange", "light=orange"),
    "overdue": (_("Overdue"), "light-red", "light=overdue"),
}
"""The numbers over the list: label, icon, and the filter of the same list that shows their rows."""


def figures(standing: Standing, now: Any, *, shown: str) -> list[dict[str, Any]]:
    """The four numbers over the list; ``shown`` is the filter that it shows now."""
    seen = Case.objects.filter(visible_to(standing), is_open=True)
    numbers = queries.counts_of(
        {
            "registered": seen.filter(state=State.REGISTERED),
            "mine": seen.filter(handler_post_id__in=standing.posts),
            "orange": seen.filter(queries.light_condition("orange", now=now)),
            "overdue": seen.filter(due_at__lt=now),
        }
    )
    return [
        {
            "label": label,
            "icon": icon,
            "query": f"?{query}",
            "number": numbers[key],
            "is_shown": query == shown,
        }
        for key, (label, icon, query) in FIGURES.items()
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
        "may_gather": any(standing.holds_anywhere(right) for right in KEEPING),
        "may_enter": standing.holds_anywhere(Right.ENTER_CASE),
    }
    return render(request, "desk/worklist.html", context)
