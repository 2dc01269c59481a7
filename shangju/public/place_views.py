"""Where the QR code on a wall leads: the report form with its place filled in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shangju.cases.place_codes import FilledIn, area_with_code, member_with_number
from shangju.public.consenting import concern_form
from shangju.public.forms import VIA_CODE


@require_GET
def at_place(request: HttpRequest, place: str) -> HttpResponse:
    """The form at an area or building; a code that names none gets the plain form and a sentence."""
    return _form_at(request, area_with_code(place) if "\0" not in place else None)


@require_GET
def at_member(request: HttpRequest, member: int) -> HttpResponse:
    """The form at a member's shop."""
    return _form_at(request, member_with_number(member))


def _form_at(request: HttpRequest, scanned: FilledIn | None) -> HttpResponse:
    initial = {"via": VIA_CODE}
    if scanned is not None:
        initial |= {
            "area": scanned.area,
            "spot": scanned.spot,
            "address": scanned.place if scanned.spot else "",
        }
    form = concern_form(request, **initial)
    context = {"form": form, "scanned": scanned, "scanned_unknown": scanned is None}
    return render(request, "public/report.html", context)
