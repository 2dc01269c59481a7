"""Pages that belong to no domain word: health, view preferences, and the ways of failing politely."""

import sys
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.core.models import Heartbeat, SetAside
from shangju.core.problems import is_for_programs, problem

WORKER_SILENCE = timedelta(minutes=3)
"""The worker writes a heartbeat at least once a minute; after three it is taken for dead."""


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether the system can do its work: ``status``, ``database``, ``worker``, ``version``; 503 when it cannot.

    ``status`` is "degraded" (and the answer 200) while all runs but some work has failed and waits to be tried again;
    ``set_aside`` says how much.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        beat = Heartbeat.objects.filter(name="worker").first()
        set_aside = SetAside.objects.count()
        database = "ok"
    except DatabaseError:
        beat, set_aside, database = None, 0, "unreachable"
    worker = "ok" if beat and timezone.now() - beat.at < WORKER_SILENCE else "silent"
    healthy = database == "ok" and worker == "ok"
    return JsonResponse(
        {
            "status": ("degraded" if set_aside else "ok") if healthy else "failing",
            "database": database,
            "worker": worker,
            "set_aside": set_aside,
            "version": settings.VERSION,
        },
        status=200 if healthy else 503,
    )


@require_POST
def set_view_preference(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice of theme and elder view in a cookie; works without an account."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    theme, elder = request.POST.get("theme"), request.POST.get("elder")
    if theme in {"light", "dark", "auto"}:
        response.set_cookie("theme", theme, max_age=31_536_000, samesite="Lax", secure=settings.SECURE_PUBLIC)
    if elder in {"0", "1"}:
        response.set_cookie(
            "elder_view", elder, max_age=31_536_000, samesite="Lax", secure=settings.SECURE_PUBLIC
        )
    return response


def database_away(request: HttpRequest) -> HttpResponse:
    """503 with a sentence, needing nothing from the database."""
    if is_for_programs(request):
        return problem(
            request,
            503,
            code="database_away",
            detail=_("The system cannot reach its data at the moment. Try again in a few seconds."),
            headers={"Retry-After": "5"},
        )
    response = render(request, "errors/503.html", status=503)
    response["Retry-After"] = "5"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    if is_for_programs(request):
        return problem(
            request,
            400,
            code="bad_request",
            detail=_("The request cannot be read. Check its form and try again."),
        )
    if isinstance(exception, (RequestDataTooBig, TooManyFilesSent, TooManyFieldsSent)):
        return render(request, "errors/413.html", status=413)
    return render(request, "errors/400.html", status=400)


def wrong_method(request: HttpRequest) -> HttpResponse:
    """405 for people: an address that only a form's button leads to."""
    return render(request, "errors/405.html", status=405)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 in an area of one's own."""
    if is_for_programs(request):
        return problem(
            request, 403, code="not_allowed", detail=_("You are signed in, but this is not open to you.")
        )
    return render(request, "errors/403.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, also for everything that lies in another area."""
    if is_for_programs(request):
        return problem(
            request, 404, code="not_found", detail=_("There is nothing here, or it is not open to you.")
        )
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with the reference number that the log carries; 503 where the database went away.

    A view's lost connection is answered by the middleware. One that a middleware meets (who is this, what may they
    see?) comes here: Django has wrapped every middleware by itself.
    """
    if isinstance(sys.exception(), (OperationalError, InterfaceError)):
        return database_away(request)
    if is_for_programs(request):
        return problem(
            request,
            500,
            code="server_error",
            detail=_(
                "Something went wrong on our side. Try again later; the reference tells us where to look."
            ),
        )
    return render(request, "errors/500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 with what to do: the page was open too long, or cookies are off."""
    if is_for_programs(request):
        return problem(
            request,
            403,
            code="csrf_failed",
            detail=_("The header X-CSRFToken is missing or does not fit the cookie. Load the page again."),
        )
    return render(request, "errors/csrf.html", status=403)
