"""Supervision orders as a list, and the papers of a case that are printed: order, note of coordination, mediation."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from shangju.areas.models import Area, AreaKind
from shangju.cases.models import Case, SupervisionOrder
from shangju.cases.queries import in_area
from shangju.cases.rules import open_moves, staff, visible_to
from shangju.cases.workflow import MoveName
from shangju.core.numbers import small_number
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.desk.access import needs_right
from shangju.desk.forms_supervision import OrderFilterForm
from shangju.desk.views.cases import READER, find_case
from shangju.desk.views.supervision import supervised_areas
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right, Standing

ROWS = 50
PAGES_AT_MOST = 200

STATES: dict[str, tuple[Any, Callable[[date], Q]]] = {
    "waiting": (
        pgettext_lazy("order", "Waiting for a reply"),
        lambda _day: Q(replied_at__isnull=True, case__is_open=True),
    ),
    "late": (
        pgettext_lazy("order", "Reply overdue"),
        lambda day: Q(replied_at__isnull=True, case__is_open=True, reply_by__lt=day),
    ),
    "replied": (pgettext_lazy("order", "Replied"), lambda _day: Q(replied_at__isnull=False)),
    # Nobody can reply any more once the case is over.
    "ended": (
        pgettext_lazy("order", "Ended without a reply"),
        lambda _day: Q(replied_at__isnull=True, case__is_open=False),
    ),
    "all": (pgettext_lazy("order", "All"), lambda _day: Q()),
}


@require_GET
@needs_right(Right.SUPERVISE)
def orders(request: HttpRequest) -> HttpResponse:
    """The orders of the cases that the reader may open: what waits by its day, the others newest first."""
    day, standing = timezone.localdate(), standing_in(request)
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in STATES else "waiting"
    filters = OrderFilterForm(request.GET, areas=supervised_areas(standing))
    seen = SupervisionOrder.objects.filter(case__in=_cases(standing, filters))
    page = min(small_number(request.GET.get("page", "")) or 1, PAGES_AT_MOST)
    begin = (page - 1) * ROWS
    order = ("reply_by", "pk") if chosen in {"waiting", "late"} else ("-pk",)
    rows = list(_as_rows(seen.filter(STATES[chosen][1](day))).order_by(*order)[begin : begin + ROWS + 1])
    counts = {key: seen.filter(condition(day)).count() for key, (_label, condition) in STATES.items()}
    tabs = [
        {
            "label": label,
            "count": counts[key],
            "href": f"?{urlencode({**filters.given, 'state': key})}",
            "current": "1" if key == chosen else "",
        }
        for key, (label, _condition) in STATES.items()
    ]
    shown = {
        "rows": rows[:ROWS],
        "tabs": tabs,
        "filters": filters,
        "today": day,
        "state": chosen,
        "next": page + 1 if len(rows) > ROWS and page < PAGES_AT_MOST else None,
        "previous": page - 1 if page > 1 else None,
    }
    return render(request, "desk/orders.html", shown)


def _cases(standing: Standing, filters: OrderFilterForm) -> QuerySet[Case]:
    """The cases that the reader may open, narrowed as asked."""
    cases = Case.objects.filter(visible_to(standing))
    if code := filters.given.get("area"):
        cases = in_area(cases, code)
    return cases.filter(is_open=True) if "cases" in filters.given else cases


def _as_rows(orders: QuerySet[Any]) -> QuerySet[Any]:
    related = ("case__category", "case__handler_post", "case__handler_party", "event")
    return orders.select_related(*related).defer("case__text", "case__party_summary")


@require_GET
@READER
def order(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The 督办单 in the form of an official paper (GB/T 9704-2012), to print and to sign."""
    found = find_case(request, number)
    record = found.supervisionorders.select_related("event", "replied_event").filter(pk=pk).first()
    if record is None:
        raise Http404
    actor = staff(request.user)  # type: ignore[arg-type] # the decorator asks for sign-in
    is_members = found.handler_party_id is not None
    shown = {
        "case": found,
        "record": record,
        "office": _office(found),
        "addressee": _addressee(found),
        "subject": found.title_for_outsiders if is_members else found.title_in_lists,
        "may_reply": not record.replied_at and MoveName.REPLY in open_moves(actor, found, now=timezone.now()),
    }
    return render(request, "desk/order.html", shown)


@require_GET
@READER
def coordination(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The note of a coordination in the form of an official paper, which all who were there sign and take with them."""
    found = find_case(request, number)
    record = found.coordinations.select_related("event").filter(pk=pk).first()
    if record is None:
        raise Http404
    tasks = [(task, date.fromisoformat(task["due_on"]) if task["due_on"] else None) for task in record.tasks]
    shown = {"case": found, "record": record, "office": _office(found), "tasks": tasks}
    return render(request, "desk/coordination.html", shown)


@require_GET
@READER
def mediation(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The 劝阻调解记录 in the form of an official paper, for the police where persuasion failed (噪声污染防治法 §70)."""
    found = find_case(request, number)
    record = found.mediations.select_related("event").filter(pk=pk).first()
    if record is None:
        raise Http404
    shown = {"case": found, "record": record, "office": _mediating_office(found)}
    return render(request, "desk/mediation.html", shown)


def _addressee(case: Case) -> str:
    """Who has to reply: the handler, a post with its area; before the case is dispatched whoever dispatches there."""
    if case.handler_party is not None:
        return str(case.handler_party)
    with everywhere(EverywhereReason.STRUCTURE):
        areas = Area.objects.defer("outline")
        if case.handler_post is not None:
            return f"{areas.get(pk=case.handler_post.area_id)} · {case.handler_post}"
        return str(areas.get(pk=case.community_id or case.subdistrict_id))


def _office(case: Case) -> Area:
    """The sub-district in whose name the paper goes out."""
    with everywhere(EverywhereReason.STRUCTURE):
        return Area.objects.defer("outline").get(pk=case.subdistrict_id, kind=AreaKind.SUBDISTRICT)


def _mediating_office(case: Case) -> Area:
    """The community, whose committee the law charges with dissuasion; the sub-district where the case has none."""
    with everywhere(EverywhereReason.STRUCTURE):
        return Area.objects.defer("outline").get(pk=case.community_id or case.subdistrict_id)
