"""From every way of saying no to problem details, in the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from shangju.accounts.services import SignInLocked
from shangju.core.errors import DomainError
from shangju.core.problems import problem
from shangju.core.rate_limit import seconds_to_wait
from shangju.core.views import page_not_found, permission_denied
from shangju.photos.rules import Refusal

CHALLENGE = {"WWW-Authenticate": "Bearer"}

SENTENCES = {
    "missing": gettext_lazy("This is needed."),
    "extra_forbidden": gettext_lazy("There is no such field. Check how it is spelt."),
    "unstorable": gettext_lazy("The text holds characters that cannot be stored."),
    "string_unicode": gettext_lazy("The text holds characters that cannot be stored."),
    "string_type": gettext_lazy("Give a text here."),
    "string_too_long": gettext_lazy("At most %(max_length)s characters, please."),
    "string_pattern_mismatch": gettext_lazy("This does not have the form that is asked for."),
    "bool_type": gettext_lazy("Give true or false here."),
    "list_type": gettext_lazy("Give a list here."),
    "too_long": gettext_lazy("At most %(max_length)s, please."),
    "model_type": gettext_lazy("Give an object here."),
    "enum": gettext_lazy("Choose one of: %(expected)s."),
    "literal_error": gettext_lazy("Choose one of: %(expected)s."),
    "greater_than_equal": gettext_lazy("At least %(ge)s, please."),
    "less_than_equal": gettext_lazy("At most %(le)s, please."),
    "less_than": gettext_lazy("Less than %(lt)s, please."),
}
"""By pydantic's name of the fault; any other one is "not of the kind that belongs here"."""

WRAPPERS = frozenset({"body", "query", "path", "header", "form", "file", "payload"})
"""Parts of a fault's place that say nothing to the client."""


class TooManyRequests(DomainError):  # noqa: N818 - what the client is told
    """The address or the key has used up this minute's count (HTTP 429)."""

    status = 429
    code = "too_many_requests"


class NotHere(DomainError):  # noqa: N818 - as above
    """Nothing here, or nothing for this user (HTTP 404)."""

    status = 404
    code = "not_found"


def nothing_here() -> NotHere:
    """The one answer to what does not exist and to what lies elsewhere."""
    return NotHere(_("There is nothing here, or it is not open to you."))


def of_domain_error(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """A rule said no."""
    headers: dict[str, str] = {}
    status = 413 if refusal.code == Refusal.TOO_HEAVY else refusal.status
    if status == 429:
        locked = isinstance(refusal, SignInLocked)
        wait = int(settings.AXES_COOLOFF_TIME.total_seconds()) if locked else seconds_to_wait()
        headers["Retry-After"] = str(wait)
    if status == 401:
        headers |= CHALLENGE
    errors = {RENAMED.get(name, name): [sentence] for name, sentence in refusal.fields.items()}
    return problem(request, status, code=refusal.code, detail=refusal.message, errors=errors, headers=headers)


RENAMED = {"phone": "contact.phone"}
"""Where the body calls a field differently than the service does."""


def of_validation_error(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    """The body or a parameter is not of its form."""
    errors: dict[str, list[str]] = {}
    for found in fault.errors:
        errors.setdefault(_place_of(found["loc"]), []).append(_sentence_of(found))
    return problem(
        request, 422, code="not_valid", detail=_("Please correct the marked fields."), errors=errors
    )


def _place_of(loc: Sequence[Any]) -> str:
    """``place.lon``, or ``body`` for the body as a whole."""
    parts = list(loc)
    while parts and parts[0] in WRAPPERS:
        del parts[0]
    named = ".".join(str(part).encode(errors="replace").decode() for part in parts)
    return named or "body"


def _sentence_of(found: Mapping[str, Any]) -> str:
    sentence = SENTENCES.get(found["type"])
    if sentence is None:
        return _("This is not of the kind that belongs here.")
    return str(str(sentence) % found.get("ctx", {}))


def of_http_error(request: HttpRequest, fault: HttpError) -> HttpResponse:
    """What the framework itself refuses: a body that is no JSON, and requests without sign-in."""
    if isinstance(fault, AuthenticationError):
        return problem(
            request,
            401,
            code="sign_in_needed",
            detail=_("Send a valid key as “Authorization: Bearer …”, or sign in."),
            headers=CHALLENGE,
        )
    return unreadable(request, fault)


def unreadable(request: HttpRequest, _fault: Exception) -> HttpResponse:
    """400 for what cannot be parsed."""
    return problem(
        request, 400, code="unreadable", detail=_("The body cannot be read. Send well-formed JSON in UTF-8.")
    )


def too_large(request: HttpRequest, _fault: Exception) -> HttpResponse:
    """413 for a body beyond the limit."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // (1024 * 1024)
    sentence = _("The body is larger than %(megabytes)s MB. Send photos to /api/v1/uploads one by one.")
    return problem(request, 413, code="too_large", detail=sentence % {"megabytes": limit})


def register_refusals(api: NinjaAPI) -> None:
    """Tell the interface who answers what; any other exception is a fault of ours and goes on as one."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        DomainError: of_domain_error,
        ValidationError: of_validation_error,
        HttpError: of_http_error,
        Http404: page_not_found,
        PermissionDenied: permission_denied,
        RequestDataTooBig: too_large,
        SuspiciousOperation: unreadable,
        MultiPartParserError: unreadable,
        UnreadablePostError: unreadable,
    }
    for fault, answer in handlers.items():
        api.add_exception_handler(fault, answer)


View = Callable[..., HttpResponse]


def answers_wrong_methods(view: View) -> View:
    """405 as problem details, with the methods that are possible."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        allowed = ", ".join(sorted(response["Allow"].replace(" ", "").split(",")))
        return problem(
            request,
            405,
            code="method_not_allowed",
            detail=_("Possible here: %(methods)s.") % {"methods": allowed},
            headers={"Allow": allowed},
        )

    return wrapped
