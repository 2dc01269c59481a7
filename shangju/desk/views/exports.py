"""Ledgers as files: asked for, allowed by somebody else, taken; and the log of everything that left the house."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.cases.rules import staff
from shangju.cases.workflow import Channel, State
from shangju.categories.queries import Tree, category_tree
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.core.numbers import small_number
from shangju.core.scoping import ScopedArea
from shangju.core.spreadsheets import CONTENT_TYPES
from shangju.desk.access import reads_ledgers
from shangju.desk.forms_ledgers import PERIODS, DecisionForm, ExportForm
from shangju.desk.views.ledgers import arranged, open_ledger, shown
from shangju.ledgers import queries
from shangju.ledgers.exporting import Asking, ask_export, decide_export, take_full_export
from shangju.ledgers.filters import LedgerFilters
from shangju.ledgers.models import Export
from shangju.ledgers.queries import PAGE
from shangju.ledgers.rules import areas_to_export, may_ask_full, may_decide, may_fetch
from shangju.ledgers.tables import LEDGERS
from shangju.ledgers.workflow import WORKED_ON, ExportState, FileForm, LedgerKind
from shangju.posts.middleware import standing_in


@require_POST
@reads_ledgers
def ask(request: HttpRequest, kind: str) -> HttpResponse:
    """Take out what the address shows: a short one comes at once, of the others the page of the export."""
    choice = arranged(request, open_ledger(request, kind))
    full = may_ask_full(standing_in(request), choice.ledger, path=choice.area.path)
    form = ExportForm(request.POST, may_ask_full=full)
    if form.is_valid() and not choice.filters.area:
        _ask_for_one_area(form, areas_to_export(standing_in(request), choice.ledger))
    if not form.is_valid():
        return shown(request, choice, export_form=form, status=422)
    given = form.cleaned_data
    asking = Asking(
        area=choice.area,
        name=request.POST.get("title", "")[:40] or choice.name,
        columns=choice.columns,
        filters=choice.filters,
        form=FileForm(given["form"]),
        is_full=given.get("is_full", False),
        reason=given["reason"],
    )
    try:
        taken = ask_export(choice.ledger, asking, by=staff(request.user), now=timezone.now())  # type: ignore[arg-type] # the decorator asks for sign-in
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except DomainError as refusal:
        add_refusal(form, refusal)
        return shown(request, choice, export_form=form, status=422)
    if taken.content is not None:
        return _download(taken.export, taken.content)
    return redirect("ledgers:row", taken.export.pk)


def _ask_for_one_area(form: ExportForm, areas: Sequence[ScopedArea]) -> None:
    """Refuse a file of several areas: each has its own log, and leaders of its own who allow contacts in plain."""
    if len(areas) > 1:
        sentence = _("You work in several areas: choose one under “Narrow the ledger”, then take it out.")
        form.add_error(None, sentence)


def file_name(export: Export) -> str:
    """``民情台账-2026-11-25.xlsx``."""
    return f"{export.name}-{timezone.localtime(export.asked_at):%Y-%m-%d}.{export.form}".replace("/", "-")


def _download(export: Export, content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type=CONTENT_TYPES[export.form])
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=file_name(export)) or "attachment"
    )
    return answer


@require_GET
@reads_ledgers
def log(request: HttpRequest) -> HttpResponse:
    """What left the house, newest first: one's own, and what lies in areas that one supervises."""
    before = small_number(request.GET.get("cursor", ""))
    found = queries.exports_for(standing_in(request), before=before)
    following = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return render(request, "desk/ledgers/exports.html", {"rows": found[:PAGE], "next": following})


def _export(request: HttpRequest, pk: int) -> Export:
    try:
        return queries.export_for(standing_in(request), pk)
    except Export.DoesNotExist as error:
        raise Http404 from error


@require_GET
@reads_ledgers
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One export: what it is, where it stands, and what there is to do."""
    return _row(request, _export(request, pk))


def _row(
    request: HttpRequest,
    export: Export,
    *,
    form: DecisionForm | None = None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    standing = standing_in(request)
    is_own = export.asked_by_id == standing.user_id
    may_say = export.state == ExportState.ASKED and may_decide(standing, export)
    context = {
        "export": export,
        "facts": told(export, category_tree()),
        "is_working": export.state in WORKED_ON,
        "may_take": is_own and export.state == ExportState.ALLOWED,
        "may_fetch": export.state == ExportState.DONE and bool(export.file) and may_fetch(standing, export),
        "decision": (form or DecisionForm()) if may_say else None,
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "desk/ledgers/export.html", context, status=status)


def told(export: Export, tree: Tree) -> dict[str, Any]:
    """Columns and rows of an export in words, for who decides and who audits; its area is told beside them."""
    if export.kind not in LedgerKind.values:
        return {"columns": [], "rows": []}
    columns = LEDGERS[LedgerKind(export.kind)].chosen(export.columns)
    return {
        "columns": [column.label for column in columns],
        "rows": [each for each in _narrowed(LedgerFilters.from_data(export.filters), tree) if each],
    }


def _narrowed(filters: LedgerFilters, tree: Tree) -> Iterator[Any]:
    """What rows are narrowed to, each in words."""
    if filters.first or filters.last:
        yield f"{filters.first or '…'} – {filters.last or '…'}"
        yield dict(PERIODS).get(filters.by, "")
    if filters.category:
        yield tree.by_code.get(filters.category, filters.category)
    yield dict(State.choices).get(filters.state, filters.state)
    yield dict(Channel.choices).get(filters.channel, filters.channel)


@require_GET
@reads_ledgers
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file that the worker wrote, for who asked for it and nobody else."""
    export = _export(request, pk)
    if export.asked_by_id != standing_in(request).user_id:
        raise PermissionDenied
    if export.state != ExportState.DONE or not export.file:
        raise Http404
    if not may_fetch(standing_in(request), export):
        raise PermissionDenied(_("You may no longer take this ledger out for this area."))
    try:
        content = default_storage.open(export.file)
    except FileNotFoundError as gone:
        raise Http404 from gone
    return FileResponse(
        content, as_attachment=True, filename=file_name(export), content_type=CONTENT_TYPES[export.form]
    )


@require_POST
@reads_ledgers
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an allowed export with contacts in plain: once."""
    export = _export(request, pk)
    try:
        taken = take_full_export(export, by=staff(request.user), now=timezone.now())  # type: ignore[arg-type] # as above
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except DomainError as refusal:
        return _row(request, _export(request, pk), refusal=refusal)
    assert taken.content is not None, "a full export is written when it is taken"
    return _download(taken.export, taken.content)


@require_POST
@reads_ledgers
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes or no to contacts in plain."""
    export, form = _export(request, pk), DecisionForm(request.POST)
    form.is_valid()
    try:
        decide_export(
            export,
            allow=request.POST.get("answer") == "allow",
            note=form.cleaned_data.get("note", ""),
            by=staff(request.user),  # type: ignore[arg-type] # as above
            now=timezone.now(),
        )
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except DomainError as refusal:
        add_refusal(form, refusal)
        return _row(request, _export(request, pk), form=form, refusal=refusal)
    messages.success(request, _("Your decision was written down."))
    if request.POST.get("back") == "approvals":
        return redirect("desk:approvals")
    return redirect("ledgers:row", pk)
