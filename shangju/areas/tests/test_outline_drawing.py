"""Names on a map: only where the shape has room, and clear of a small area that lies within a larger one."""

from typing import Any

import pytest

from shangju.areas.models import Area
from shangju.areas.outline_drawing import DrawnArea, draw_outlines


def area(west: float, south: float, east: float, north: float) -> Area:
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return Area(outline={"type": "Polygon", "coordinates": [corners]})


def drawn(*areas: Area) -> list[DrawnArea]:
    drawing = draw_outlines(areas[0], areas[1:])
    assert drawing is not None
    return drawing.shapes


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("第2网格", True),
        ("Grid 2", True),
        ("大市口商圈专属网格", False),
        ("Shopping quarter (dedicated)", False),
    ],
)
def test_a_name_stands_where_its_shape_is_wide_enough(name: str, fits: bool) -> None:
    _whole, market = drawn(area(0, 0, 1, 1), area(0.1, 0.1, 0.25, 0.2))
    assert market.holds(name) is fits


@pytest.mark.parametrize(
    ("within", "side"),
    [
        ((0.4, 0.5, 0.6, 0.7), 1),
        ((0.4, 0.3, 0.6, 0.5), -1),
        ((0.7, 0.4, 0.8, 0.6), 0),
        ((0.4, 0.9, 0.6, 1.1), 0),
    ],
    ids=[
        "market above the middle",
        "market below the middle",
        "market beside it",
        "market across the border",
    ],
)
def test_a_name_keeps_clear_of_an_area_within(within: Any, side: int) -> None:
    _whole, grid, market = drawn(area(-1, -1, 2, 2), area(0, 0, 1, 1), area(*within))
    middle = (grid.box.north + grid.box.south) / 2
    moved = grid.middle[1] - middle  # southwards is more
    assert (moved > 1) - (moved < -1) == side
    if side:
        assert not market.box.north <= grid.middle[1] <= market.box.south
