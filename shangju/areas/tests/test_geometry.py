"""Datums and points."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangju.accounts.actors import COMMAND_LINE
from shangju.areas.geometry import (
    Datum,
    bd09_to_gcj02,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    grid_at,
    to_wgs84,
    wgs84_to_gcj02,
)
from shangju.areas.models import Area
from shangju.areas.services import move_area, retire_area, set_outline
from shangju.areas.tests.trees import NOW, small_tree, square
from shangju.core.scoping import EverywhereReason, Scope, area_scope, everywhere


@pytest.mark.parametrize(
    ("convert", "given_point", "expected"),
    [
        # Published test values of the conversion in common use (Beijing).
        (wgs84_to_gcj02, (116.404, 39.915), (116.41024449916938, 39.91640428150164)),
        (gcj02_to_bd09, (116.404, 39.915), (116.41036949371029, 39.92133699351021)),
        (bd09_to_gcj02, (116.404, 39.915), (116.39762729119315, 39.90865673957631)),
        (gcj02_to_wgs84, (116.41024449916938, 39.91640428150164), (116.404, 39.915)),
        # Outside China nothing is shifted.
        (wgs84_to_gcj02, (2.3522, 48.8566), (2.3522, 48.8566)),
    ],
)
def test_known_points(convert, given_point, expected) -> None:
    assert convert(*given_point) == pytest.approx(expected, abs=2e-6)


china = st.tuples(st.floats(73.5, 134.8), st.floats(18.2, 53.5))


@given(china)
def test_there_and_back_is_within_a_tenth_of_a_metre(point: tuple[float, float]) -> None:
    shifted = wgs84_to_gcj02(*point)
    assert gcj02_to_wgs84(*shifted) == pytest.approx(point, abs=1e-6)
    assert bd09_to_gcj02(*gcj02_to_bd09(*shifted)) == pytest.approx(shifted, abs=1e-6)
    assert to_wgs84(*gcj02_to_bd09(*shifted), datum=Datum.BD09) == pytest.approx(point, abs=1e-6)


@given(china)
def test_the_shift_is_some_hundreds_of_metres(point: tuple[float, float]) -> None:
    shifted = wgs84_to_gcj02(*point)
    assert max(abs(shifted[0] - point[0]), abs(shifted[1] - point[1])) < 0.02


@pytest.fixture
def tree(db: None) -> Iterator[dict[str, Area]]:
    with everywhere(EverywhereReason.SETUP):
        planted = small_tree()
        for name, outline in {
            "grid": square(119.44, 32.20, 0.02),
            "market": square(119.445, 32.205, 0.004),
            "other_grid": square(119.46, 32.20, 0.02),
        }.items():
            set_outline(planted[name], outline, datum=Datum.WGS84, by=COMMAND_LINE, now=NOW)
        yield planted


@pytest.mark.parametrize(
    ("point", "name"),
    [
        ((119.441, 32.201), "grid"),
        ((119.447, 32.207), "market"),
        ((119.47, 32.21), "other_grid"),
        ((119.40, 32.21), None),
    ],
)
def test_a_point_finds_the_smallest_grid_around_it(
    tree: dict[str, Area], point: tuple[float, float], name: str
) -> None:
    found = grid_at(*point)
    assert found == (tree[name] if name else None)
    assert grid_at(*wgs84_to_gcj02(*point), datum=Datum.GCJ02) == found


def test_a_changed_outline_is_noticed_at_once(tree: dict[str, Area]) -> None:
    assert grid_at(119.447, 32.207) == tree["market"]
    set_outline(tree["market"], None, datum=Datum.WGS84, by=COMMAND_LINE, now=NOW)
    assert grid_at(119.447, 32.207) == tree["grid"]
    retire_area(tree["other_grid"], on=NOW.date(), reason="r", by=COMMAND_LINE, now=NOW)
    assert grid_at(119.47, 32.21) is None


def test_a_moved_grid_is_found_where_it_stands_now(tree: dict[str, Area]) -> None:
    assert grid_at(119.447, 32.207) == tree["market"]
    move_area(tree["market"], parent=tree["second"], reason="r", by=COMMAND_LINE, now=NOW)
    found = grid_at(119.447, 32.207)
    assert found is not None
    assert found.parent_id == tree["second"].pk


def test_a_grid_outside_the_scope_is_not_returned(tree: dict[str, Area]) -> None:
    with area_scope(Scope(areas=(tree["second"].scoped,))):
        assert grid_at(119.441, 32.201) is None
        assert grid_at(119.47, 32.21) == tree["other_grid"]


def test_processes_that_need_no_outline_do_not_load_shapely() -> None:
    code = (
        "import os, sys, django; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shangju.config.settings_test');"
        "django.setup(); import shangju.areas.services; import shangju.areas.addresses;"
        "sys.exit('shapely' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
