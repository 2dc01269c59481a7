"""The supervision desk: every open case that needs a look, and why; urging several at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from shangju.areas.models import Area, AreaKind
from shangju.cases import queries
from shangju.cases.models import Case
from shangju.cases.rules import staff, visible_to, within
from shangju.core.errors import DomainError
from shangju.core.forms import add_refusal
from shangju.core.numbers import small_number
from shangju.desk.access import needs_right
from shangju.desk.forms_supervision import SupervisionFilterForm, UrgeSeveralForm
from shangju.desk.forms_task_forces import EntrustForm
from shangju.desk.views.cases import actor_of, ticked_numbers
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right, Standing
from shangju.supervision.ladder import Limits
from shangju.supervision.models import TaskForce
from shangju.supervision.queries import given_to, limits_of, subdistricts_with, task_forces_of
from shangju.supervision.reasons import REASONS, counts_by_reason, rows_with_reasons, those_with
from shangju.supervision.task_forces import Given, entrust_cases
from shangju.supervision.urging import urge_cases

ROWS = 50
PAGES_AT_MOST = 200
ENTRUST = "entrust"
"""Keeps the fields of two forms on one page apart."""


@require_GET
@needs_right(Right.SUPERVISE)
def listing(request: HttpRequest) -> HttpResponse:
    """All reasons or one, the most urgent first."""
    return _page(request, UrgeSeveralForm())


@require_POST
@needs_right(Right.SUPERVISE)
def urge(request: HttpRequest) -> HttpResponse:
    """Urge the chosen cases; those that refuse say why, the words are kept where none was chosen."""
    form, now = UrgeSeveralForm(request.POST), timezone.now()
    numbers = ticked_numbers(request.POST, at_most=ROWS)
    if form.is_valid():
        cases = list(_supervised(standing_in(request)).filter(number__in=numbers).order_by("due_at", "pk"))
        try:
            outcomes = urge_cases(
                cases,
                words=form.cleaned_data["words"],
                by=staff(request.user),  # type: ignore[arg-type] # the decorator asks for sign-in
                now=now,
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            done = [each for each in outcomes if not each.refusal]
            sentence = ngettext("%(count)s case was urged.", "%(count)s cases were urged.", len(done))
            messages.success(request, sentence % {"count": len(done)})
            for each in outcomes:
                if each.refusal:
                    messages.warning(request, f"{each.case.number}: {each.refusal}")
            return redirect(f"{reverse('supervision:list')}?{request.GET.urlencode()}")
    return _page(request, form, ticked=set(numbers), status=422)


@require_POST
@needs_right(Right.SUPERVISE)
def entrust(request: HttpRequest) -> HttpResponse:
    """Give the chosen cases to a task force; those that refuse say why, the words are kept where none was chosen."""
    numbers = ticked_numbers(request.POST, at_most=ROWS)
    form = EntrustForm(request.POST, task_forces=_forces_at_work(standing_in(request)), prefix=ENTRUST)
    if form.is_valid():
        cases = list(_supervised(standing_in(request)).filter(number__in=numbers).order_by("due_at", "pk"))
        try:
            outcomes = entrust_cases(
                cases, task_force=form.chosen, reason=form.cleaned_data["reason"],
                by=actor_of(request), now=timezone.now(),
            )  # fmt: skip
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            tell_what_was_given(request, outcomes)
            return redirect(f"{reverse('supervision:list')}?{request.GET.urlencode()}")
    return _page(request, UrgeSeveralForm(), entrusting=form, ticked=set(numbers), status=422)


def tell_what_was_given(request: HttpRequest, outcomes: Sequence[Given]) -> None:
    """Say on the next page how many cases the task force was given, and of each of the others why not."""
    done = sum(1 for each in outcomes if not each.refusal)
    sentence = ngettext(
        "%(count)s case was given to the task force.",
        "%(count)s cases were given to the task force.",
        done,
    )
    messages.success(request, sentence % {"count": done})
    for each in outcomes:
        if each.refusal:
            messages.warning(request, f"{each.case.number}: {each.refusal}")


def _forces_at_work(standing: Standing) -> list[TaskForce]:
    """Those that the reader may give cases to; none for who supervises less than a sub-district."""
    home = next(iter(subdistricts_with(standing, Right.SUPERVISE)), None)
    if home is None or not standing.may(Right.SUPERVISE, path=home.path):
        return []
    day = timezone.localdate()
    return [each for each in task_forces_of(home, on=day) if each.takes_cases_on(day)]


def _supervised(standing: Standing) -> QuerySet[Case]:
    """The open cases that the reader may open in the areas that they supervise."""
    areas = standing.areas_with(Right.SUPERVISE)
    here = within(areas[0])
    for area in areas[1:]:
        here |= within(area)
    return Case.objects.filter(here, visible_to(standing), is_open=True)


def _page(
    request: HttpRequest,
    urging: UrgeSeveralForm,
    *,
    entrusting: EntrustForm | None = None,
    ticked: set[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    now, standing = timezone.now(), standing_in(request)
    day = timezone.localdate(now)
    home = next(iter(subdistricts_with(standing, Right.SUPERVISE)), None)
    forces = task_forces_of(home, on=day) if home else []
    open_to_cases = [each for each in forces if each.takes_cases_on(day)]
    filters = SupervisionFilterForm(request.GET, areas=supervised_areas(standing), task_forces=forces)
    limits = limits_of(home.pk if home else None)
    seen = _supervised(standing)
    if filters.chosen_area:
        seen = queries.in_area(seen, filters.chosen_area)
    if filters.chosen_force:
        seen = seen.filter(given_to(filters.chosen_force))
    chosen = filters.chosen_reason
    whole = home is not None and standing.may(Right.SUPERVISE, path=home.path)
    page = min(small_number(request.GET.get("page", "")) or 1, PAGES_AT_MOST)
    begin = (page - 1) * ROWS
    found = those_with(seen, [chosen] if chosen else REASONS, now=now, limits=limits)
    keys = list(
        found.order_by(F("due_at").asc(nulls_last=True), "pk").values_list("pk", flat=True)[
            begin : begin + ROWS + 1
        ]
    )
    rows = _rows(keys[:ROWS], now=now, limits=limits)
    context = {
        "rows": rows,
        "tabs": _tabs(seen, chosen, kept=_kept(request), now=now, limits=limits),
        "filters": filters,
        "urging": urging,
        "entrusting": entrusting
        or (EntrustForm(task_forces=open_to_cases, prefix=ENTRUST) if open_to_cases and whole else None),
        "may_propose": whole,
        "ticked": ticked or set(),
        "now": now,
        "query": request.GET.urlencode(),
        "page": page,
        "next": page + 1 if len(keys) > ROWS and page < PAGES_AT_MOST else None,
        "previous": page - 1 if page > 1 else None,
        "may_set": standing.holds_anywhere(Right.SET_SUPERVISION),
    }
    return render(request, "desk/supervision.html", context, status=status)


def _rows(keys: list[int], *, now: datetime, limits: Limits) -> list[dict[str, Any]]:
    cases = Case.objects.filter(pk__in=keys).order_by(F("due_at").asc(nulls_last=True), "pk")
    return [
        {"case": case, "light": queries.light_of(case, now=now), "reasons": reasons}
        for case, reasons in rows_with_reasons(cases, now=now, limits=limits)
    ]


def _tabs(
    seen: QuerySet[Case], chosen: str, *, kept: str, now: datetime, limits: Limits
) -> list[dict[str, Any]]:
    counts = counts_by_reason(seen, now=now, limits=limits)
    labels: dict[str, Any] = {"": _("All reasons"), **{key: each.label for key, each in REASONS.items()}}
    return [
        {
            "label": label,
            "count": counts[key],
            "href": f"?reason={key}{kept}",
            "current": "1" if key == chosen else "",
        }
        for key, label in labels.items()
    ]


def _kept(request: HttpRequest) -> str:
    """What else the list is narrowed to, for the addresses of its tabs."""
    given = {name: request.GET[name] for name in ("area", "force") if request.GET.get(name)}
    return f"&{urlencode(given)}" if given else ""


def supervised_areas(standing: Standing) -> list[Area]:
    """The sub-districts and communities that a list can be narrowed to."""
    kinds = (AreaKind.SUBDISTRICT, AreaKind.COMMUNITY)
    found = Area.objects.filter(kind__in=kinds, retired_on__isnull=True)
    paths = [area.path for area in standing.areas_with(Right.SUPERVISE)]
    return [
        area
        for area in found.defer("outline").order_by("path")
        if any(area.path.startswith(path) for path in paths)
    ]
