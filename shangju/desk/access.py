"""Who may open the desk at all."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

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
