"""Staff entry on behalf: a call, a visit to the counter, a letter, a walk through the grid."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shangju.cases.callers import add_words_of_caller, earlier_concerns
from shangju.cases.intake import Receipt, register_concern
from shangju.cases.rules import staff
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.core.kept_forms import is_anothers, is_kept_form, receipt_answer, refusal_answer, waited
from shangju.desk.access import needs_right
from shangju.desk.forms import EntryForm
from shangju.desk.views.cases import actor_of, find_case
from shangju.desk.views.me_too import offer_me_too
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right


@require_http_methods(["GET", "POST"])
@needs_right(Right.ENTER_CASE)
def enter(request: HttpRequest) -> HttpResponse:
    """The form; the button "earlier concerns" looks the caller up and keeps everything."""
    if is_anothers(request):
        return HttpResponse(status=401)
    standing = standing_in(request)
    form = EntryForm(request.POST or None, standing=standing)
    phone = request.POST.get("phone", "")
    if "look_up" in request.POST:
        context = {
            "form": EntryForm(initial=request.POST.dict()),
            "looked_up": True,
            "earlier": earlier_concerns(standing, phone),
        }
        return render(request, "desk/enter.html", context)
    if "add_to" in request.POST:
        return add_to_earlier(request, form)
    if form.is_valid():
        try:
            submission = form.submission()
            if (offered := offer_me_too(request, form, submission)) is not None:
                return offered
            receipt = register_concern(
                submission,
                by=staff(request.user),  # type: ignore[arg-type] # the decorator asks for sign-in
                now=timezone.now(),
                idempotency_key=form.cleaned_data["key"],
                content=content_of(request),
            )
        except NotAllowed as refusal:
            form.add_error("area", str(refusal))
        except DomainError as refusal:
            add_refusal(form, refusal, fields={"place": "area"})
        else:
            return tell_receipt(request, receipt)
    status = 422 if form.is_bound else 200
    if is_kept_form(request):
        return refusal_answer(form, status=status)
    return render(
        request,
        "desk/enter.html",
        {"form": form, "earlier": earlier_concerns(standing, phone)},
        status=status,
    )


def content_of(request: HttpRequest) -> dict[str, str]:
    """What is compared when the same key comes again."""
    return {name: str(value) for name, value in request.POST.items() if name not in NOT_CONTENT}


NOT_CONTENT = frozenset({"csrfmiddlewaretoken", "none_of_these", "personal_data"})


def tell_receipt(request: HttpRequest, receipt: Receipt) -> HttpResponse:
    """The page to read out from; an entry that waited on a device gets number and code for the device to show."""
    number, code = receipt.case.number, receipt.tracking_code
    if not waited(request):
        request.session["entered"] = [number, code, request.POST.get("key", "")]
    if not is_kept_form(request):
        return redirect("desk:received")
    page, follow = reverse("desk:received"), reverse("desk:case", args=[number])
    return receipt_answer(number=number, code=code, follow=follow, page=page)


def add_to_earlier(request: HttpRequest, form: EntryForm) -> HttpResponse:
    """The words go to a case that the same phone reported before; on any fault the entry is shown again."""
    found = find_case(request, request.POST["add_to"])
    phone, words = request.POST.get("phone", ""), request.POST.get("text", "").replace("\0", "")[:2000]
    form.errors.clear()
    try:
        add_words_of_caller(found, phone=phone, words=words, by=actor_of(request), now=timezone.now())
    except DomainError as refusal:
        add_refusal(form, refusal)
        context = {"form": form, "earlier": earlier_concerns(standing_in(request), phone)}
        return render(request, "desk/enter.html", context, status=refusal.status)
    messages.success(request, _("Added. Whoever handles it sees it."))
    return redirect("desk:case", number=found.number)


@require_POST
@needs_right(Right.ENTER_CASE)
def earlier(request: HttpRequest) -> HttpResponse:
    """What the phone typed so far told before: the part of the page that the script puts in."""
    found = earlier_concerns(standing_in(request), request.POST.get("phone", "")[:30])
    return render(request, "desk/earlier.html", {"earlier": found, "looked_up": True})


@require_GET
@needs_right(Right.ENTER_CASE)
def received(request: HttpRequest) -> HttpResponse:
    """Number and code, to be read out to the caller; the code is shown once."""
    entered = request.session.pop("entered", None)
    if entered is None:
        return redirect("desk:enter")
    return render(request, "desk/received.html", dict(zip(("number", "code", "key"), entered, strict=True)))
