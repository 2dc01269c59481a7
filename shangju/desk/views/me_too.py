"""附议 at staff entry: what a caller says may have been reported already; then one tap counts the caller."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.cases.endorsement import EndorsementReceipt, MeToo, endorse
from shangju.cases.intake import ContactDetails, Submission, is_known_key
from shangju.cases.models import Case
from shangju.cases.nearby import LikeCase, case_by_key, like_cases
from shangju.cases.rules import staff, visible_to
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.desk.access import needs_right
from shangju.desk.forms import EntryForm
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right

SENT_ANYWAY = "none_of_these"


def offer_me_too(request: HttpRequest, form: EntryForm, submission: Submission) -> HttpResponse | None:
    """The page of like cases, if there are some and the clerk has not seen them; the entry goes along, hidden."""
    if SENT_ANYWAY in request.POST or is_known_key(form.cleaned_data["key"]):
        return None
    found = like_cases(submission, now=timezone.now())
    if not found:
        return None
    return render(request, "desk/nearby.html", {"form": form, "found": with_numbers(request, found)})


def with_numbers(request: HttpRequest, found: list[LikeCase]) -> list[tuple[LikeCase, str]]:
    """Each with its number, where the reader may open the case."""
    seen = Case.objects.filter(
        visible_to(standing_in(request)), tracking_print__in=[one.key for one in found]
    )
    numbers = dict(seen.values_list("tracking_print", "number"))
    return [(one, numbers.get(one.key, "")) for one in found]


@require_POST
@needs_right(Right.ENTER_CASE)
def me_too(request: HttpRequest) -> HttpResponse:
    """Count the caller for the case that they mean; on any fault the whole entry is shown again."""
    form = EntryForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            receipt = _count(request, form)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except DomainError as refusal:
            status = refusal.status
            add_refusal(form, refusal)
        else:
            request.session["endorsed_for_caller"] = receipt.tracking_code
            return redirect("desk:endorsed")
    return render(request, "desk/enter.html", {"form": form}, status=status)


def _count(request: HttpRequest, form: EntryForm) -> EndorsementReceipt:
    given = form.cleaned_data
    case = case_by_key(request.POST.get("case", "")[:60].replace("\0", ""))
    if case is None:
        raise Conflict(_("This case has ended meanwhile. Register the concern as a new one."))
    contact = ContactDetails(given["name"], given["phone"])
    return endorse(
        case,
        MeToo(given["key"], contact=contact, words=given["text"]),
        by=staff(request.user),  # type: ignore[arg-type] # the decorator asks for sign-in
        now=timezone.now(),
    )


@require_GET
@needs_right(Right.ENTER_CASE)
def endorsed(request: HttpRequest) -> HttpResponse:
    """The caller's code, to be read out; it is shown once."""
    code = request.session.pop("endorsed_for_caller", None)
    if code is None:
        return redirect("desk:enter")
    return render(request, "desk/endorsed.html", {"code": code})
