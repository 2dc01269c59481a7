"""A walk through the grid, phone first: what was seen becomes a case, with or without network."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shangju.cases.grid_visit import VisitReceipt, enter_visit
from shangju.cases.rules import staff
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.core.kept_forms import (
    is_anothers,
    is_kept_form,
    receipt_answer,
    refusal_answer,
    waited,
    worker_script,
)
from shangju.desk.access import needs_right
from shangju.desk.visit_form import VisitForm, suggested_for
from shangju.posts.rights import NOBODY, Right

MAY_ENTER = needs_right(Right.ENTER_CASE)
NOT_CONTENT = frozenset({"csrfmiddlewaretoken", "photo_ids", "none_of_these"})
"""Values of the form that say nothing about what was seen."""


@require_http_methods(["GET", "POST"])
@MAY_ENTER
def visit(request: HttpRequest) -> HttpResponse:
    """The form; ``?spot=`` fills in the place of a code that was scanned."""
    by, now = request.user, timezone.now()
    if request.method != "POST":
        form = VisitForm(initial={"spot": request.GET.get("spot", "")[:60]}, by=by, now=now)
        return render(request, "desk/visit.html", {"form": form})
    if is_anothers(request):
        return HttpResponse(status=401)
    form = VisitForm(request.POST, request.FILES, by=by, now=now)
    if "suggest" in request.POST:
        form.keep_without_sending()
        return render(request, "desk/visit.html", {"form": form, "suggestions": form.suggestions()})
    status = 422
    if form.is_valid():
        try:
            return tell_receipt(request, take_in(request, form))
        except DomainError as refusal:
            status = refusal.status
            fields = {} if isinstance(refusal, NotAllowed) else {"place": "address", "reason": "done"}
            add_refusal(form, refusal, fields=fields)
    if is_kept_form(request):
        return refusal_answer(form, status=status)
    return render(request, "desk/visit.html", {"form": form}, status=status)


def take_in(request: HttpRequest, form: VisitForm) -> VisitReceipt:
    """Register it, and settle it where that is said and allowed."""
    content = {name: value for name, value in request.POST.items() if name not in NOT_CONTENT}
    return enter_visit(
        form.visit(),
        by=staff(request.user),  # type: ignore[arg-type] # the decorator asks for sign-in
        now=timezone.now(),
        idempotency_key=form.cleaned_data["key"],
        content=content,
    )


def tell_receipt(request: HttpRequest, entered: VisitReceipt) -> HttpResponse:
    """The page with the number; a form that waited on a device gets it for the device to show."""
    number, code = entered.receipt.case.number, entered.receipt.tracking_code
    if not waited(request):
        request.session["visited"] = [number, code, entered.is_settled, request.POST["key"]]
    if not is_kept_form(request):
        return redirect("desk:visited")
    page, follow = reverse("desk:visited"), reverse("desk:case", args=[number])
    return receipt_answer(number=number, code=code, follow=follow, page=page)


@require_GET
@MAY_ENTER
def visited(request: HttpRequest) -> HttpResponse:
    """Number and code of what was entered; shown once."""
    told = request.session.pop("visited", None)
    if told is None:
        return redirect("desk:visit")
    return render(
        request, "desk/visited.html", dict(zip(("number", "code", "is_settled", "key"), told, strict=True))
    )


@require_POST
@MAY_ENTER
def categories(request: HttpRequest) -> HttpResponse:
    """Categories that the words typed so far name: the part of the page that the script puts in."""
    found = suggested_for(request.POST.get("text", "").replace("\0", ""))
    return render(request, "desk/suggested.html", {"suggestions": found})


@require_GET
def visit_shell(request: HttpRequest) -> HttpResponse:
    """The form without anybody and without any place in it: what a device shows while there is no network."""
    request.user, request.standing = AnonymousUser(), NOBODY  # type: ignore[attr-defined] # as for nobody
    form = VisitForm(by=None, now=timezone.now(), is_shell=True)
    return render(request, "desk/visit.html", {"form": form, "is_shell": True})


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the desk: it knows one page."""
    shells = {reverse("desk:visit"): reverse("desk:visit_shell")}
    return worker_script(request, scope="desk", shells=shells, assets=["js/look-up.js", "js/sign-out.js"])
