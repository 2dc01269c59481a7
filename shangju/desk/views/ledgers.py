"""Ledgers on screen: the list, one of them as a table, columns chosen and ordered, views saved and removed."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.areas.models import Area
from shangju.cases.rules import staff
from shangju.core.errors import DomainError
from shangju.core.forms import add_refusal
from shangju.core.numbers import small_number
from shangju.desk.access import reads_ledgers
from shangju.desk.forms_ledgers import ColumnsForm, ExportForm, KeepForm, LedgerFilterForm
from shangju.ledgers import queries
from shangju.ledgers.filters import BY_ACT, BY_RECEIPT, LedgerFilters
from shangju.ledgers.ledger import Ledger
from shangju.ledgers.models import LedgerView
from shangju.ledgers.rules import ledgers_for, may_ask_full, may_change, may_export, may_open, may_share
from shangju.ledgers.services import keep_view, remove_view
from shangju.ledgers.tables import LEDGERS
from shangju.ledgers.workflow import LedgerKind
from shangju.measures.periods import month_of
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right, Standing


@dataclass(frozen=True, slots=True)
class Arranged:
    """A ledger with what was chosen of it; ``view`` where it is a saved one. ``home`` is the reader's own area."""

    ledger: Ledger
    columns: list[str]
    filters: LedgerFilters
    areas: list[Area]
    home: Area
    view: LedgerView | None = None

    @property
    def area(self) -> Area:
        """The area that the rows are of: the chosen one, else the reader's."""
        return next((area for area in self.areas if area.code == self.filters.area), self.home)

    @property
    def name(self) -> str:
        """What its table and its file are called."""
        return str(self.view or self.ledger.kind.label)

    @property
    def query(self) -> str:
        """The choice as the query of an address."""
        return urlencode({"columns": ",".join(self.columns), "by": "", **self.filters.as_data()})


@require_GET
@reads_ledgers
def listing(request: HttpRequest) -> HttpResponse:
    """The ledgers that are open to the reader, and the saved ones."""
    standing = standing_in(request)
    views = queries.views_for(standing)
    shown = {
        "ledgers": ledgers_for(standing),
        "rows": [(view, may_change(standing, view)) for view in views],
        "may_answer": standing.holds_anywhere(Right.IMPORT_ORDERS),
    }
    return render(request, "desk/ledgers/list.html", shown)


def open_ledger(request: HttpRequest, kind: str) -> Ledger:
    """The ledger of this kind, if it is open to the reader; 404 for no kind of ours."""
    if kind not in LedgerKind.values:
        raise Http404
    ledger = LEDGERS[LedgerKind(kind)]
    if not may_open(standing_in(request), ledger):
        raise PermissionDenied
    return ledger


def arranged(request: HttpRequest, ledger: Ledger, view: LedgerView | None = None) -> Arranged:
    """What the address asks for; what it leaves open is as in the saved view, or as usual."""
    standing, given = standing_in(request), request.GET
    home = queries.home_of(standing, ledger.right)
    if home is None:
        raise PermissionDenied
    filters = LedgerFilters.from_data(view.filters) if view else usual_filters(ledger)
    if "by" in given:
        filters = LedgerFilters.from_data({name: given.get(name) for name in LedgerFilters.__slots__})
    keys = given["columns"].split(",") if given.get("columns") else (view.columns if view else ledger.usual)
    columns = [column.key for column in ledger.chosen(keys)]
    return Arranged(ledger, columns, filters, queries.areas_in_reach(), home, view)


def usual_filters(ledger: Ledger) -> LedgerFilters:
    """All rows; of looks at minors' contacts those of this year, as the yearly audit asks."""
    if ledger.kind != LedgerKind.MINOR:
        return LedgerFilters()
    today = timezone.localdate()
    return LedgerFilters(by=BY_ACT, first=today.replace(month=1, day=1), last=today)


@require_GET
@reads_ledgers
def ledger(request: HttpRequest, kind: str) -> HttpResponse:
    """One ledger as a table."""
    return _shown_or_arranged(request, open_ledger(request, kind))


@require_GET
@reads_ledgers
def saved(request: HttpRequest, pk: int) -> HttpResponse:
    """A saved view as a table."""
    view = _view(request, pk)
    return _shown_or_arranged(request, LEDGERS[LedgerKind(view.kind)], view)


def _view(request: HttpRequest, pk: int) -> LedgerView:
    try:
        return queries.view_for(standing_in(request), pk)
    except LedgerView.DoesNotExist as error:
        raise Http404 from error


