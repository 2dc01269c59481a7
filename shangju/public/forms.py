"""The resident's forms. Text first, everything about the person optional."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from shangju.areas.geometry import Point, grid_at
from shangju.areas.models import Area, AreaKind
from shangju.cases.intake import TEXT_LIMIT, ContactDetails, Submission
from shangju.cases.moves import AddWords, Confirm
from shangju.cases.place_search import FoundPlace, place_by_key, places_named
from shangju.cases.places import Place, locate
from shangju.cases.workflow import Channel, RequestType, Satisfaction, Solved
from shangju.categories.queries import category_by_code, category_tree
from shangju.consent.models import ConsentNotice
from shangju.core.forms import LongSelect
from shangju.core.personal_data_forms import AsksAboutPersonalData
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.models import Party, PartyStatus
from shangju.photos.forms import PhotosForm
from shangju.public.place_map import SIZE, PlaceMap, draw

VIA_CODE = "qr"
"""What the form says of itself where a code on a wall led to it."""

HALF_TURN, QUARTER_TURN = 180, 90
"""Degrees that a longitude and a latitude do not exceed."""


def chosen_areas() -> list[Area]:
    """Every community and grid in force, with outlines: what a place is chosen from, in a list or on the map."""
    with everywhere(EverywhereReason.STRUCTURE):
        kinds = [AreaKind.COMMUNITY, AreaKind.GRID]
        return list(Area.objects.filter(kind__in=kinds, retired_on__isnull=True).order_by("path"))


def area_choices(areas: Sequence[Area]) -> list[tuple[str, Any]]:
    """Grids under the names of their communities; a community itself for who does not know the grid."""
    communities = {area.pk: area for area in areas if area.kind == AreaKind.COMMUNITY}
    groups: dict[int, list[tuple[str, str]]] = {
        pk: [(area.code, _("%(name)s: I do not know the grid") % {"name": area})]
        for pk, area in communities.items()
    }
    for area in areas:
        if area.kind == AreaKind.GRID and area.parent_id in groups:
            groups[area.parent_id].append((area.code, str(area)))
    return [
        ("", _("Choose (not needed with an address)")),
        *((str(communities[pk]), group) for pk, group in groups.items()),
    ]


def category_choices() -> list[tuple[str, Any]]:
    """Leaves under their roots; nobody has to know them."""
    groups = [
        (str(branch.root), [(leaf.code, str(leaf)) for leaf in branch.leaves])
        for branch in category_tree().branches
    ]
    return [("", _("I am not sure")), *groups]


def party_named(text: str) -> Party | None:
    """The one active member whose name is what somebody wrote as the place; none where two share it."""
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        found = (
            list(Party.objects.filter(name=text.strip(), status=PartyStatus.ACTIVE)[:2])
            if text.strip()
            else []
        )
    return found[0] if len(found) == 1 else None


class ConcernForm(AsksAboutPersonalData, PhotosForm):
    """What happened, where, and, only if one likes, who says so."""

    scanned = ("text",)

    text = forms.CharField(
        label=_("What is the matter?"),
        max_length=TEXT_LIMIT,
        help_text=_("In your own words. When, how often, how bad?"),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Say in a few words what is the matter.")},
    )
    happening_now = forms.BooleanField(label=_("It is going on right now"), required=False)
    area = forms.ChoiceField(label=_("Where is it?"), required=False, widget=LongSelect)
    address = forms.CharField(
        label=_("Address or shop"),
        max_length=200,
        required=False,
        help_text=_("Street, building or the shop's name. Others see it down to the building only."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "search"}),
    )
    spot = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    map_of = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput, min_value=-180, max_value=180)
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput, min_value=-90, max_value=90)
    request_type = forms.ChoiceField(
        label=_("What kind of request is it?"), choices=RequestType, initial=RequestType.COMPLAINT
    )
    category = forms.ChoiceField(label=_("What is it about?"), required=False, widget=LongSelect)
    phone = forms.CharField(
        label=_("Phone"),
        max_length=30,
        required=False,
        help_text=_("Only the staff who handle it can see it, each look is recorded. Never shown to a shop."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    name = forms.CharField(
        label=_("How may we address you?"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    may_be_called = forms.BooleanField(label=_("You may call me"), required=False, initial=True)
    prefers_call = forms.BooleanField(
        label=_("Call me with the result; I do not read messages"), required=False
    )
    is_anonymous = forms.BooleanField(label=_("Anonymous: keep no name and phone"), required=False)
    is_confidential = forms.BooleanField(
        label=_("Confidential: do not show it on the public board"), required=False
    )
    concerns_minor = forms.BooleanField(
        label=_("I am under 18, or it is about somebody who is"),
        required=False,
        help_text=_("Then two people of the office must agree before anybody sees the name or the phone."),
    )
    consent_again = forms.BooleanField(label=_("I have read what has changed"), required=True)
    consent_version = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    via = forms.CharField(widget=forms.HiddenInput, max_length=10, required=False)

    field_order = (
        "text", "happening_now", "photos", "area", "address", "spot", "map_of", "longitude", "latitude",
        "request_type", "category", "phone", "name", "may_be_called", "prefers_call", "is_anonymous", "is_confidential",
        "concerns_minor", "key", "via", "photo_ids",
    )  # fmt: skip

    def __init__(
        self, *args: Any, notice: ConsentNotice | None = None, consented_to: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.notice = notice
        self.fields["consent_version"].initial = notice.version if notice else ""
        if notice is None or consented_to in {"", notice.version}:
            # Who reports for the first time agrees by sending; only who agreed to other words is asked again.
            del self.fields["consent_again"]
        self.areas = chosen_areas()
        self.fields["area"].choices = area_choices(self.areas)  # type: ignore[attr-defined]
        self.fields["category"].choices = category_choices()  # type: ignore[attr-defined]
        self.fields["photos"].help_text = _("Up to 9 pictures. Place data inside them is removed.")
        self.fields["key"].initial = f"web-{uuid4()}"

    def clean_consent_version(self) -> str:
        """The version that the sender was shown; where another is in force by now, they are shown that first."""
        shown, current = self.cleaned_data["consent_version"], self.notice.version if self.notice else ""
        if shown and shown != current:
            self.put(consent_version=current)
            raise forms.ValidationError(
                _("What we keep and who sees it has changed meanwhile. Read it, then send again.")
            )
        return current

    def renew_key(self) -> None:
        """Give the form shown again a key of its own: what it now says is another concern."""
        self.put(key=f"web-{uuid4()}")

    def keep_without_sending(self) -> None:
        """Read what was entered so far, photos too, and find no fault with it: only a place is being looked up."""
        self.full_clean()
        self.drop_questions()
        for name in [name for name in self.errors if name != "photos"]:
            del self.errors[name]

    def places(self) -> list[FoundPlace]:
        """Shops and buildings that the address names, to choose from; one that was chosen stays among them."""
        found = places_named(str(self["address"].value() or ""))
        key = str(self["spot"].value() or "")
        if not key or any(place.key == key for place in found):
            return found
        chosen = place_by_key(key)
        return [FoundPlace(key, str(chosen), ""), *found] if chosen else found

    def map(self) -> PlaceMap | None:
        """The map to point at: of the community that was chosen, with the point if there is one."""
        code = str(self["map_of"].value() or "")
        community = next((area for area in self.areas if area.code == code), None)
        return draw(self.areas, community=community, point=self.point())

    def point(self) -> Point | None:
        """The point entered so far, if it is one."""
        try:
            longitude, latitude = (float(self[name].value()) for name in ("longitude", "latitude"))
        except (TypeError, ValueError):
            return None
        return (
            (longitude, latitude) if abs(longitude) <= HALF_TURN and abs(latitude) <= QUARTER_TURN else None
        )

    def pointed_at(self) -> str:
        """The name of the grid at the point, for the line under the map."""
        point = self.point()
        with everywhere(EverywhereReason.STRUCTURE):
            grid = grid_at(*point) if point else None
        return str(grid) if grid else ""

    def take_touch(self, x: str, y: str) -> None:
        """Turn a touch of the map, in its pixels, into a point and its grid, and go closer in.

        The keyboard's press of the map says 0, 0: it changes nothing, the list above serves the keyboard.
        """
        shown = self.map()
        if shown is None or not (x.isdecimal() and y.isdecimal()) or (x, y) == ("0", "0"):
            return
        longitude, latitude = shown.frame.point(min(int(x), SIZE), min(int(y), SIZE))
        with everywhere(EverywhereReason.STRUCTURE):
            grid = grid_at(longitude, latitude)
        if grid is None:
            self.add_error("area", _("There is no grid at this point of the map. Touch inside an outline."))
            return
        community = next((area for area in self.areas if area.pk in grid.ancestor_ids), grid)
        self.put(
            longitude=longitude, latitude=latitude, area=grid.code, spot="",
            map_of=community.code if community.kind == AreaKind.COMMUNITY else "",
        )  # fmt: skip

    def put(self, **values: object) -> None:
        """Show the form with these values in place of what was sent."""
        data: Any = self.data.copy()  # type: ignore[attr-defined] # a bound form of ours holds a QueryDict
        for name, value in values.items():
            data[self.add_prefix(name)] = value
        self.data = data

    def place(self) -> Place:
        """Where it is; raises ``DomainError`` at ``area`` where nothing tells. A place chosen by name decides."""
        given = self.cleaned_data
        spot = place_by_key(given["spot"]) if given["spot"] else None
        with everywhere(EverywhereReason.PUBLIC_INTAKE):
            area = Area.objects.filter(code=given["area"]).first() if given.get("area") else None
            point = self._point_within(area)
        party = spot if isinstance(spot, Party) else party_named(given["address"])
        if spot is not None:
            area = None if isinstance(spot, Party) else spot
        found = locate(
            area=area,
            address="" if spot is not None else given["address"],
            party=party,
            longitude=point[0] if point else None,
            latitude=point[1] if point else None,
        )
        if spot is None:
            return found
        return replace(found, note=spot.name, exact_address=given["address"].strip()[:200])

    def _point_within(self, area: Area | None) -> Point | None:
        """The point, unless somebody chose an area afterwards that it does not lie in."""
        longitude, latitude = self.cleaned_data.get("longitude"), self.cleaned_data.get("latitude")
        if longitude is None or latitude is None:
            return None
        grid = grid_at(longitude, latitude) if area else None
        if area is not None and grid is not None and not grid.path.startswith(area.path):
            return None
        return longitude, latitude

    def submission(self) -> Submission:
        """What the service takes in. Call it after ``is_valid``."""
        given = self.cleaned_data
        return Submission(
            text=given["text"],
            place=self.place(),
            channel=Channel.QR_CODE if given["via"] == VIA_CODE else Channel.WEB,
            request_type=given["request_type"],
            category=category_by_code(given["category"]) if given["category"] else None,
            contact=ContactDetails(
                name=given["name"],
                phone=given["phone"],
                may_be_called=given["may_be_called"],
                prefers_call=given["prefers_call"],
                consent_version=given["consent_version"],
            ),
            happening_now=given["happening_now"],
            is_anonymous=given["is_anonymous"],
            is_confidential=given["is_confidential"],
            concerns_minor=given["concerns_minor"],
            photo_ids=[photo.pk for photo in self.kept_photos()],
        )


class TrackForm(forms.Form):
    """The code that was shown once."""

    code = forms.CharField(
        label=_("Tracking code"),
        max_length=40,
        help_text=_("13 letters and digits, with or without hyphens."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter the code that you were shown when you reported.")},
    )


class ConfirmForm(AsksAboutPersonalData):
    """Is it solved, and how satisfied is the reporter."""

    scanned = ("words",)

    solved = forms.ChoiceField(label=_("Is it solved?"), choices=Solved, widget=forms.RadioSelect)
    satisfaction = forms.ChoiceField(
        label=_("How satisfied are you?"), choices=Satisfaction, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("Anything you want to add"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def payload(self) -> Confirm:
        """The move; a "no" makes the case go on."""
        return Confirm(**self.cleaned_data)


class WordsForm(AsksAboutPersonalData, PhotosForm):
    """More words and pictures from the reporter."""

    scanned = ("words",)

    words = forms.CharField(
        label=_("What do you want to add?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The page holds the form of the answer too, which has words of its own.
        super().__init__(*args, auto_id="more_%s", **kwargs)

    def payload(self) -> AddWords:
        """The move."""
        return AddWords(
            words=self.cleaned_data["words"], photo_ids=[photo.pk for photo in self.kept_photos()]
        )
