"""The panels that show what is open now: lights, map, table of areas, supervision."""

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shangju.areas.models import Area, AreaKind
from shangju.areas.outline_drawing import DrawnArea, short_name
from shangju.cases.queries import LIGHTS
from shangju.cockpit.links import Links
from shangju.cockpit.queries import OpenCases
from shangju.cockpit.wall import Counted, Wall
from shangju.core.templatetags.ui import LIGHTS as LOOKS

LISTED = 10
STEPS = 5
"""How many colours the map has."""


@dataclass(frozen=True, slots=True)
class Light:
    """How many open cases show a light; its word, shape and tone are those of every other page."""

    label: str
    number: int
    href: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Part:
    """A community or grid: its shape on the map, its open cases, the address that looks closer, those of its rows."""

    area: Area
    name: str
    cases: OpenCases
    href: str
    links: Links
    step: int
    shape: DrawnArea | None

    @property
    def name_on_map(self) -> str:
        """The name where its shape has room for it; a small one is named by the table and under the pointer."""
        return self.name if self.shape and self.shape.holds(self.name) else ""

    @property
    def numbers(self) -> list[Counted]:
        """Open, due soon and overdue, for the table beside the map."""
        cases, links = self.cases, self.links
        return [
            Counted("", cases.open, links.worklist() if cases.open else ""),
            Counted("", cases.orange, links.worklist(light="orange") if cases.orange else ""),
            Counted(
                "", cases.overdue, links.worklist(light="overdue") if cases.overdue else "", mark="overdue"
            ),
        ]


def lights(wall: Wall) -> dict[str, Any]:
    """The lights of the open cases."""
    return {"lights": _lights(wall.whole, wall.links)}


def outlines(wall: Wall) -> dict[str, Any]:
    """The communities or grids as a map."""
    return {
        "parts": parts_of(wall),
        "drawing": wall.drawing,
        "legend": range(1, STEPS + 1),
        "whole": wall.whole,
        "open_href": wall.links.worklist(),
        "overdue_href": wall.links.worklist(light="overdue"),
    }


def parts(wall: Wall) -> dict[str, Any]:
    """The communities or grids as a table."""
    found = parts_of(wall)
    return {"parts": found, "listed": listed_of(found)}


def supervision(wall: Wall) -> dict[str, Any]:
    """What asks for supervision."""
    return {"supervision": _supervision(wall.whole, links=wall.links)}


def _lights(whole: OpenCases, links: Links) -> list[Light]:
    return [
        Light(
            label=str(LOOKS[light][1]),
            number=getattr(whole, light),
            href=links.worklist(light=light),
            icon=f"light-{light}",
            tone=LOOKS[light][0],
        )
        for light in LIGHTS
    ]


def parts_of(wall: Wall) -> list[Part]:
    """The communities or grids in the order of the tree."""
    links, shapes = wall.links, {}
    if wall.drawing is not None:
        shapes = {shape.area.pk: shape for shape in wall.drawing.shapes}
    most = max((wall.by_child.get(child.pk, OpenCases()).open for child in wall.children), default=0)
    parts = []
    for child in wall.children:
        cases, name = wall.by_child.get(child.pk, OpenCases()), short_name(str(child), str(wall.area))
        step, shape = _step(cases.open, most), shapes.get(child.pk)
        parts.append(Part(child, name, cases, _closer(child, links), replace(links, area=child), step, shape))
    return parts


def listed_of(parts: list[Part]) -> list[Part]:
    """What the table beside the map has room for: all in their order, else those with the most open cases."""
    if len(parts) <= LISTED:
        return parts
    return sorted(parts, key=lambda part: -part.cases.open)[:LISTED]


def _closer(child: Area, links: Links) -> str:
    """A community has a screen of its own; a grid's cases are a list."""
    if child.kind == AreaKind.COMMUNITY:
        return reverse("cockpit:wall", args=[child.code])
    return replace(links, area=child).worklist()


def _step(number: int, most: int) -> int:
    """Which of the map's colours: 0 for none, else the share of the largest number."""
    return -(-STEPS * number // most) if number else 0


def _supervision(whole: OpenCases, *, links: Links) -> list[Counted]:
    return [
        Counted(pgettext("wall", "Unanswered orders"), whole.orders, links.orders("waiting")),
        Counted(pgettext("order", "Reply overdue"), whole.late, links.supervision("unanswered")),
        Counted(_("Climbed a tier"), whole.climbed, links.supervision("climbed")),
        Counted(_("Dissatisfied twice"), whole.dissatisfied, links.supervision("dissatisfied")),
    ]
