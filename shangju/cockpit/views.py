"""The wall screen: a page, the part of it that is asked for again every half minute, and the rows behind its figures."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shangju.areas.models import Area, AreaKind
from shangju.cockpit.forms import RowsForm
from shangju.cockpit.links import links_for
from shangju.cockpit.listing import rows_for, told
from shangju.cockpit.queries import area_with_children
from shangju.cockpit.screen import screen_of
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right
from shangju.supervision.queries import chosen_subdistrict


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The screen of the first sub-district in reach."""
    standing = standing_in(request)
    held = standing.areas_with(Right.VIEW_COCKPIT)
    own = next((area.pk for area in held if area.level == AreaKind.SUBDISTRICT), None)
    return _wall(request, pk=own or chosen_subdistrict(standing, Right.VIEW_COCKPIT, "").pk)


@require_GET
@login_required
def wall(request: HttpRequest, area: str) -> HttpResponse:
    """The screen of a sub-district or of one community."""
    return _wall(request, code=area)


@require_GET
@login_required
def figures(request: HttpRequest, area: str) -> HttpResponse:
    """The panels alone, for the page that is open."""
    return render(request, "cockpit/figures.html", _screen(request, code=area))


def _wall(request: HttpRequest, **named: Any) -> HttpResponse:
    # A wall is dark, whatever its reader chose for the pages of the desk.
    return render(request, "cockpit/wall.html", {**_screen(request, **named), "theme": "dark"})


@require_GET
@login_required
def rows(request: HttpRequest, area: str) -> HttpResponse:
    """The very rows behind a figure. Those that the reader may not open are counted and not listed."""
    found, _children = _area(request, code=area)
    standing, form = standing_in(request), RowsForm(request.GET)
    if not standing.may(Right.VIEW_CASE, path=found.path):
        raise PermissionDenied
    if not form.is_valid():
        return redirect("cockpit:wall", area=found.code)
    asked = form.asked(found)
    page = rows_for(standing, asked, cursor=request.GET.get("cursor"))
    return render(request, "cockpit/rows.html", {"asked": asked, "told": told(asked), "page": page})


def _screen(request: HttpRequest, **named: Any) -> dict[str, Any]:
    area, children = _area(request, **named)
    return screen_of(area, children, now=timezone.now(), links=links_for(standing_in(request), area))


def _area(request: HttpRequest, **named: Any) -> tuple[Area, list[Area]]:
    """An area with those below where the reader may look at its screen; what lies elsewhere does not exist for them."""
    standing = standing_in(request)
    if not standing.holds_anywhere(Right.VIEW_COCKPIT):
        raise PermissionDenied
    found = area_with_children(**named)
    if found is None or not standing.may(Right.VIEW_COCKPIT, path=found[0].path):
        raise Http404
    return found
