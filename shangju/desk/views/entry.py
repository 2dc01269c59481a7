"""Staff entry on behalf: a call, a visit to the counter, a letter, a walk through the grid."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shangju.cases.intake import register_concern
from shangju.cases.models import Case
from shangju.cases.reporter import phone_print
from shangju.cases.rules import staff, visible_to
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.desk.access import needs_right
from shangju.desk.forms import EntryForm
from shangju.desk.views.me_too import offer_me_too
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right

EARLIER_CONCERNS = 5


def earlier_concerns(request: HttpRequest, phone: str) -> list[Case]:
    """What the same phone reported before, as far as the reader may see it."""
    mark = phone_print(phone)
    if not mark:
        return []
    seen = Case.objects.filter(visible_to(standing_in(request)), reporter_contact__phone_print=mark)
    return list(seen.order_by("-registered_at")[:EARLIER_CONCERNS])


@require_http_methods(["GET", "POST"])
@needs_right(Right.ENTER_CASE)
def enter(request: HttpRequest) -> HttpResponse:
    """The form; the button "earlier concerns" looks the caller up and keeps everything."""
    form = EntryForm(request.POST or None)
    phone = request.POST.get("phone", "")
    if "look_up" in request.POST:
        context = {
            "form": EntryForm(initial=request.POST.dict()),
            "looked_up": True,
            "earlier": earlier_concerns(request, phone),
        }
        return render(request, "desk/enter.html", context)
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
            )
        except NotAllowed as refusal:
            form.add_error("area", str(refusal))
        except DomainError as refusal:
            add_refusal(form, refusal, fields={"place": "area"})
        else:
            request.session["entered"] = [receipt.case.number, receipt.tracking_code]
            return redirect("desk:received")
    status = 422 if form.is_bound else 200
    return render(
        request, "desk/enter.html", {"form": form, "earlier": earlier_concerns(request, phone)}, status=status
    )


@require_GET
@needs_right(Right.ENTER_CASE)
def received(request: HttpRequest) -> HttpResponse:
    """Number and code, to be read out to the caller; the code is shown once."""
    entered = request.session.pop("entered", None)
    if entered is None:
        return redirect("desk:enter")
    return render(request, "desk/received.html", {"number": entered[0], "code": entered[1]})
