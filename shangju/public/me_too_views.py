"""附议: what is shown before a report is sent where others have told the same, and the page of who joined in."""

from dataclasses import replace

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.accounts.addresses import client_address
from shangju.accounts.models import User
from shangju.board.queries import public_result
from shangju.cases.code_lookup import find_endorsement
from shangju.cases.codes import format_code
from shangju.cases.endorsement import EndorsementReceipt, MeToo, endorse, withdraw_endorsement
from shangju.cases.intake import ContactDetails, Submission, is_known_key
from shangju.cases.nearby import case_by_key, like_cases
from shangju.cases.reporter_view import way_of
from shangju.cases.rules import REPORTER, Actor, ActorKind
from shangju.cases.safe_summary import area_for_strangers, may_be_shown, road_names, summary_of
from shangju.core.errors import Conflict, DomainError
from shangju.core.forms import add_refusal
from shangju.core.rate_limit import exceeds_limit
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.privacy.export import data_of_endorsement, zipped
from shangju.public.consenting import concern_form
from shangju.public.device import leave_mark, mark_of, new_mark
from shangju.public.forms import ConcernForm
from shangju.public.private_pages import private_page

SENT_ANYWAY = "none_of_these"
"""The button's name, also what a program sends that cannot ask anybody (an offline queue)."""


def offer_me_too(request: HttpRequest, form: ConcernForm, submission: Submission) -> HttpResponse | None:
    """The page of like reports, if there are some and the reporter has not seen them; the form goes along, hidden."""
    if SENT_ANYWAY in request.POST or is_known_key(form.cleaned_data["key"]):
        return None
    found = like_cases(submission, now=timezone.now())
    if not found:
        return None
    response = render(request, "public/nearby.html", {"form": form, "found": found})
    response.headers["Cache-Control"] = "private, no-store"
    if not mark_of(request):
        leave_mark(response, new_mark())
    return response


@require_POST
def me_too(request: HttpRequest) -> HttpResponse:
    """Count the sender for the case that they chose; on any fault their whole form is shown again."""
    form = concern_form(request)
    status = 422
    if exceeds_limit("report", client_address(request), per_minute=settings.INTAKE_PER_MINUTE):
        form.add_error(None, _("Too many reports came from this address. Wait a minute, then send it again."))
        status = 429
    elif form.is_valid():
        mark = mark_of(request) or new_mark()
        try:
            receipt = _count(request, form, mark)
        except DomainError as refusal:
            status = refusal.status
            add_refusal(form, refusal)
        else:
            request.session["endorsed"] = receipt.tracking_code
            response = redirect("public:endorsed")
            leave_mark(response, mark)
            return response
    return render(request, "public/report.html", {"form": form}, status=status)


def _count(request: HttpRequest, form: ConcernForm, mark: str) -> EndorsementReceipt:
    case = case_by_key(request.POST.get("case", "")[:60].replace("\0", ""))
    if case is None:
        raise Conflict(_("This concern has ended meanwhile. Please send your own report."))
    said = MeToo(form.cleaned_data["key"], mark, contact_in(form), form.cleaned_data["text"])
    by = Actor(ActorKind.REPORTER, request.user) if isinstance(request.user, User) else REPORTER
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        return endorse(case, said, by=by, now=timezone.now())


def contact_in(form: ConcernForm) -> ContactDetails:
    """The contact that the form gives: none from who would be anonymous."""
    given = form.cleaned_data
    if given["is_anonymous"]:
        return ContactDetails()
    return ContactDetails(given["name"], given["phone"], given["may_be_called"], given["consent_version"])


@require_GET
@private_page
def endorsed(request: HttpRequest) -> HttpResponse:
    """The code of a "me too". It is shown here once; it is not in the address."""
    code = request.session.pop("endorsed", None)
    if code is None:
        return redirect("public:track")
    return render(request, "public/endorsed.html", {"code": code})


@require_GET
@private_page
def endorsement(request: HttpRequest, code: str) -> HttpResponse:
    """What has become of a concern that somebody joined in: state and result, nothing of who reported it."""
    found = find_endorsement(request, code)
    case = found.case
    with everywhere(EverywhereReason.TRACKING_CODE):
        summary = summary_of(case, road_names([area_for_strangers(case)]))
        if not may_be_shown(case):
            # Made confidential since: who joined in is told where it stands, and no more of what it is.
            summary = replace(summary, category=None, road="")
        planned = (
            case.resolutions.filter(planned_on__isnull=False).values_list("planned_on", flat=True).last()
        )
    context = {
        "endorsement": found,
        "code": format_code(found.tracking_code),
        "case": case,
        "summary": summary,
        "steps": [(str(state), str(state.label)) for state in way_of(case)],
        "planned_on": planned if case.outcome else None,
        "published": public_result(case.pk),
    }
    return render(request, "public/endorsement.html", context)


@require_GET
@private_page
def export_endorsement(request: HttpRequest, code: str) -> HttpResponseBase:
    """What is kept of a "me too", as a file: one's own words and contact, nothing of the concern."""
    found = find_endorsement(request, code)
    held = zipped(data_of_endorsement(found, now=timezone.now()), [])
    return FileResponse(held, as_attachment=True, filename="own-data.zip")


@require_POST
@private_page
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take a "me too" back."""
    found = find_endorsement(request, code)
    with everywhere(EverywhereReason.TRACKING_CODE):
        withdraw_endorsement(found, now=timezone.now())
    messages.success(request, _("Taken back. Your phone and words are deleted."))
    return redirect("public:endorsement", code=format_code(found.tracking_code))
