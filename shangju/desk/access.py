"""Who may open the desk at all."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from shangju.core.scoping import EverywhereReason, everywhere
from shangju.ledgers.rules import is_auditor
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def needs_right(*rights: Right) -> Callable[[View[Rest]], View[Rest]]:
    """Sign-in, and one of ``rights`` held somewhere; what is open *there* is the business of the rules."""

    def decorate(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def wrapped(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if not any(standing_in(request).holds_anywhere(right) for right in rights):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return login_required(wrapped)

    return decorate


def reads_ledgers(view: View[Rest]) -> View[Rest]:
    """Sign-in, and a post that has ledgers; or the audit administrator, who reads the logs of every area.

    Which ledger is open to whom is the business of the rules.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        standing = standing_in(request)
        if is_auditor(standing):
            with everywhere(EverywhereReason.AUDIT):
                return view(request, *args, **kwargs)
        if not standing.holds_anywhere(Right.VIEW_CASE):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(wrapped)
