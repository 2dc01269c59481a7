"""Imports of orders: give a table, see what is in it, let it in, get answers and refused rows back."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shangju.cases.rules import staff
from shangju.core.errors import DomainError
from shangju.core.forms import add_refusal
from shangju.core.numbers import small_number
from shangju.core.spreadsheets import CONTENT_TYPES
from shangju.desk.access import needs_right
from shangju.desk.import_forms import ColumnsForm, FileForm
from shangju.imports import queries
from shangju.imports.answers import Written, export_answers, export_refused, masked_cells
from shangju.imports.models import ImportRun
from shangju.imports.rules import areas_for_import
from shangju.imports.runs import discard_run, give_table, start_import
from shangju.imports.runs import name_columns as name_columns_of
from shangju.imports.workflow import STEPS, WORKED_ON, RowOutcome, Stage, StepName
from shangju.ledgers.exporting import note_paper
from shangju.ledgers.workflow import PaperKind
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right

SHOWN_FIRST = (RowOutcome.REFUSED, RowOutcome.CHANGED, RowOutcome.PRESENT, RowOutcome.IMPORTED)
"""Of a finished import the rows that somebody must do something about stand first."""

FIGURES = (
    (RowOutcome.FRESH, "plus"),
    (RowOutcome.IMPORTED, "check"),
    (RowOutcome.PRESENT, "inbox"),
    (RowOutcome.CHANGED, "history"),
    (RowOutcome.REFUSED, "warning"),
)


@require_GET
@needs_right(Right.IMPORT_ORDERS)
def runs(request: HttpRequest) -> HttpResponse:
    """The imports of one's area, newest first."""
    before = small_number(request.GET.get("cursor", ""))
    found = queries.runs_for(standing_in(request), before=before)
    page = found[: queries.RUNS_SHOWN]
    counts = queries.counts_of(page)
    following = str(page[-1].pk) if len(found) > len(page) else ""
    rows = [(each, counts[each.pk]) for each in page]
    return render(request, "desk/imports/list.html", {"rows": rows, "next": following})


