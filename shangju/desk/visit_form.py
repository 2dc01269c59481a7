"""The form of a walk through the grid: where, what was seen, and whether it is settled."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area, AreaKind
from shangju.cases.grid_visit import GridVisit
from shangju.cases.intake import TEXT_LIMIT, Submission
from shangju.cases.place_search import place_by_key
from shangju.cases.places import Place, locate
from shangju.cases.workflow import Channel, RequestType, VisitPlace
from shangju.categories.queries import category_by_code, category_tree
from shangju.categories.suggest import suggest_categories
from shangju.core.forms import LongSelect
from shangju.core.personal_data_forms import AsksAboutPersonalData
from shangju.parties.models import Party, PartyStatus
from shangju.photos.forms import PhotosForm

PLACES_AT_MOST = 400
"""Buildings, and as many shops, that a list still serves; whoever walks more writes the address."""


def spots_in_reach() -> list[tuple[Any, Any]]:
    """Shops and buildings of the reader's scope; the same keys as a scanned code and the place search give."""
    parties = Party.objects.filter(status=PartyStatus.ACTIVE).order_by("name", "pk")[:PLACES_AT_MOST]
    buildings = Area.objects.filter(kind=AreaKind.BUILDING, retired_on__isnull=True).defer("outline")
    return [
        ("", _("Choose, or write the address")),
        (_("Buildings"), [(f"area-{one.code}", str(one)) for one in buildings.order_by("path")[:PLACES_AT_MOST]]),
        (_("Shops and other members"), [(f"party-{one.pk}", str(one)) for one in parties]),
    ]  # fmt: skip


def named(choices: list[tuple[Any, Any]]) -> frozenset[str]:
    """The values that a list with groups offers."""
    flat: set[str] = set()
    for value, label in choices:
        flat.update(key for key, _words in label) if isinstance(label, list) else flat.add(value)
    return frozenset(flat)


class VisitForm(AsksAboutPersonalData, PhotosForm):
    """Big fields in the order in which one meets them; only the words are needed."""

    scanned = ("text", "done")

    spot = forms.CharField(label=_("Where are you?"), required=False, max_length=60)
    address = forms.CharField(
        label=_("Or the address"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = forms.CharField(
        label=_("What do you see?"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say in a few words what you see.")},
    )
    category = forms.ChoiceField(label=_("What is it about?"), required=False, widget=LongSelect)
    suggested = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    is_settled = forms.BooleanField(label=_("Settled on the spot"), required=False)
    done = forms.CharField(
        label=_("What was done?"),
        required=False,
        max_length=1000,
        help_text=_("Only if it is settled."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    visited = forms.ChoiceField(
        label=_("Kind of place"), choices=VisitPlace, initial=VisitPlace.SHARED_SPACE, widget=LongSelect
    )
    happening_now = forms.BooleanField(label=_("It is going on right now"), required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, is_shell: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = category_tree().branches
        groups = [(str(one.root), [(leaf.code, str(leaf)) for leaf in one.leaves]) for one in branches]
        self.fields["category"].choices = [("", _("Decide later")), *groups]  # type: ignore[attr-defined]
        self.spots = [("", _("Choose, or write the address"))] if is_shell else spots_in_reach()
        self.fields["spot"].widget = LongSelect(choices=self.spots, attrs={"data-keep-choices": ""})
        self.fields["key"].initial = f"visit-{uuid4()}"

    def clean(self) -> dict[str, Any]:
        """A place that is in the list, and words for what is said to be settled."""
        given = super().clean()
        if given.get("spot") and given["spot"] not in named(self.spots):
            self.add_error("spot", _("This place is not in your area. Choose another or write the address."))
        if given.get("is_settled") and not given.get("done", "").strip():
            self.add_error("done", _("Say in a few words what was done."))
        return given

    def keep_without_sending(self) -> None:
        """Read what was entered, photos too, and find no fault with it: only a category is being looked for."""
        self.full_clean()
        self.drop_questions()
        for name in [name for name in self.errors if name != "photos"]:
            del self.errors[name]

    def suggestions(self) -> list[tuple[str, str]]:
        """Categories that the words name, best first."""
        return suggested_for(str(self["text"].value() or ""))

    def place(self) -> Place:
        """Where it is; raises ``DomainError`` at ``place`` where nothing tells."""
        spot = place_by_key(self.cleaned_data["spot"]) if self.cleaned_data["spot"] else None
        party = spot if isinstance(spot, Party) else None
        area = spot if isinstance(spot, Area) else None
        return locate(area=area, address=self.cleaned_data["address"], party=party)

    def visit(self) -> GridVisit:
        """What the service takes in. Call it after ``is_valid``."""
        given = self.cleaned_data
        category = given["category"] or given["suggested"]
        place = self.place()
        submission = Submission(
            text=given["text"],
            place=place,
            channel=Channel.GRID_VISIT,
            request_type=RequestType.REPORT,
            category=category_by_code(category) if category else None,
            happening_now=given["happening_now"],
            photo_ids=[photo.pk for photo in self.kept_photos()],
        )
        visited = VisitPlace.SHOP if place.party else given["visited"]
        return GridVisit(submission, visited, given["done"] if given["is_settled"] else "")


def suggested_for(text: str) -> list[tuple[str, str]]:
    """Code and name of the categories that the words name, best first."""
    names = {leaf.code: str(leaf) for leaf in category_tree().leaves}
    found = suggest_categories(text[:TEXT_LIMIT])
    return [(one.category_code, names[one.category_code]) for one in found]
