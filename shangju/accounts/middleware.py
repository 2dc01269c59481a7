"""What requests of somebody signed in pass through: no caching, the idle limit, a required second factor."""

from collections.abc import Callable

from allauth.account.internal.flows.logout import logout
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from shangju.accounts.rules import SECOND_FACTOR_MISSING, must_have_second_factor, works_here
from shangju.accounts.views import come_back_address, sign_in_after_idling
from shangju.core.problems import is_for_programs, problem

Answer = Callable[[HttpRequest], HttpResponse]

SEEN_AT = "seen_at"
WRITE_EVERY = 30
"""Seconds between two notes of the last request in the session: not every request should cost a write."""


class PrivatePagesMiddleware:
    """Pages made for somebody signed in are kept by no cache, the browser's own included."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response


class IdleTimeoutMiddleware:
    """Signs staff and administrators out after ``SHANGJU_IDLE_MINUTES`` without a request.

    Residents keep their 14 days. Limits: the last request is noted at most every 30 seconds, so up to half a
    minute may be missing from the time allowed; a page that polls counts as activity; a form that comes too
    late is answered with the sign-in page and the words that were typed, but its choices and photos are lost.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated or not works_here(request):
            return self.get_response(request)
        now = int(timezone.now().timestamp())
        seen_at = request.session.get(SEEN_AT)
        if isinstance(seen_at, int) and now - seen_at > settings.IDLE_MINUTES * 60:
            logout(request, show_message=False)
            return _answer_to_idler(request)
        if not isinstance(seen_at, int) or now - seen_at >= WRITE_EVERY:
            request.session[SEEN_AT] = now
        return self.get_response(request)


def _answer_to_idler(request: HttpRequest) -> HttpResponse:
    if is_for_programs(request):
        sentence = _("You were signed out because nothing happened for a while. Sign in again.")
        return problem(request, 401, code="signed_out_idle", detail=sentence)
    address = f"{reverse('account_login')}?{urlencode({'why': 'idle', 'next': come_back_address(request)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    if request.method in {"GET", "HEAD"}:
        return redirect(address)
    return sign_in_after_idling(request)


class SecondFactorMiddleware:
    """Where the deployment asks for a second factor, nothing else opens before it is set up."""

    OPEN = ("/accounts/", "/static/", "/preferences/", "/healthz")

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_SECOND_FACTOR == "none" or request.path.startswith(self.OPEN):
            return self.get_response(request)
        if not must_have_second_factor(request.user, is_staff=works_here(request)) or is_mfa_enabled(
            request.user
        ):
            return self.get_response(request)
        if is_for_programs(request):
            return problem(request, 403, code="second_factor_missing", detail=SECOND_FACTOR_MISSING)
        return redirect("mfa_activate_totp")