@require_http_methods(["GET", "POST"])
@needs_right(Right.IMPORT_ORDERS)
def give(request: HttpRequest) -> HttpResponse:
    """The form for a file; what is no table is refused at the field."""
    areas = areas_for_import(standing_in(request))
    form = FileForm(request.POST or None, request.FILES or None, areas=areas)
    if form.is_valid():
        try:
            given = give_table(
                form.cleaned_data["file"],
                area=form.chosen_area,
                by=staff(request.user),  # type: ignore[arg-type] # the decorator asks for sign-in
                language=get_language() or "zh-hans",
                now=timezone.now(),
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("imports:run", given.pk)
    context = {"form": form, "keep_days": settings.IMPORT_KEEP_DAYS}
    return render(request, "desk/imports/give.html", context, status=422 if form.is_bound else 200)


def _run(request: HttpRequest, pk: int) -> ImportRun:
    try:
        return queries.run_for(standing_in(request), pk)
    except ImportRun.DoesNotExist as error:
        raise Http404 from error


def _columns_form(run: ImportRun, data: Any = None) -> ColumnsForm:
    first = run.rows.filter(is_broken=False).order_by("line").first()
    examples = masked_cells(run, first.cells) if first and first.cells else []
    return ColumnsForm(data, headers=run.headers, positions=run.positions, examples=examples)


@require_GET
@needs_right(Right.IMPORT_ORDERS)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an import stands and what there is to do."""
    return _shown(request, _run(request, pk))


def _shown(
    request: HttpRequest,
    run: ImportRun,
    *,
    form: ColumnsForm | None = None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    counts = queries.counts_of([run])[run.pk]
    may_name = run.stage in STEPS[StepName.NAME_COLUMNS].sources and run.stage != Stage.EXAMINING
    context: dict[str, Any] = {
        "run": run,
        "counts": counts,
        "done": counts.total - (counts.waiting if run.stage == Stage.EXAMINING else counts.open),
        "is_working": run.stage in WORKED_ON,
        "may_start": run.stage in STEPS[StepName.START].sources and counts.open,
        "may_discard": run.stage in STEPS[StepName.DISCARD].sources,
        "form": form or (_columns_form(run) if may_name else None),
        "previewed": queries.previewed(run, now=timezone.now()) if run.stage == Stage.READY else [],
        "refusal": refusal,
        **_rows(request, run, counts),
    }
    return render(request, "desk/imports/run.html", context, status=refusal.status if refusal else 200)


def _rows(request: HttpRequest, run: ImportRun, counts: queries.Counts) -> dict[str, Any]:
    """The figures, and the rows of the one that is looked at."""
    asked = request.GET.get("show", "")
    there: list[str] = [outcome for outcome in SHOWN_FIRST if counts.of(outcome)]
    there += [queries.PERSONAL] if counts.with_personal_data else []
    shown = asked if asked in there else next(iter(there), "")
    after = small_number(request.GET.get("cursor", ""))
    rows, following = (
        queries.rows_shown(run, standing_in(request), outcome=shown, after=after) if shown else ([], None)
    )
    figures = [
        {
            "label": outcome.label,
            "icon": icon,
            "number": counts.of(outcome),
            "query": f"?show={outcome.value}#rows" if outcome in there else "",
            "is_shown": outcome == shown,
        }
        for outcome, icon in FIGURES
        if counts.of(outcome) or outcome not in (RowOutcome.FRESH, RowOutcome.CHANGED)
    ]
    label = _label(shown)
    return {"figures": figures, "rows": rows, "shown": shown, "shown_label": label, "next": following or ""}


def _label(shown: str) -> str:
    if shown == queries.PERSONAL:
        return _("Personal data in the text")
    return str(RowOutcome(shown).label) if shown else ""


@require_POST
@needs_right(Right.IMPORT_ORDERS)
def name_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Take what the columns mean; the rows are looked through again."""
    found = _run(request, pk)
    form = _columns_form(found, request.POST)
    if not form.is_valid():
        return _shown(request, found, form=form, refusal=DomainError(""))
    try:
        name_columns_of(
            found,
            positions=form.positions,
            remember_as=form.cleaned_data["remember_as"],
            by=staff(request.user),  # type: ignore[arg-type] # the decorator asks for sign-in
            now=timezone.now(),
        )
    except DomainError as refusal:
        return _shown(request, _run(request, pk), form=form, refusal=refusal)
    return redirect("imports:run", pk)


def _step(request: HttpRequest, pk: int, service: Callable[..., ImportRun]) -> HttpResponse:
    found = _run(request, pk)
    try:
        service(found, by=staff(request.user), now=timezone.now())  # type: ignore[arg-type] # as above
    except DomainError as refusal:
        return _shown(request, _run(request, pk), refusal=refusal)
    return redirect("imports:run", pk)


@require_POST
@needs_right(Right.IMPORT_ORDERS)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the new rows in, with personal data in their texts masked or kept."""
    masks = {"mask": True, "keep": False}.get(request.POST.get("personal_data", ""))
    return _step(request, pk, partial(start_import, masks=masks))


@require_POST
@needs_right(Right.IMPORT_ORDERS)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the table away."""
    return _step(request, pk, discard_run)


def _download(
    request: HttpRequest, pk: int, export: Callable[..., Written], paper: PaperKind
) -> HttpResponse:
    found, now = _run(request, pk), timezone.now()
    by = staff(request.user)  # type: ignore[arg-type] # as above
    try:
        written = export(found, by=by, now=now, kind=request.GET.get("kind", ""))
    except DomainError as refusal:
        return _shown(request, found, refusal=refusal)
    note_paper(
        paper, area=found.area, name=written.name, content=written.content, rows=written.rows,
        form=written.form.kind, by=by, now=now,
    )  # fmt: skip
    answer = HttpResponse(written.content, content_type=CONTENT_TYPES[written.form.kind])
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=written.name) or ""
    )
    return answer


@require_GET
@needs_right(Right.IMPORT_ORDERS)
def refused(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused rows with their reasons, as a file."""
    return _download(request, pk, export_refused, PaperKind.REFUSED_ROWS)


@require_GET
@needs_right(Right.IMPORT_ORDERS)
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """The table with our answers, as a file."""
    return _download(request, pk, export_answers, PaperKind.ANSWERS)
