"""Opens the area scope of a page's request: what the user's posts reach, and nothing for anybody else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from shangju.core.problems import is_for_programs
from shangju.core.scoping import area_scope
from shangju.posts.rights import NOBODY, Standing, standing_of

Answer = Callable[[HttpRequest], HttpResponse]


def standing_in(request: HttpRequest) -> Standing:
    """The standing that the middleware read for this request; nobody's where it did not run."""
    standing: Standing = getattr(request, "standing", NOBODY)
    return standing


class ScopeMiddleware:
    """Sets ``request.standing`` and runs the view under the scope that follows from it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/static/", "/healthz")):
            return self.get_response(request)
        standing = standing_of(request.user)
        request.standing = standing  # type: ignore[attr-defined]
        if is_for_programs(request):
            # A key may say who calls, and it is looked at later. Each operation opens its own scope, or its query raises.
            return self.get_response(request)
        with area_scope(standing.scope):
            return self.get_response(request)
