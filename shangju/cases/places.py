"""From what people say about a place to an area of the tree, and to what may be shown of it."""

import re
from dataclasses import dataclass

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from shangju.areas.addresses import find_area_by_address
from shangju.areas.geometry import grid_at
from shangju.areas.models import Area, AreaKind
from shangju.cases.models import Case
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.models import Party

BUILDING_LEVEL = re.compile(r"^(.*?(?:\d+|[一二三四五六七八九十百]+)\s*(?:号楼|幢|栋|座|号))")
ROUGH_DECIMALS = 3
"""Coordinates of a home are kept in the open to about 100 m only; the exact point is sealed with the contact."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a concern is: its area, what lists may show of it, and what stays sealed."""

    area: Area
    note: str = ""
    exact_address: str = ""
    longitude: float | None = None
    latitude: float | None = None
    party: Party | None = None


def building_level(address: str) -> str:
    """The address up to the building: unit, floor and door say who lives there and are left out."""
    found = BUILDING_LEVEL.match(address.strip())
    return (found.group(1) if found else address.strip())[:120]


def locate(
    *,
    area: Area | None = None,
    address: str = "",
    longitude: float | None = None,
    latitude: float | None = None,
    party: Party | None = None,
) -> Place:
    """Find the area of a place given by area, shop, map point or address text; the first that is given decides.

    A text that names no known address falls back to the only sub-district there is. Raises ``DomainError`` at the
    field ``place`` where nothing tells which sub-district is meant.
    """
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        found = area or (party.area if party else None)
        if found is None and longitude is not None and latitude is not None:
            found = grid_at(longitude, latitude)
        if address.strip():
            suggestions = find_area_by_address(address, within=found)
            if len(suggestions) == 1 or (suggestions and found is None):
                found = suggestions[0].area
        found = found or _only_subdistrict()
    if found is None or found.kind == AreaKind.DISTRICT or found.retired_on is not None:
        sentence = _("Choose the community, so that we know who is responsible.")
        raise DomainError(sentence, fields={"place": sentence})
    note = building_level(address) or (party.name if party else "")
    return Place(found, note, address.strip()[:200], longitude, latitude, party)


def _only_subdistrict() -> Area | None:
    candidates = list(Area.objects.filter(kind=AreaKind.SUBDISTRICT, retired_on__isnull=True)[:2])
    return candidates[0] if len(candidates) == 1 else None


def put_in_area(case: Case, area: Area) -> None:
    """Set a case's area and everything that repeats it; the caller saves."""
    with everywhere(EverywhereReason.STRUCTURE):
        tiers = area.tiers()
    case.area, case.area_path = area, area.path
    case.subdistrict = tiers[AreaKind.SUBDISTRICT]
    case.community = tiers.get(AreaKind.COMMUNITY)
    case.grid = tiers.get(AreaKind.GRID)


def follow_area_move(area: Area, *, old_path: str) -> int:
    """Let the cases below a moved area repeat its new place in the tree; returns how many there were.

    Called by the service that moves areas, in its transaction. Who handles a case does not change by it.
    """
    with everywhere(EverywhereReason.SETUP):
        tiers = area.tiers()
        levels = {kind: tiers[kind] for kind in (AreaKind.COMMUNITY, AreaKind.GRID) if kind in tiers}
        return Case.objects.filter(area_path__startswith=old_path).update(
            area_path=Concat(Value(area.path), Substr(F("area_path"), len(old_path) + 1)),
            **{kind.value: tier for kind, tier in levels.items()},
        )


def subdistrict_path(case: Case) -> str:
    """The path of the case's sub-district, read off the case: the actor's scope need not reach so far up."""
    mark = f"/{case.subdistrict_id}/"
    return case.area_path[: case.area_path.index(mark) + len(mark)]
