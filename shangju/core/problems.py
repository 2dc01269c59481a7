"""Errors for programs: problem details (RFC 9457), one shape for every refusal, in the reader's language.

``{"type", "title", "status", "detail", "code", "errors": {field: [sentences]}, "reference"}``. ``code`` is stable and
meant for machines, the sentences are for people, ``reference`` is what the log carries.
"""

from collections.abc import Iterable, Mapping

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CONTENT_TYPE = "application/problem+json"

TITLES = {
    400: _("The request cannot be read"),
    401: _("Sign in first"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Not possible at this address"),
    409: _("Overtaken by something else"),
    413: _("Too large"),
    422: _("Something needs to be corrected"),
    429: _("Too many requests"),
    500: _("A fault on our side"),
    503: pgettext_lazy("problem", "Not available at the moment"),
}


def is_for_programs(request: HttpRequest) -> bool:
    """Whether the address belongs to the programming interface, which answers in problem details only."""
    return request.path.startswith("/api/")


def problem(
    request: HttpRequest,
    status: int,
    *,
    code: str,
    detail: object,
    errors: Mapping[str, Iterable[object]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JsonResponse:
    """The answer with ``status``; ``errors`` names the fields, each with its sentences."""
    fields = {name: [str(sentence) for sentence in sentences] for name, sentences in (errors or {}).items()}
    content = {
        "type": f"urn:shangju:problem:{code}",
        "title": str(TITLES.get(status, TITLES[400])),
        "status": status,
        "detail": str(detail),
        "code": code,
        "errors": fields,
        "reference": getattr(request, "reference", ""),
    }
    return JsonResponse(content, status=status, content_type=CONTENT_TYPE, headers=dict(headers or {}))
