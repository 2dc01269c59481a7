"""Bulletins of a sub-district: the list by year, a new draft, its editor, the paper, issue and withdrawal."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shangju.areas.models import Area
from shangju.bulletins import queries
from shangju.bulletins.kinds import BulletinKind, Span, recent_spans
from shangju.bulletins.models import Bulletin, BulletinSection
from shangju.bulletins.paper import paper_of
from shangju.bulletins.rules import may_make
from shangju.bulletins.services import (
    draft_bulletin,
    edit_bulletin,
    issue_bulletin,
    set_automatic_drafts,
    take_figures,
    withdraw_bulletin,
)
from shangju.bulletins.workflow import MOVES, READERS, BulletinMove, BulletinState
from shangju.core.errors import DomainError
from shangju.core.forms import add_refusal
from shangju.core.numbers import small_number
from shangju.desk.access import needs_right
from shangju.desk.forms_bulletins import (
    AutomaticDraftsForm,
    BulletinForm,
    IssueForm,
    NewBulletinForm,
    WithdrawBulletinForm,
)
from shangju.desk.views.cases import actor_of
from shangju.posts.middleware import standing_in

READER = needs_right(*READERS[BulletinState.ISSUED])
DRAFTER = needs_right(MOVES[BulletinMove.DRAFT].right)
ISSUER = needs_right(MOVES[BulletinMove.ISSUE].right)

WEEKS, MONTHS = 8, 6
"""So many weeks and months are offered for a new bulletin."""


@require_GET
@READER
def listing(request: HttpRequest) -> HttpResponse:
    """The bulletins of a year that the reader may read, the latest first."""
    standing = standing_in(request)
    area = queries.chosen_subdistrict(standing, request.GET.get("area", ""))
    years = queries.years_of(area, standing) or [timezone.localdate().year]
    chosen = small_number(request.GET.get("year", ""))
    year = chosen if chosen in years else years[0]
    context = {
        "area": area,
        "areas": queries.reading_subdistricts(standing),
        "years": years,
        "year": year,
        "rows": queries.bulletins_of(area, standing, year=year),
        "may_draft": may_make(standing, BulletinMove.DRAFT, area),
        "settings_form": _settings_form(request, area),
    }
    return render(request, "desk/bulletins/list.html", context)


def _settings_form(request: HttpRequest, area: Area) -> AutomaticDraftsForm | None:
    """The form of what the system drafts by itself, for those who may set it."""
    if not may_make(standing_in(request), BulletinMove.ISSUE, area):
        return None
    return AutomaticDraftsForm.of(queries.automatic_drafts(area))


@require_POST
@ISSUER
def settings(request: HttpRequest) -> HttpResponse:
    """Say which drafts the system makes by itself."""
    standing = standing_in(request)
    area = queries.chosen_subdistrict(standing, request.GET.get("area", ""))
    if not may_make(standing, BulletinMove.ISSUE, area):
        raise PermissionDenied
    set_automatic_drafts(
        area,
        drafts_weeks="drafts_weeks" in request.POST,
        drafts_months="drafts_months" in request.POST,
        by=actor_of(request),
        now=timezone.now(),
    )
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('bulletins:list')}?area={area.code}")


@require_http_methods(["GET", "POST"])
@DRAFTER
def new(request: HttpRequest) -> HttpResponse:
    """Choose a week or month that is over; the last week is proposed."""
    area = queries.chosen_subdistrict(standing_in(request), request.GET.get("area", ""))
    form = NewBulletinForm(request.POST or None, spans=_open_spans(area))
    status = 200
    if request.method == "POST" and form.is_valid():
        kind, first = form.kind_and_first()
        try:
            made = draft_bulletin(
                area,
                kind=kind,
                first=first,
                language=form.cleaned_data["language"],
                by=actor_of(request),
                now=timezone.now(),
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("Drafted. Look through the text, then issue it."))
            return redirect("bulletins:bulletin", pk=made.pk)
    elif request.method == "POST":
        status = 422
    return render(request, "desk/bulletins/new.html", {"form": form, "area": area}, status=status)


def _open_spans(area: Area) -> dict[BulletinKind, list[Span]]:
    """The latest weeks and months that have no bulletin yet."""
    today, spans = timezone.localdate(), {}
    for kind, count in ((BulletinKind.WEEK, WEEKS), (BulletinKind.MONTH, MONTHS)):
        taken = queries.taken_spans(area, kind)
        spans[kind] = [span for span in recent_spans(kind, today, count=count) if span[0] not in taken]
    return spans


@require_GET
@READER
def bulletin(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper as it is or will be printed, with what can be done next."""
    return _page(request, _found(request, pk))


