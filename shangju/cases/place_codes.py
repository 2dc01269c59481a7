"""The short address of a place or shop, for a QR code on its wall: it leads to the report form with the place filled in.

An address stays what it is as long as the place exists: it holds the code of the area or the number of the member,
never a name. Whoever scans it says where something is, and nothing of themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from shangju.areas.models import Area, AreaKind
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.models import Party, PartyStatus

KINDS = (AreaKind.COMMUNITY, AreaKind.GRID, AreaKind.MICRO_GRID, AreaKind.BUILDING)
"""Areas that bear a code on a wall. A hub household is a home: it never does."""

CHOSEN_FROM_LIST = (AreaKind.COMMUNITY, AreaKind.GRID)
"""Areas that the form's own list holds; others are named as a spot."""

CARDS_AT_MOST = 240


@dataclass(frozen=True, slots=True)
class PlaceCode:
    """A place with the address of its code and its name in both languages; nothing of anybody who lives there."""

    path: str
    name: str
    name_en: str
    within: str
    within_en: str

    @property
    def address(self) -> str:
        """The whole address, as it is printed."""
        return f"{settings.PUBLIC_URL}{self.path}"


@dataclass(frozen=True, slots=True)
class FilledIn:
    """What the report form starts with where a code was scanned."""

    place: str
    area: str = ""
    spot: str = ""


def area_with_code(code: str) -> FilledIn | None:
    """What the form starts with at the area with this code; none where it has no sign, or is retired."""
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        found = (
            Area.objects.filter(code=code, kind__in=KINDS, retired_on__isnull=True).defer("outline").first()
        )
    if found is None:
        return None
    if found.kind in CHOSEN_FROM_LIST:
        return FilledIn(str(found), area=found.code)
    return FilledIn(str(found), spot=f"area-{found.code}")


def member_with_number(number: int) -> FilledIn | None:
    """What the form starts with at the member's shop; none where it is no active member."""
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        found = Party.objects.filter(pk=number, status=PartyStatus.ACTIVE).first() if number < 2**63 else None
    return FilledIn(str(found), spot=f"party-{found.pk}") if found else None


def codes_within(area: Area, *, buildings: bool, shops: bool) -> list[PlaceCode]:
    """The area's own code, then those of the grids, and if wanted of the buildings and shops below it.

    At most ``CARDS_AT_MOST``. Three statements; the active scope must reach the area.
    """
    kinds = [AreaKind.GRID, AreaKind.MICRO_GRID, *((AreaKind.BUILDING,) if buildings else ())]
    below = Area.objects.filter(path__startswith=area.path, kind__in=kinds, retired_on__isnull=True)
    areas = [
        each
        for each in below.defer("outline").select_related("parent").order_by("path")
        if each.pk != area.pk
    ]
    members: Iterable[Party] = ()
    if shops:
        active = Party.objects.filter(area__path__startswith=area.path, status=PartyStatus.ACTIVE)
        members = active.select_related("area").defer("area__outline").order_by("area__path", "name", "pk")
    own = [area, *areas] if area.kind in KINDS else areas
    cards = [*(_of_area(each) for each in own), *(_of_member(each) for each in members)]
    return cards[:CARDS_AT_MOST]


def _of_area(area: Area) -> PlaceCode:
    parent = area.parent
    return PlaceCode(
        reverse("public:place", args=[area.code]), *_names(area), *(_names(parent) if parent else ("", ""))
    )


def _of_member(party: Party) -> PlaceCode:
    return PlaceCode(reverse("public:member_place", args=[party.pk]), *_names(party), *_names(party.area))


def _names(named: Area | Party) -> tuple[str, str]:
    """The Chinese name and the English one, whatever the reader's language; the same where there is only one."""
    with override("en"):
        return named.name, str(named)
