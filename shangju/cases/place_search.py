"""Finding a shop or a building by a few words of its name or address: what a resident picks from."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from shangju.areas.addresses import normalise
from shangju.areas.models import AddressEntry, Area, AreaKind
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.models import Party, PartyStatus

MOST_PARTIES = 6
MOST_AREAS = 6
LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """One place to choose; ``key`` names it in a form (``party-12``, ``area-CODE``)."""

    key: str
    label: str
    detail: str


def places_named(words: str) -> list[FoundPlace]:
    """Shops and other members first, then buildings and lanes; best first, empty where nothing is called so."""
    plain = words.replace("\0", "").strip()[:LONGEST_WORDS]  # PostgreSQL has no such sign
    wanted = normalise(plain)
    if not wanted:
        return []
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        found = [*_parties(plain), *_areas(plain, wanted)]
    return list({place.key: place for place in found}.values())


def place_by_key(key: str) -> Party | Area | None:
    """The shop or area that a chosen key names; none where it has gone or never was."""
    kind, _dash, name = key.partition("-")
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        if kind == "party" and name.isascii() and name.isdigit() and len(name) < LONGEST_KEY:
            members = Party.objects.filter(pk=int(name), status=PartyStatus.ACTIVE)
            return members.select_related("area").first()
        if kind == "area" and name and "\0" not in name:
            return Area.objects.filter(code=name, retired_on__isnull=True).first()
    return None


LONGEST_KEY = 18
"""Digits of a primary key that every database takes."""


def _parties(words: str) -> Iterator[FoundPlace]:
    named = Q(name__icontains=words) | Q(name_en__icontains=words) | Q(address__icontains=words)
    members = Party.objects.filter(named, status=PartyStatus.ACTIVE).select_related("area")
    for party in members.order_by("name", "pk")[:MOST_PARTIES]:
        detail = " · ".join(part for part in (party.address, str(party.area)) if part)
        yield FoundPlace(f"party-{party.pk}", str(party), detail)


def _areas(words: str, wanted: str) -> Iterator[FoundPlace]:
    """Buildings by name, then whatever the gazetteer writes so; the shortest first: 1幢 before 11幢."""
    buildings = Area.objects.filter(
        Q(name__icontains=words) | Q(name__contains=wanted) | Q(name_en__icontains=words),
        kind=AreaKind.BUILDING, retired_on__isnull=True,
    ).select_related("parent")  # fmt: skip
    entries = AddressEntry.objects.filter(text__contains=wanted, area__retired_on__isnull=True)
    ranked = [
        *((len(area.name), str(area), str(area.parent or ""), area) for area in buildings[:CONSIDERED]),
        *(
            (len(entry.text), entry.shown_as, str(entry.area), entry.area)
            for entry in entries.select_related("area")[:CONSIDERED]
        ),
    ]
    for _length, label, detail, area in sorted(ranked, key=lambda row: row[:3])[:MOST_AREAS]:
        yield FoundPlace(f"area-{area.code}", label, detail if detail != label else "")


CONSIDERED = 60
"""Rows that are ranked; who writes so little that more are called so must write another word."""
