"""Where the QR code on a wall leads: the report form with its place filled in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shangju.accounts.models import User
from shangju.cases.place_codes import FilledIn, area_with_code, member_with_number
from shangju.public.forms import VIA_CODE, ConcernForm


@require_GET
def at_place(request: HttpRequest, place: str) -> HttpResponse:
    """The form at an area or building; a code that names none gets the plain form and a sentence."""
    return _form_at(request, area_with_code(place) if "\0" not in place else None)


@require_GET
def at_member(request: HttpRequest, member: int) -> HttpResponse:
    """The form at a member's shop."""
    return _form_at(request, member_with_number(member))


def _form_at(request: HttpRequest, scanned: FilledIn | None) -> HttpResponse:
    by = request.user if isinstance(request.user, User) else None
    initial = {"via": VIA_CODE}
    if scanned is not None:
        initial |= {
            "area": scanned.area,
            "spot": scanned.spot,
            "address": scanned.place if scanned.spot else "",
        }
    form = ConcernForm(initial=initial, by=by, now=timezone.now())
    context = {"form": form, "scanned": scanned, "scanned_unknown": scanned is None}
    return render(request, "public/report.html", context)
