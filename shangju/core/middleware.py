"""What every request passes through: a reference number, security headers, and a sentence when the database is away."""

import logging
import secrets
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from shangju.core.logs import request_reference
from shangju.core.problems import is_for_programs
from shangju.core.views import database_away, wrong_method

logger = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]

# Crockford's alphabet: no I, L, O, U, so that a number survives being read out over the phone.
_REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class RequestReferenceMiddleware:
    """Gives each request a short reference: shown on error pages, written in the log, sent as a header."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reference = "".join(secrets.choice(_REFERENCE_ALPHABET) for _ in range(8))
        request.reference = reference  # type: ignore[attr-defined]
        token = request_reference.set(reference)
        try:
            response = self.get_response(request)
        finally:
            request_reference.reset(token)
        response["X-Request-Reference"] = reference
        return response


class SecurityHeadersMiddleware:
    """A strict content security policy and no powers that no page of ours needs."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=()"
        )
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class WrongMethodMiddleware:
    """Who opens the address of a form's step in the address bar gets a page that says what to do, not a blank one.

    That happens: after a refusal the address bar shows such an address.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != WRONG_METHOD or response.content or is_for_programs(request):
            return response
        page = wrong_method(request)
        page["Allow"] = response.get("Allow", "")
        return page


WRONG_METHOD = 405


class NulSignMiddleware:
    """Answers 400 to the address of a page with a NUL sign, which nobody types and PostgreSQL can look up nowhere.

    Forms refuse it at their fields, the interface says which parameter is wrong; what reads an address without either
    need not think of it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        has_one = "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "")
        if has_one and not is_for_programs(request):
            raise BadRequest("a NUL sign in the address")
        return self.get_response(request)


class DatabaseGapMiddleware:
    """While the database is away people get 503 and a sentence; as soon as it is back everything works again."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a lost connection or a full disk; anything else is a fault and goes on as one."""
        if isinstance(exception, (OperationalError, InterfaceError)):
            logger.error("database away: %s", type(exception).__name__)
            return database_away(request)
        return None
