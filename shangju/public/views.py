"""The resident's pages: report, follow by code, confirm. No account needed, no JavaScript needed."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shangju.accounts.addresses import client_address
from shangju.accounts.models import User
from shangju.cases import moves
from shangju.cases.code_lookup import TooManyGuesses, find_case, page_of_code
from shangju.cases.codes import format_code, normalise_code
from shangju.cases.intake import Receipt, Submission, register_concern
from shangju.cases.models import Case
from shangju.cases.place_search import places_named
from shangju.cases.reporter import looks_told_to_reporter
from shangju.cases.reporter_view import (
    SHOWN_TO_REPORTER,
    clocks_for_reporter,
    entries_of,
    moves_open_to_reporter,
    next_promise,
    promises_of,
    steps_of,
)
from shangju.cases.rules import REPORTER, Actor, ActorKind
from shangju.cases.services import apply_move
from shangju.cases.workflow import RequestType
from shangju.consent.models import ConsentNotice
from shangju.consent.queries import notice_of, notice_on, notices
from shangju.core.errors import Conflict, DomainError
from shangju.core.forms import add_refusal
from shangju.core.kept_forms import (
    is_anothers,
    is_kept_form,
    receipt_answer,
    refusal_answer,
    waited,
    worker_script,
)
from shangju.core.rate_limit import exceeds_limit
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.knowledge.models import Article
from shangju.knowledge.queries import articles_answering
from shangju.photos.responses import photo_response
from shangju.posts.rights import NOBODY
from shangju.public.consenting import concern_form
from shangju.public.forms import ConcernForm, ConfirmForm, TrackForm, WordsForm
from shangju.public.me_too_views import SENT_ANYWAY, offer_me_too
from shangju.public.private_pages import private_page


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What this is for, and the two things a resident comes for."""
    return render(request, "public/home.html", {"form": TrackForm()})


def reporter_of(request: HttpRequest) -> Actor:
    """The reporter, with their account where they are signed in: their own list then shows the case."""
    if is_anothers(request) or not isinstance(request.user, User):
        return REPORTER
    return Actor(ActorKind.REPORTER, request.user)


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Take a concern in; on any fault everything that was entered stays."""
    form = concern_form(request)
    if request.method != "POST":
        return render(request, "public/report.html", {"form": form})
    if not LOOK_UPS.isdisjoint(request.POST):
        return look_up_place(request, form)
    status = 422
    if exceeds_limit("report", client_address(request), per_minute=settings.INTAKE_PER_MINUTE):
        form.add_error(None, _("Too many reports came from this address. Wait a minute, then send it again."))
        status = 429
    elif form.is_valid():
        if answers := answers_before_sending(request, form):
            return render(request, "public/report.html", {"form": form, "answers": answers})
        try:
            submission = form.submission()
            if (offered := offer_me_too(request, form, submission)) is not None:
                return offered
            receipt = take_in(request, form, submission)
        except DomainError as refusal:
            status = refusal.status
            add_refusal(form, refusal, fields=FIELDS_OF_REFUSALS)
        else:
            return tell_receipt(request, receipt, form)
    if is_kept_form(request):
        return refusal_answer(form, status=status)
    return render(request, "public/report.html", {"form": form}, status=status)


def tell_receipt(request: HttpRequest, receipt: Receipt, form: ConcernForm) -> HttpResponse:
    """The page with number and code; a form that waited on a device gets them for the device to show."""
    if not waited(request):
        request.session["received"] = receipt.tracking_code
        request.session["received_form"] = request.POST.get("key", "")
        request.session["consented_to"] = form.cleaned_data["consent_version"]
    if not is_kept_form(request):
        return redirect("public:received")
    return receipt_answer(
        number=receipt.case.number,
        code=receipt.tracking_code,
        follow=reverse("public:case", args=[receipt.tracking_code]),
        page=reverse("public:received"),
    )


@require_GET
def report_shell(request: HttpRequest) -> HttpResponse:
    """The form without anybody in it: what a device shows while there is no network."""
    request.user, request.standing = AnonymousUser(), NOBODY  # type: ignore[attr-defined] # as for nobody
    return render(request, "public/report.html", {"form": concern_form(request), "is_shell": True})


@require_GET
def report_worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the report's page."""
    shells = {reverse("public:report"): reverse("public:report_shell")}
    return worker_script(request, scope="report", shells=shells, assets=["public/place.js"])


