"""What is kept about the person who is signed in, across all their concerns."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.accounts.models import User
from shangju.cases.models import Case
from shangju.cases.rules import Actor, ActorKind
from shangju.core.errors import DomainError
from shangju.core.forms import add_refusal
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.privacy.export import data_of_account, zipped
from shangju.privacy.forms import DeletionForm
from shangju.privacy.own_data import requests_of_account, take_step
from shangju.privacy.requests import ask_about_account
from shangju.privacy.workflow import RequestKind


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "login_required lets nobody else through"
    return request.user


def _page(request: HttpRequest, form: DeletionForm, *, status: int = 200) -> HttpResponse:
    user, now = _user(request), timezone.now()
    asked = requests_of_account(user)
    context: dict[str, Any] = {
        "document": data_of_account(user, now=now), "requests": asked, "form": form, "now": now,
        "steps_at": reverse("my:own_data") + "requests/",
    }  # fmt: skip
    response = render(request, "my/own_data.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@login_required
def own_data(request: HttpRequest) -> HttpResponse:
    """What is kept about me, who looked at it, and what I can ask."""
    return _page(request, DeletionForm(kind=RequestKind.ACCOUNT_DELETION))


@require_GET
@login_required
def export_own_data(request: HttpRequest) -> HttpResponseBase:
    """The same as a file: a JSON document with my own photos."""
    user = _user(request)
    with everywhere(EverywhereReason.TRACKING_CODE):
        cases = list(Case.objects.filter(reporter_user=user))
    held = zipped(data_of_account(user, now=timezone.now()), cases)
    response = FileResponse(held, as_attachment=True, filename="own-data.zip")
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@login_required
def data_request_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take a request of one's own back, or say that the answer was read."""
    user = _user(request)
    by = Actor(ActorKind.REPORTER, user)
    try:
        done = take_step(requests_of_account(user), pk, step, by=by, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        if done is None:
            raise Http404
        messages.success(request, _("Done."))
    return redirect("my:own_data")


@require_POST
@login_required
def ask_about_data(request: HttpRequest) -> HttpResponse:
    """Ask for the deletion of my account; a person answers within 15 working days."""
    user = _user(request)
    form = DeletionForm(request.POST, kind=RequestKind.ACCOUNT_DELETION)
    status = 422
    if form.is_valid():
        try:
            ask_about_account(user, form.asking(), by=user, now=timezone.now())
        except DomainError as refusal:
            status = refusal.status
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Received. You find the answer on this page."))
            return redirect("my:own_data")
    return _page(request, form, status=status)
