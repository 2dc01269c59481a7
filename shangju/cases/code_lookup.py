"""From a tracking code to its case, and a stop for who only guesses."""

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from shangju.accounts.addresses import client_address
from shangju.cases.codes import format_code
from shangju.cases.endorsement import endorsement_by_code
from shangju.cases.models import Case, Endorsement
from shangju.cases.queries import case_by_tracking_code
from shangju.core.errors import DomainError
from shangju.core.rate_limit import exceeds_limit, has_reached_limit

GUESSES_PER_MINUTE = 20
"""Wrong codes from one address; a code has 65 bits, so this is courtesy rather than defence."""


class TooManyGuesses(DomainError):  # noqa: N818 - named for what the person is told
    """Codes that nobody has were asked for too often from one address (HTTP 429)."""

    status = 429
    code = "too_many_guesses"


def find_case(request: HttpRequest, code: str) -> Case:
    """The case that a code names, or 404. Only wrong codes are counted: neighbours share addresses."""
    who = client_address(request)
    if has_reached_limit("track", who, per_minute=GUESSES_PER_MINUTE):
        raise TooManyGuesses(_("Too many tries. Wait a minute, then try again."))
    try:
        return case_by_tracking_code(code)
    except Case.DoesNotExist as error:
        exceeds_limit("track", who, per_minute=GUESSES_PER_MINUTE)
        raise Http404 from error


def find_endorsement(request: HttpRequest, code: str) -> Endorsement:
    """The "me too" that a code names, or 404; wrong codes count together with those of cases."""
    who = client_address(request)
    if has_reached_limit("track", who, per_minute=GUESSES_PER_MINUTE):
        raise TooManyGuesses(_("Too many tries. Wait a minute, then try again."))
    try:
        return endorsement_by_code(code)
    except Endorsement.DoesNotExist as error:
        exceeds_limit("track", who, per_minute=GUESSES_PER_MINUTE)
        raise Http404 from error


def page_of_code(request: HttpRequest, code: str) -> tuple[str, str]:
    """The address's name and the code as written, of the case or the "me too" that a typed code names, or 404.

    One wrong code is one wrong guess, though it is looked for twice.
    """
    try:
        endorsed = endorsement_by_code(code)
    except Endorsement.DoesNotExist:
        return "public:case", format_code(find_case(request, code).tracking_code)
    find_endorsement(request, code)
    return "public:endorsement", format_code(endorsed.tracking_code)
