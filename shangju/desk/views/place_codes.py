"""The print sheet of QR codes for places and shops: cards on A4, or one card a page on A6."""

from dataclasses import dataclass

import segno
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from shangju.areas.models import Area
from shangju.cases.place_codes import PlaceCode, codes_within
from shangju.core.forms import LongSelect
from shangju.desk.access import needs_right
from shangju.desk.forms import areas_in_reach
from shangju.posts.rights import Right

SIZES = [("a4", _("A4, six cards a page")), ("a6", _("A6, one card a page"))]


class SheetForm(forms.Form):
    """Which places, and how large; sent with GET, so that a sheet has an address."""

    area = forms.ChoiceField(label=_("Community or grid"), widget=LongSelect)
    buildings = forms.BooleanField(label=_("Its buildings"), required=False)
    shops = forms.BooleanField(label=_("Its shops and other members"), required=False)
    size = forms.ChoiceField(label=_("Paper"), choices=SIZES, initial="a4", widget=LongSelect)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["area"].choices = [("", _("Choose")), *areas_in_reach()]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Card:
    """One card: the place, and the picture of its address."""

    code: PlaceCode
    picture: str


def card_of(code: PlaceCode) -> Card:
    """The card with its QR code as a picture inside the page; a quarter of it may be torn or dirty and it still reads."""
    drawing = segno.make(code.address, error="q", micro=False)
    return Card(code, drawing.svg_data_uri(border=2, dark="#000", light="#fff", scale=4))


@require_GET
@needs_right(Right.VIEW_AREA)
def sheet(request: HttpRequest) -> HttpResponse:
    """Choose an area of one's own, look at the cards, print them."""
    form = SheetForm(request.GET or None, initial={"size": "a4"})
    cards: list[Card] = []
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        area = Area.objects.defer("outline").select_related("parent").get(code=given["area"])
        cards = [
            card_of(code) for code in codes_within(area, buildings=given["buildings"], shops=given["shops"])
        ]
    size = form.cleaned_data["size"] if cards else "a4"
    return render(request, "desk/place_codes.html", {"form": form, "cards": cards, "size": size})
