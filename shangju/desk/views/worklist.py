"""The worklist: what is open in one's area, the most urgent first."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shangju.cases import queries
from shangju.cases.models import Case
from shangju.cases.rules import visible_to
from shangju.cases.workflow import State
from shangju.desk.access import needs_right, standing_in
from shangju.desk.forms import FilterForm
from shangju.posts.rights import Right, Standing

LINKS = {
    "registered": "?state=registered",
    "mine": "?handler=mine",
    "orange": "?light=orange",
    "overdue": "?light=overdue",
}


def figures(standing: Standing, now: Any) -> list[dict[str, str]]:
    """The four numbers over the list; each is a filter of the same list."""
    seen = Case.objects.filter(visible_to(standing), is_open=True)
    numbers = queries.counts_of(
        {
            "registered": seen.filter(state=State.REGISTERED),
            "mine": seen.filter(handler_post_id__in=standing.posts),
            "orange": seen.filter(queries.light_condition("orange", now=now)),
            "overdue": seen.filter(due_at__lt=now),
        }
    )
    return [{"key": key, "number": numbers[key], "query": query} for key, query in LINKS.items()]


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
        "figures": figures(standing, now),
        "now": now,
        "may_enter": standing.holds_anywhere(Right.ENTER_CASE),
    }
    return render(request, "desk/worklist.html", context)
