"""Requests of residents about their own data: the list by due instant, and one with its answer."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.cases.reporter import mask_name, mask_phone
from shangju.cases.rules import staff
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.desk.access import needs_right
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right
from shangju.privacy.forms import AnswerForm
from shangju.privacy.models import DataRequest
from shangju.privacy.own_data import light_of_request, shown
from shangju.privacy.requests import answer_request
from shangju.privacy.rules import may_answer, requests_to_answer
from shangju.privacy.workflow import (
    MOVES_OF_STAFF,
    OPEN_REQUEST_STATES,
    REQUEST_MOVES,
    RequestMove,
    RequestState,
)

ROWS = 50
NEEDS = needs_right(Right.ANSWER_DATA_REQUESTS)


@require_GET
@NEEDS
def data_requests(request: HttpRequest) -> HttpResponse:
    """What residents ask about their own data, the most urgent first; then what was answered lately."""
    now = timezone.now()
    mine = DataRequest.objects.filter(requests_to_answer(standing_in(request))).select_related("case", "area")
    is_open = mine.filter(state__in=OPEN_REQUEST_STATES).order_by("due_at", "pk")[:ROWS]
    answered = mine.exclude(state__in=OPEN_REQUEST_STATES).order_by("-answered_at", "-pk")[:ROWS]
    context = {
        "waiting": [(each, light_of_request(each, now=now)) for each in is_open],
        "answered": list(answered),
        "now": now,
    }
    return render(request, "desk/data_requests.html", context)


def _find(request: HttpRequest, pk: int) -> DataRequest:
    """The request; 404 outside the areas in reach and where the reader has a stake, 403 without the right there."""
    standing = standing_in(request)
    found = DataRequest.objects.filter(pk=pk).select_related("case", "area", "user").first()
    if found is None or not standing.scope.reaches(found.area_path):
        raise Http404
    if not may_answer(standing, found):
        if standing.may(Right.ANSWER_DATA_REQUESTS, path=found.area_path):
            raise Http404
        raise PermissionDenied
    return found


def _context(request: HttpRequest, found: DataRequest, bound: AnswerForm | None = None) -> dict[str, Any]:
    now = timezone.now()
    open_moves = [move for move in MOVES_OF_STAFF if RequestState(found.state) in REQUEST_MOVES[move][0]]
    forms = [bound if bound and bound.move is move else AnswerForm(move=move) for move in open_moves]
    is_open = found.state in OPEN_REQUEST_STATES
    return {
        "asked": shown(found),
        "row": found,
        "light": light_of_request(found, now=now) if is_open else "",
        "new_name": mask_name(found.new_name),
        "new_phone": mask_phone(found.new_phone),
        "forms": forms,
        "events": list(found.events.select_related("by").order_by("-pk")),
        "now": now,
    }


@require_GET
@NEEDS
def data_request(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what is asked, until when, and the answer."""
    return render(request, "desk/data_request.html", _context(request, _find(request, pk)))


@require_POST
@NEEDS
def answer_data_request(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take it in hand, grant it or refuse it with a reason of the law."""
    found = _find(request, pk)
    if step not in MOVES_OF_STAFF:
        raise Http404
    form = AnswerForm(request.POST, move=RequestMove(step))
    status = 422
    if form.is_valid():
        try:
            actor = staff(request.user)  # type: ignore[arg-type] # the decorator asks for sign-in
            answer_request(found, form.answering(), by=actor, now=timezone.now())
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except DomainError as refusal:
            status = refusal.status
            add_refusal(form, refusal)
            found = _find(request, pk)
        else:
            messages.success(request, _("Recorded: %(move)s.") % {"move": form.move.label})
            return redirect("desk:data_request", pk=pk)
    context = _context(request, found, form)
    if form not in context["forms"]:
        context["refused"] = form
    return render(request, "desk/data_request.html", context, status=status)
