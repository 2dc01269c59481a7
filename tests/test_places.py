"""Where cases are: what is shown of an address, and what follows when the tree of areas changes."""

import pytest

from shangju.accounts.actors import COMMAND_LINE
from shangju.administration import services as administration
from shangju.areas.models import Area, AreaKind
from shangju.areas.services import AreaPlan, plant_areas
from shangju.areas.tests.trees import NOW
from shangju.cases.intake import Submission, register_concern
from shangju.cases.models import Case
from shangju.cases.places import Place, building_level
from shangju.cases.rules import REPORTER
from shangju.core.scoping import EverywhereReason, everywhere

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("花园小区3栋2单元501室", "花园小区3栋"),
        ("八叉巷12号楼602", "八叉巷12号楼"),
        ("中山东路88号", "中山东路88号"),
        ("菜场门口", "菜场门口"),
        ("花园小区十二幢301", "花园小区十二幢"),
        ("", ""),
    ],
)
def test_an_address_is_shown_down_to_the_building(address: str, shown: str) -> None:
    assert building_level(address) == shown


def tree() -> dict[str, Area]:
    plans = [
        AreaPlan(code="S", name="示范街道", kind=AreaKind.SUBDISTRICT, number_prefix="SF"),
        AreaPlan(code="A", name="甲社区", kind=AreaKind.COMMUNITY, parent_code="S"),
        AreaPlan(code="B", name="乙社区", kind=AreaKind.COMMUNITY, parent_code="S"),
        AreaPlan(code="A1", name="第一网格", kind=AreaKind.GRID, grid_type="general", parent_code="A"),
        AreaPlan(code="A1H", name="1幢", kind=AreaKind.BUILDING, parent_code="A1"),
    ]
    return {area.code: area for area in plant_areas(plans, by=COMMAND_LINE, now=NOW)}


def test_cases_follow_a_grid_into_another_community() -> None:
    with everywhere(EverywhereReason.SETUP):
        areas = tree()
        inside = register_concern(
            Submission(text="楼上漏水", place=Place(areas["A1H"])), by=REPORTER, now=NOW
        ).case
        beside = register_concern(
            Submission(text="路灯不亮", place=Place(areas["A"])), by=REPORTER, now=NOW
        ).case
        assert (inside.community, inside.grid) == (areas["A"], areas["A1"])

        administration.move_area(areas["A1"], parent=areas["B"], reason="调整", by=COMMAND_LINE, now=NOW)

        inside, beside = Case.objects.get(pk=inside.pk), Case.objects.get(pk=beside.pk)
        assert (inside.community, inside.grid) == (areas["B"], areas["A1"])
        assert inside.area_path == Area.objects.get(code="A1H").path
        assert (beside.community, beside.area_path) == (areas["A"], areas["A"].path)
