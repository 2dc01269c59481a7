"""How often programs may ask in a minute: by key, and by address for everybody together behind it.

Counted in the cache (:mod:`shangju.core.rate_limit`): for the whole installation with Redis, else in each web process
for itself, so that without Redis up to as many times as much gets through as there are processes.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shangju.accounts.addresses import client_address
from shangju.accounts.models import ApiToken
from shangju.api.refusals import TooManyRequests, of_domain_error
from shangju.core.rate_limit import exceeds_limit


class Kind(StrEnum):
    """What is counted for itself."""

    READS = "reads"
    WRITES = "writes"
    UPLOADS = "uploads"
    KEYS = "keys"


ADDRESS_WEIGHT = 5
"""An address may ask as often as so many keys: offices, and phones of one network, share theirs."""


def kind_of(request: HttpRequest) -> Kind:
    """What the request counts as."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return Kind.READS
    if request.path.endswith("/uploads"):
        return Kind.UPLOADS
    is_making_key = request.method == "POST" and request.path.endswith("/tokens")
    return Kind.KEYS if is_making_key else Kind.WRITES


def count_key(request: HttpRequest, token: ApiToken) -> None:
    """Count one more for the key; ``TooManyRequests`` (429) beyond its limit."""
    kind = kind_of(request)
    if exceeds_limit(f"api-key-{kind}", str(token.pk), per_minute=settings.API_PER_MINUTE[kind]):
        raise TooManyRequests(_("This key was used too often. Wait a minute, then send it again."))


View = Callable[..., HttpResponse]


def within_limits(view: View) -> View:
    """Count by address, before anybody looks at a key: who guesses keys is stopped as well."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kind = kind_of(request)
        weight = 1 if kind is Kind.KEYS else ADDRESS_WEIGHT
        limit = settings.API_PER_MINUTE[kind] * weight
        if exceeds_limit(f"api-address-{kind}", client_address(request), per_minute=limit):
            sentence = _("Too many requests came from this address. Wait a minute, then send it again.")
            return of_domain_error(request, TooManyRequests(sentence))
        return view(request, *args, **kwargs)

    return wrapped
