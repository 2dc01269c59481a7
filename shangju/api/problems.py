"""Errors as problem details (RFC 9457), in the language that the caller accepts."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from shangju.accounts.services import SignInLocked
from shangju.core.errors import DomainError


def problem(
    status: int, title: str, *, detail: str = "", code: str = "", errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    """One problem; ``errors`` maps fields to sentences."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    body |= {key: value for key, value in (("detail", detail), ("code", code), ("errors", errors)) if value}
    return JsonResponse(body, status=status, content_type="application/problem+json")


TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Content Too Large",
    422: "Unprocessable Content",
    429: "Too Many Requests",
}


def install(api: NinjaAPI) -> None:
    """Let every error of the API leave as a problem."""

    @api.exception_handler(DomainError)
    def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
        fields = {name: [str(sentence)] for name, sentence in error.fields.items()}
        response = problem(
            error.status, TITLES.get(error.status, "Error"), detail=str(error), code=error.code, errors=fields
        )
        if isinstance(error, SignInLocked):
            response["Retry-After"] = "300"
        return response

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields: dict[str, list[str]] = {}
        for entry in error.errors:
            name = ".".join(str(part) for part in entry["loc"][2:]) or str(entry["loc"][-1])
            fields.setdefault(name, []).append(str(entry["msg"]))
        return problem(
            422,
            TITLES[422],
            detail=_("Some fields cannot be taken as they are."),
            code="invalid",
            errors=fields,
        )

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        response = problem(
            401, TITLES[401], detail=_("Send a valid token, or sign in."), code="not_signed_in"
        )
        response["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(
            404, TITLES[404], detail=_("There is nothing at this address for you."), code="not_found"
        )

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, TITLES.get(error.status_code, "Error"), detail=str(error))
