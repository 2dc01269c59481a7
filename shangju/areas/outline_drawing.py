"""Areas as a drawing for pages: own shape, its neighbourhood and what stands under it, and names that fit on it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shangju.areas.geometry import Point, rings_of
from shangju.areas.models import Area
from shangju.core.text_width import ems

WIDTH = 640
"""Units of the drawing's longer side."""

EM = 16
"""Units that a Chinese character of a name takes on the map."""


@dataclass(frozen=True, slots=True)
class Box:
    """How far a shape reaches."""

    west: float
    north: float
    east: float
    south: float

    def encloses(self, other: "Box") -> bool:
        """Whether the other lies within."""
        return (
            self.west < other.west
            and self.north < other.north
            and self.east > other.east
            and self.south > other.south
        )


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """One area as SVG path data; of its largest ring the ``box`` and the ``middle``, where a name stands."""

    area: Area
    path: str
    is_own: bool
    middle: Point
    box: Box

    def holds(self, name: str) -> bool:
        """Whether the shape is wide enough for ``name`` in the size of the map's names."""
        return self.box.east - self.box.west >= ems(name) * EM

    def clear_of(self, others: Iterable["DrawnArea"]) -> "DrawnArea":
        """The same with its name above or below a small area that lies around its middle, where more room is."""
        x, y = self.middle
        for box in (other.box for other in others):
            if self.box.encloses(box) and box.west < x < box.east:
                above, below = box.north - self.box.north, self.box.south - box.south
                y = box.south + below / 2 if below >= above else self.box.north + above / 2
        return replace(self, middle=(x, round(y, 1)))


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

    def shape(one: Area) -> DrawnArea:
        rings = [
            [((corner[0] - west) * narrowing * scale, (north - corner[1]) * scale) for corner in ring]
            for ring in rings_of(_outline(one))
        ]
        path = " ".join(f"M{' L'.join(f'{x:.1f} {y:.1f}' for x, y in ring)}Z" for ring in rings)
        largest = max(rings, key=lambda ring: abs(_twice_area(ring)))
        return DrawnArea(one, path, one is area, _middle(largest), _box(largest))

    shapes = [shape(one) for one in drawn]
    return Drawing(
        math.ceil((east - west) * narrowing * scale) or 1,
        math.ceil((north - south) * scale) or 1,
        [one.clear_of(shapes) for one in shapes],
    )


def _twice_area(ring: Sequence[Point]) -> float:
    return sum(x * b - a * y for (x, y), (a, b) in zip(ring, (*ring[1:], ring[0]), strict=True))


def _box(ring: Sequence[Point]) -> Box:
    eastings, southings = zip(*ring, strict=True)
    return Box(min(eastings), min(southings), max(eastings), max(southings))


def _middle(ring: Sequence[Point]) -> Point:
    """The centre of gravity (shoelace formula); of a ring without an area its first corner."""
    twice = _twice_area(ring)
    if not twice:
        return ring[0]
    sides = list(zip(ring, (*ring[1:], ring[0]), strict=True))
    east = sum((x + a) * (x * b - a * y) for (x, y), (a, b) in sides)
    south = sum((y + b) * (x * b - a * y) for (x, y), (a, b) in sides)
    return round(east / (3 * twice), 1), round(south / (3 * twice), 1)


def short_name(name: str, community: str) -> str:
    """A name that fits on a map: 宋官营第1网格 within 宋官营社区 is 第1网格; a community goes without 社区."""
    for kind in ("社区", " Community"):
        community = community.removesuffix(kind)
        name = name.removesuffix(kind)
    rest = name.removeprefix(community).strip() if community else name
    return rest or name


def _outline(area: Area) -> dict[str, Any]:
    assert area.outline is not None
    return dict(area.outline)