def _shown_or_arranged(request: HttpRequest, ledger: Ledger, view: LedgerView | None = None) -> HttpResponse:
    choice = arranged(request, ledger, view)
    if any(name.startswith("place_") for name in request.GET):
        form = ColumnsForm(request.GET, columns=ledger.columns, chosen=choice.columns)
        if form.is_valid():
            chosen = Arranged(
                ledger, form.chosen() or ledger.usual, choice.filters, choice.areas, choice.home
            )
            return redirect(f"{request.path}?{chosen.query}")
        return shown(request, choice, columns_form=form, status=422)
    return shown(request, choice)


def shown(request: HttpRequest, choice: Arranged, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page of a ledger; ``forms`` are those that were filled in and refused."""
    standing, ledger = standing_in(request), choice.ledger
    columns = ledger.chosen(choice.columns)
    rows, following = queries.page_of(
        ledger,
        columns,
        queries.rows_of(ledger, choice.filters, standing=standing),
        before=small_number(request.GET.get("cursor", "")),
    )
    context = {
        "choice": choice,
        "ledger": ledger,
        "labels": [column.label for column in columns],
        "rows": [list(zip(columns, row.cells, strict=True)) for row in rows],
        "next": str(following) if following else "",
        "filters": _filter_form(choice),
        "is_narrowed": bool(choice.filters.as_data()),
        "months": _months(choice),
        **_forms(standing, choice, forms),
    }
    return render(request, "desk/ledgers/ledger.html", context, status=status)


def _months(choice: Arranged) -> list[tuple[str, str]]:
    """The last month and this one, by name, each with the address that narrows the ledger to it."""
    by = choice.filters.by or (BY_ACT if choice.ledger.case else BY_RECEIPT)
    this = month_of(timezone.localdate())
    narrowed = {
        period.label: replace(choice.filters, by=by, first=period.first, last=period.last)
        for period in (this.before(), this)
    }
    return [(label, replace(choice, filters=filters).query) for label, filters in narrowed.items()]


def _filter_form(choice: Arranged) -> LedgerFilterForm:
    by = BY_ACT if choice.ledger.case else "received"
    return LedgerFilterForm({"by": by, **choice.filters.as_data()}, areas=choice.areas)


def _forms(standing: Standing, choice: Arranged, refused: dict[str, Any]) -> dict[str, Any]:
    """The forms below the table, as far as they are the reader's."""
    ledger, path = choice.ledger, choice.area.path
    kept = {"name": str(choice.view or ""), "is_shared": bool(choice.view and choice.view.is_shared)}
    may_leave = may_export(standing, ledger, path=path)
    full = may_ask_full(standing, ledger, path=path)
    return {
        "columns_form": refused.get("columns_form")
        or ColumnsForm(columns=ledger.columns, chosen=choice.columns),
        "keep_form": refused.get("keep_form")
        or KeepForm(initial=kept, may_share=may_share_here(standing, choice)),
        "export_form": refused.get("export_form") or (ExportForm(may_ask_full=full) if may_leave else None),
        "opened": next(iter(refused), ""),
    }


def may_share_here(standing: Standing, choice: Arranged) -> bool:
    """Whether the reader may share in the sub-district of their area."""
    return may_share(standing, path=queries.subdistrict_of(choice.home).path)


@require_POST
@reads_ledgers
def keep(request: HttpRequest, kind: str) -> HttpResponse:
    """Save what the address shows under a name."""
    choice = arranged(request, open_ledger(request, kind))
    standing = standing_in(request)
    form = KeepForm(request.POST, may_share=may_share_here(standing, choice))
    if form.is_valid():
        try:
            view = keep_view(
                choice.ledger,
                name=form.cleaned_data["name"],
                columns=choice.columns,
                filters=choice.filters,
                subdistrict=queries.subdistrict_of(choice.home),
                is_shared=form.cleaned_data.get("is_shared", False),
                by=staff(request.user),  # type: ignore[arg-type] # the decorator asks for sign-in
                now=timezone.now(),
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The ledger was saved."))
            return redirect("ledgers:view", view.pk)
    return shown(request, choice, keep_form=form, status=422)


@require_POST
@reads_ledgers
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a saved view."""
    try:
        remove_view(_view(request, pk), by=staff(request.user), now=timezone.now())  # type: ignore[arg-type] # as above
    except DomainError as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    messages.success(request, _("The saved ledger was removed. Nothing of the work is gone."))
    return redirect(reverse("ledgers:list"))
