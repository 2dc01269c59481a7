"""What is kept about the reporter of one case, by tracking code: to read, take along, correct, have removed."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.accounts.models import User
from shangju.cases.code_lookup import find_case
from shangju.cases.codes import format_code
from shangju.cases.models import Case
from shangju.cases.rules import REPORTER, Actor, ActorKind
from shangju.core.errors import DomainError
from shangju.core.forms import add_refusal
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.privacy.export import data_of_case, zipped
from shangju.privacy.forms import CorrectionForm, DeletionForm
from shangju.privacy.own_data import can_forget_contact, requests_of_case, take_step
from shangju.privacy.requests import ask_about_case
from shangju.privacy.requests import forget_contact as forget
from shangju.privacy.workflow import RequestKind
from shangju.public.private_pages import private_page


def _reporter(request: HttpRequest) -> Actor:
    return Actor(ActorKind.REPORTER, request.user) if isinstance(request.user, User) else REPORTER


def _forms() -> dict[str, Any]:
    return {
        "correction_form": CorrectionForm(auto_id="correction-%s"),
        "deletion_form": DeletionForm(kind=RequestKind.CONTACT_DELETION, auto_id="deletion-%s"),
    }


def _page(request: HttpRequest, found: Case, *, status: int = 200, **forms: Any) -> HttpResponse:
    now = timezone.now()
    asked = requests_of_case(found)
    context = {
        "code": format_code(found.tracking_code),
        "case": found,
        "document": data_of_case(found, now=now),
        "requests": asked,
        "steps_at": reverse("public:own_data", args=[format_code(found.tracking_code)]) + "requests/",
        "can_forget": can_forget_contact(found),
        "now": now,
    }
    return render(request, "public/own_data.html", context | _forms() | forms, status=status)


@require_GET
@private_page
def own_data(request: HttpRequest, code: str) -> HttpResponse:
    """What is kept about you with this concern, who looked at it, and what you can ask."""
    return _page(request, find_case(request, code))


@require_GET
@private_page
def export_own_data(request: HttpRequest, code: str) -> HttpResponseBase:
    """The same as a file: a JSON document with your own photos."""
    found = find_case(request, code)
    held = zipped(data_of_case(found, now=timezone.now()), [found])
    return FileResponse(held, as_attachment=True, filename=f"{found.number}.zip")


@require_POST
@private_page
def data_request_step(request: HttpRequest, code: str, pk: int, step: str) -> HttpResponse:
    """Take a request of one's own back, or say that the answer was read."""
    found = find_case(request, code)
    try:
        done = take_step(requests_of_case(found), pk, step, by=_reporter(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        if done is None:
            raise Http404
        messages.success(request, _("Done."))
    return redirect("public:own_data", code=format_code(found.tracking_code))


@require_POST
@private_page
def forget_contact(request: HttpRequest, code: str) -> HttpResponse:
    """Remove your contact at once, where nobody needs it any more."""
    found = find_case(request, code)
    try:
        forget(found, by=_reporter(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Removed. Nobody can call you about this concern any more."))
    return redirect("public:own_data", code=format_code(found.tracking_code))


@require_POST
@private_page
def ask_about_data(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Ask for a correction, or for the removal of your contact; a person answers within 15 working days."""
    found = find_case(request, code)
    if kind == RequestKind.CORRECTION:
        name, form = "correction_form", CorrectionForm(request.POST, auto_id="correction-%s")
    else:
        name, form = "deletion_form", DeletionForm(request.POST, kind=kind, auto_id="deletion-%s")  # type: ignore[assignment]
    status = 422
    if form.is_valid():
        try:
            with everywhere(EverywhereReason.TRACKING_CODE):
                ask_about_case(found, form.asking(), by=_reporter(request), now=timezone.now())
        except DomainError as refusal:
            status = refusal.status
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Received. You find the answer on this page."))
            return redirect("public:own_data", code=format_code(found.tracking_code))
    return _page(request, found, status=status, **{name: form})