def _found(request: HttpRequest, pk: int) -> Bulletin:
    return queries.bulletin_for(standing_in(request), pk)


def _page(request: HttpRequest, found: Bulletin) -> HttpResponse:
    sections = list(found.sections.all())
    context = {
        **_shown(request, found, sections),
        "events": found.events.select_related("by").order_by("sequence"),
    }
    return render(request, "desk/bulletins/bulletin.html", context)


def _shown(request: HttpRequest, found: Bulletin, sections: list[BulletinSection]) -> dict[str, Any]:
    """What the paper and the pages around it need."""
    return {
        "bulletin": found,
        "paper": paper_of(found, sections),
        "doubts": queries.doubts_about(sections) if found.is_draft else [],
        "moves": _moves(request, found),
    }


def _moves(request: HttpRequest, found: Bulletin) -> dict[str, bool]:
    """Which moves the state and the reader's rights leave open."""
    standing = standing_in(request)
    return {
        move.value: MOVES[move].source == found.state and may_make(standing, move, found.area)
        for move in BulletinMove
    }


@require_http_methods(["GET", "POST"])
@DRAFTER
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One field for each section of a draft."""
    found = _found(request, pk)
    _check_open(request, found, BulletinMove.EDIT)
    sections = list(found.sections.all())
    form, status = BulletinForm(request.POST or None, bulletin=found, sections=sections), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                edit_bulletin(
                    found,
                    title=form.cleaned_data["title"],
                    texts=form.texts(),
                    seen=form.cleaned_data["seen"],
                    by=actor_of(request),
                    now=timezone.now(),
                )
            except DomainError as refusal:
                add_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("Saved. This is how the paper looks now."))
                return redirect("bulletins:bulletin", pk=found.pk)
    context = {**_shown(request, found, sections), "form": form}
    return render(request, "desk/bulletins/edit.html", context, status=status)


def _check_open(request: HttpRequest, found: Bulletin, move: BulletinMove) -> None:
    """Without the right there it is 403; in another state the service says so."""
    if not may_make(standing_in(request), move, found.area):
        raise PermissionDenied


@require_POST
@DRAFTER
def figures(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the figures of a draft anew."""
    found = _found(request, pk)
    _check_open(request, found, BulletinMove.TAKE_FIGURES)
    try:
        take_figures(found, by=actor_of(request), now=timezone.now())
    except DomainError as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request, _("The figures are those of now. What you wrote yourself was left as it is.")
        )
    return redirect("bulletins:bulletin", pk=found.pk)


@require_http_methods(["GET", "POST"])
@ISSUER
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then freeze and number it."""
    found = _found(request, pk)
    _check_open(request, found, BulletinMove.ISSUE)
    form, status = IssueForm(request.POST or None, initial={"seen": found.edition}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = issue_bulletin(
                    found, seen=form.cleaned_data["seen"], by=actor_of(request), now=timezone.now()
                )
            except DomainError as refusal:
                add_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("Issued as %(number)s.") % {"number": done.number})
                return redirect("bulletins:bulletin", pk=found.pk)
    context = {**_shown(request, found, list(found.sections.all())), "form": form}
    return render(request, "desk/bulletins/issue.html", context, status=status)


@require_http_methods(["GET", "POST"])
@ISSUER
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was issued, with the reason; then a corrected one can be drafted."""
    found = _found(request, pk)
    _check_open(request, found, BulletinMove.WITHDRAW)
    form, status = WithdrawBulletinForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                withdraw_bulletin(
                    found, reason=form.cleaned_data["reason"], by=actor_of(request), now=timezone.now()
                )
            except DomainError as refusal:
                add_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("Withdrawn. Draft the corrected one: it begins with this text."))
                return redirect(f"{reverse('bulletins:new')}?area={found.area.code}")
    return render(request, "desk/bulletins/withdraw.html", {"bulletin": found, "form": form}, status=status)