def answers_before_sending(request: HttpRequest, form: ConcernForm) -> list[Article]:
    """Articles that may answer an enquiry, shown once; whoever then sends it all the same is not asked again."""
    is_asked = form.cleaned_data["request_type"] == RequestType.ENQUIRY and not waited(request)
    if not is_asked or "answers_seen" in request.POST:
        return []
    return articles_answering(form.cleaned_data["text"], on=timezone.localdate())


LOOK_UPS = frozenset({"look_up", "whole_map", "map.x", "look_up_answer"})
"""Buttons of the report's form that look for its place or an answer and send nothing."""


def look_up_place(request: HttpRequest, form: ConcernForm) -> HttpResponse:
    """Show the form again with shops and buildings to choose from, articles, or closer in on the map; nothing is stored but
    the photos, which wait for the report."""
    if exceeds_limit("look-up", client_address(request), per_minute=LOOK_UPS_PER_MINUTE):
        form.add_error(None, _("Too many searches came from this address. Wait a minute, then go on."))
        return render(request, "public/report.html", {"form": form}, status=429)
    form.keep_without_sending()
    if "whole_map" in request.POST:
        form.put(map_of="", longitude="", latitude="")
    elif "map.x" in request.POST:
        form.take_touch(request.POST["map.x"], request.POST.get("map.y", ""))
    context: dict[str, Any] = {"form": form, "searched": "look_up" in request.POST}
    if "look_up_answer" in request.POST:
        text = request.POST.get("text", "").replace("\0", "")
        context |= {"answers": articles_answering(text, on=timezone.localdate()), "asked": True}
    else:
        context["on_map"] = "look_up" not in request.POST
    return render(request, "public/report.html", context)


LOOK_UPS_PER_MINUTE = 120


@require_POST
def places(request: HttpRequest) -> HttpResponse:
    """The places that the words typed so far name: the part of the page that the script puts in."""
    words = request.POST.get("address", "")[:200]
    busy = exceeds_limit("look-up", client_address(request), per_minute=LOOK_UPS_PER_MINUTE)
    found = [] if busy else places_named(words)
    context = {"places": found, "chosen": request.POST.get("spot", ""), "searched": False}
    return render(request, "public/places.html", context, status=429 if busy else 200)


def take_in(request: HttpRequest, form: ConcernForm, submission: Submission) -> Receipt:
    """Register what a valid form says; the form sent twice is one concern.

    Somebody who goes back, writes something else and sends that means another concern: the form then gets a key of
    its own, and is sent only when they say so once more.
    """
    content = {name: value for name, value in request.POST.items() if name not in NOT_CONTENT}
    try:
        with everywhere(EverywhereReason.PUBLIC_INTAKE):
            return register_concern(
                submission,
                by=reporter_of(request),
                now=timezone.now(),
                idempotency_key=form.cleaned_data["key"],
                content=content,
            )
    except Conflict as conflict:
        form.renew_key()
        raise Conflict(
            _(
                "Your first report has been received already. To send this as another report, press the button again."
            ),
            code=conflict.code,
        ) from conflict


NOT_CONTENT = frozenset(
    {
        "csrfmiddlewaretoken",
        "photo_ids",
        "map_of",
        "consent_version",
        "consent_again",
        "personal_data",
        "answers_seen",
        SENT_ANYWAY,
    }
)
"""Values of the report's form that say nothing about the concern itself."""


FIELDS_OF_REFUSALS = {"place": "area", "reason": "words"}
"""Where the resident's forms show what the services refuse."""


@require_GET
@private_page
def received(request: HttpRequest) -> HttpResponse:
    """Number, code and promises. The code is shown here once; it is not in the address."""
    code = request.session.pop("received", None)
    if code is None:
        return redirect("public:track")
    context = case_context(find_case(request, code)) | {"key": request.session.pop("received_form", "")}
    return render(request, "public/received.html", context)


@require_http_methods(["GET", "POST"])
@private_page
def track(request: HttpRequest) -> HttpResponse:
    """Ask for the code."""
    form = TrackForm(request.POST if request.method == "POST" else None)
    status = 200 if request.method == "GET" else 422
    if form.is_valid():
        code = normalise_code(form.cleaned_data["code"])
        try:
            page, shown = page_of_code(request, code)
            return redirect(page, code=shown)
        except TooManyGuesses as refusal:
            form.add_error("code", str(refusal))
            status = 429
        except Http404:
            form.add_error("code", _("There is no concern with this code. Check each sign and try again."))
            status = 404
    return render(request, "public/track.html", {"form": form}, status=status)


