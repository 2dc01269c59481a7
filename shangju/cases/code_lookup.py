"""From a tracking code to its case, and a stop for who only guesses."""

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from shangju.accounts.addresses import client_address
from shangju.cases.models import Case
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
