"""The wall screen: a page, and the part of it that is asked for again every half minute."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shangju.areas.models import Area, AreaKind
from shangju.cockpit.links import links_for
from shangju.cockpit.screen import screen_of
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right
from shangju.supervision.queries import chosen_subdistrict, subdistricts_with

KINDS = (AreaKind.SUBDISTRICT, AreaKind.COMMUNITY)


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the screen of the first sub-district in reach."""
    return redirect("cockpit:wall", chosen_subdistrict(standing_in(request), Right.VIEW_COCKPIT, "").code)


@require_GET
@login_required
def wall(request: HttpRequest, area: str) -> HttpResponse:
    """The screen of a sub-district or of one community."""
    shown, standing = _area(request, area), standing_in(request)
    context = screen_of(shown, now=timezone.now(), links=links_for(standing, shown))
    # A wall is dark, whatever its reader chose for the pages of the desk.
    context |= {"theme": "dark", "others": subdistricts_with(standing, Right.VIEW_COCKPIT)}
    return render(request, "cockpit/wall.html", context)


@require_GET
@login_required
def figures(request: HttpRequest, area: str) -> HttpResponse:
    """The panels alone, for the page that is open."""
    shown = _area(request, area)
    links = links_for(standing_in(request), shown)
    return render(request, "cockpit/figures.html", screen_of(shown, now=timezone.now(), links=links))


def _area(request: HttpRequest, code: str) -> Area:
    """The area, where the reader may look at its screen; what lies elsewhere does not exist for them."""
    standing = standing_in(request)
    chosen_subdistrict(standing, Right.VIEW_COCKPIT, "")
    area = Area.objects.filter(code=code, kind__in=KINDS, retired_on__isnull=True).first()
    if area is None or not standing.may(Right.VIEW_COCKPIT, path=area.path):
        raise Http404
    return area