def case_context(found: Case) -> dict[str, Any]:
    """Everything that a reporter's page shows."""
    now = timezone.now()
    with everywhere(EverywhereReason.TRACKING_CODE):
        promises = promises_of(clocks_for_reporter(found), now=now)
        return {
            "case": found,
            "code": format_code(found.tracking_code),
            "now": now,
            "entries": entries_of(list(found.events.all())),
            "promises": promises,
            "next_promise": next_promise(promises),
            "steps": steps_of(found),
            "resolution": found.resolutions.last(),
            "photos": list(found.photos.filter(purpose__in=SHOWN_TO_REPORTER).select_related("photo")),
            "looks": looks_told_to_reporter(found),
            "looks_count": found.contact_reveals.count(),
            "moves": moves_open_to_reporter(found, now=now),
        }


@require_GET
@private_page
def case(request: HttpRequest, code: str) -> HttpResponse:
    """Where it stands, what comes next, and what the reporter can do."""
    found = find_case(request, code)
    now = timezone.now()
    forms = {"confirm_form": ConfirmForm(), "words_form": WordsForm(by=None, now=now)}
    return render(request, "public/case.html", case_context(found) | forms)


def _move(request: HttpRequest, found: Case, form: Any, name: str, thanks: str) -> HttpResponse:
    """Apply the reporter's move that ``form`` describes, or show the page again with what is wrong."""
    status = 422
    if form.is_valid():
        try:
            with everywhere(EverywhereReason.TRACKING_CODE):
                apply_move(found, form.payload(), by=reporter_of(request), now=timezone.now())
        except DomainError as refusal:
            add_refusal(form, refusal, fields=FIELDS_OF_REFUSALS)
            status, found = refusal.status, find_case(request, found.tracking_code)
        else:
            messages.success(request, thanks)
            return redirect("public:case", code=format_code(found.tracking_code))
    forms = {"confirm_form": ConfirmForm(), "words_form": WordsForm(by=None, now=timezone.now()), name: form}
    return render(request, "public/case.html", case_context(found) | forms, status=status)


@require_POST
@private_page
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """The reporter's word on the result; "no" takes it up again."""
    thanks = _("Thank you. Your answer is recorded.")
    return _move(request, find_case(request, code), ConfirmForm(request.POST), "confirm_form", thanks)


@require_POST
@private_page
def add_words(request: HttpRequest, code: str) -> HttpResponse:
    """More from the reporter."""
    form = WordsForm(request.POST, request.FILES, by=None, now=timezone.now())
    return _move(
        request, find_case(request, code), form, "words_form", _("Added. Whoever handles it sees it.")
    )


@require_POST
@private_page
def protect(request: HttpRequest, code: str) -> HttpResponse:
    """The reporter makes the case confidential, or takes that back."""
    found = find_case(request, code)
    payload = moves.Protect(is_confidential=request.POST.get("is_confidential") == "yes")
    try:
        with everywhere(EverywhereReason.TRACKING_CODE):
            apply_move(found, payload, by=reporter_of(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Changed. It applies from now on."))
    return redirect("public:case", code=format_code(found.tracking_code))


@require_POST
@private_page
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """The reporter takes it back."""
    found = find_case(request, code)
    try:
        with everywhere(EverywhereReason.TRACKING_CODE):
            payload = moves.Withdraw(reason=request.POST.get("reason", "")[:500])
            apply_move(found, payload, by=reporter_of(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn. Nobody will act on it any more."))
    return redirect("public:case", code=format_code(found.tracking_code))


@require_GET
@private_page
def photo(request: HttpRequest, code: str, photo_id: UUID, size: str) -> HttpResponseBase:
    """A picture of the reporter's own, or the proof of the result."""
    found = find_case(request, code)
    if size not in {"full", "thumbnail"}:
        raise Http404
    with everywhere(EverywhereReason.TRACKING_CODE):
        link = (
            found.photos.filter(photo_id=photo_id, purpose__in=SHOWN_TO_REPORTER)
            .select_related("photo")
            .first()
        )
    if link is None:
        raise Http404
    return photo_response(link.photo, "full" if size == "full" else "thumbnail")


@require_GET
def privacy(request: HttpRequest, version: str = "") -> HttpResponse:
    """What is kept, why, how long, and who sees it, in plain words; any version that was ever in force."""
    try:
        notice = notice_of(version) if version else notice_on(timezone.localdate(timezone.now()))
    except ConsentNotice.DoesNotExist as error:
        raise Http404 from error
    in_force = notice_on(timezone.localdate(timezone.now()))
    shown = {
        "notice": notice,
        "versions": notices(),
        "is_in_force": notice is not None and notice == in_force,
    }
    return render(request, "public/privacy.html", shown)
