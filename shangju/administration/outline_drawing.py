"""An area's outline as a drawing for the page: own shape, its neighbourhood and what stands under it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shangju.areas.geometry import rings_of
from shangju.areas.models import Area

WIDTH = 640
"""Units of the drawing's longer side."""


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """One area as SVG path data."""

    area: Area
    path: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """All shapes, in units of a ``0 0 width height`` view box."""

    width: int
    height: int
    shapes: list[DrawnArea]


def draw_outlines(area: Area, below: Iterable[Area]) -> Drawing | None:
    """Draw ``area`` with the areas below it that have outlines; none when nothing has one."""
    drawn = [one for one in (area, *below) if one.outline]
    if not drawn:
        return None
    points = [point for one in drawn for ring in rings_of(_outline(one)) for point in ring]
    west, east = min(point[0] for point in points), max(point[0] for point in points)
    south, north = min(point[1] for point in points), max(point[1] for point in points)
    narrowing = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / max((east - west) * narrowing, north - south, 1e-9)

    def place(point: Any) -> str:
        return f"{(point[0] - west) * narrowing * scale:.1f} {(north - point[1]) * scale:.1f}"

    shapes = [
        DrawnArea(
            one, " ".join(f"M{' L'.join(map(place, ring))}Z" for ring in rings_of(_outline(one))), one is area
        )
        for one in drawn
    ]
    return Drawing(
        math.ceil((east - west) * narrowing * scale) or 1, math.ceil((north - south) * scale) or 1, shapes
    )


def _outline(area: Area) -> dict[str, Any]:
    assert area.outline is not None
    return dict(area.outline)
