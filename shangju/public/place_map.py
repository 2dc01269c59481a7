"""A map to point at, drawn from the outlines of communities and grids themselves: no tiles, no script, no other site.

It is the picture of an ``<input type="image">``: the browser sends where it was touched, in CSS pixels from the left
and top. The picture therefore has a fixed size, which fits the narrowest phones in use.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from shangju.areas.geometry import Point, rings_of
from shangju.areas.models import Area, AreaKind, GridType
from shangju.areas.outline_drawing import short_name

SIZE = 288
MARGIN = 8
FILLS = ("#dcefe8", "#e5edfc", "#fdf0cf", "#f0e5f8")


@dataclass(frozen=True, slots=True)
class Frame:
    """What part of the earth the picture shows: its north-west corner and pixels per degree."""

    west: float
    north: float
    per_longitude: float
    per_latitude: float

    def pixel(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Where a point lies in the picture."""
        return (longitude - self.west) * self.per_longitude, (self.north - latitude) * self.per_latitude

    def point(self, x: float, y: float) -> Point:
        """The longitude and latitude of a pixel, to a metre."""
        return round(self.west + x / self.per_longitude, 6), round(self.north - y / self.per_latitude, 6)


def frame_around(areas: Iterable[Area]) -> Frame | None:
    """The frame that holds all outlines, true to scale and in the middle; none where nobody drew any."""
    corners = [corner for area in areas if area.outline for ring in rings_of(area.outline) for corner in ring]
    if not corners:
        return None
    west, east = min(corner[0] for corner in corners), max(corner[0] for corner in corners)
    south, north = min(corner[1] for corner in corners), max(corner[1] for corner in corners)
    narrowing = math.cos(math.radians((south + north) / 2))
    extent = max((east - west) * narrowing, north - south) or 1e-6
    scale = (SIZE - 2 * MARGIN) / extent
    half = SIZE / 2 / scale
    return Frame(
        west=(west + east) / 2 - half / narrowing,
        north=(south + north) / 2 + half,
        per_longitude=scale * narrowing,
        per_latitude=scale,
    )


@dataclass(frozen=True, slots=True)
class PlaceMap:
    """The map as the form shows it: of one community with its grids, or of all communities."""

    community: Area | None
    frame: Frame
    picture: str


def draw(areas: Sequence[Area], *, community: Area | None, point: Point | None) -> PlaceMap | None:
    """The map of ``community``, or of everything; ``point`` is marked. None where no outline is stored.

    ``picture`` is a ``data:`` address: the point stays in the page and out of every log of addresses.
    """
    if community is not None and not community.outline:
        community = None
    kind = AreaKind.COMMUNITY if community is None else AreaKind.GRID
    shown = [
        area
        for area in areas
        if area.kind == kind and area.outline and (community is None or area.path.startswith(community.path))
    ]
    frame = frame_around(shown)
    if frame is None:
        return None
    # A market's own grid lies inside another: the large ones are drawn first.
    parts = [_shape(area, frame, FILLS[index % len(FILLS)]) for index, area in enumerate(shown)]
    parts += [_label(area, frame, community) for area in shown]
    if point is not None:
        parts.append(_marker(*frame.pixel(*point)))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}" viewBox="0 0 {SIZE} {SIZE}">'
        f'<rect width="{SIZE}" height="{SIZE}" fill="#f2f5f3"/>{"".join(parts)}</svg>'
    )
    return PlaceMap(community, frame, f"data:image/svg+xml,{quote(svg)}")


def _path(area: Area, frame: Frame) -> str:
    assert area.outline is not None, "only areas with an outline are drawn"
    lines = []
    for ring in rings_of(area.outline):
        pixels = (frame.pixel(corner[0], corner[1]) for corner in ring)
        lines.append("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in pixels) + "Z")
    return "".join(lines)


def _shape(area: Area, frame: Frame, fill: str) -> str:
    return f'<path d="{_path(area, frame)}" fill="{fill}" stroke="#0b5d4b" stroke-width="1.5"/>'


def _label(area: Area, frame: Frame, community: Area | None) -> str:
    """The name in the middle of its outline; the community's own name is left out of its grids' names."""
    assert area.outline is not None, "only areas with an outline are drawn"
    corners = [frame.pixel(corner[0], corner[1]) for corner in rings_of(area.outline)[0]]
    x = (min(corner[0] for corner in corners) + max(corner[0] for corner in corners)) / 2
    top, bottom = min(corner[1] for corner in corners), max(corner[1] for corner in corners)
    # A market's own grid is small and lies inside another: its name stands above it, not on the other's.
    y = top - 8 if area.grid_type == GridType.DEDICATED else (top + bottom) / 2
    name = short_name(str(area), str(community) if community else "")
    text = name.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<text x="{x:.0f}" y="{y + 4:.0f}" font-size="12" font-family="sans-serif" text-anchor="middle" '
        f'fill="#16211d" stroke="#fff" stroke-width="3" paint-order="stroke">{text}</text>'
    )


def _marker(x: float, y: float) -> str:
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="9" fill="#a3201c" stroke="#fff" stroke-width="3"/>'
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="#fff"/>'
    )
