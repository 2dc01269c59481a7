"""Writes of the area tree: what is stored, who may, and what is refused."""

from datetime import date

import pytest
from django.utils import translation

from shangju.accounts.actors import COMMAND_LINE
from shangju.areas.gazetteer import add_address, remove_address
from shangju.areas.geometry import Datum
from shangju.areas.models import AddressEntry, Area
from shangju.areas.services import (
    AreaPlan,
    add_area,
    change_area,
    move_area,
    plant_areas,
    rename_area,
    retire_area,
    set_outline,
)
from shangju.areas.tests.trees import NOW, person, small_tree, square
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]


def stored_paths() -> dict[str, str]:
    return dict(Area.objects.values_list("code", "path"))


def test_planted_areas_store_paths_of_ids_from_the_root_down(tree: dict[str, Area]) -> None:
    for area in Area.objects.select_related("parent"):
        above = area.parent.path if area.parent else "/"
        assert area.path == f"{above}{area.pk}/"
    assert tree["building"].path == Area.objects.get(pk=tree["building"].pk).path
    assert AuditEvent.objects.filter(action="area.added").count() == len(tree)


def test_children_may_be_planned_before_their_parents() -> None:
    child, parent = plant_areas(
        [AreaPlan("community", "Z1", "社区", parent_code="Z"), AreaPlan("subdistrict", "Z", "街道")],
        by=COMMAND_LINE,
        now=NOW,
    )
    assert child.path.startswith(parent.path)


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (AreaPlan("grid", "N", "网格", parent_code="A", grid_type="general"), "parent"),
        (AreaPlan("community", "N", "社区"), "parent"),
        (AreaPlan("community", "N", "社区", parent_code="missing"), "parent"),
        (AreaPlan("community", "A1", "社区", parent_code="A"), "code"),
        (AreaPlan("community", "N", " ", parent_code="A"), "name"),
        (AreaPlan("grid", "N", "网格", parent_code="A1"), "grid_type"),
        (AreaPlan("community", "N", "社区", parent_code="A", grid_type="general"), "grid_type"),
        (AreaPlan("subdistrict", "N", "街道", number_prefix="AX"), "number_prefix"),
    ],
)
def test_unsound_areas_are_refused_at_their_field(tree: dict[str, Area], plan: AreaPlan, field: str) -> None:
    before = stored_paths()
    with pytest.raises(DomainError) as refusal:
        add_area(plan, by=COMMAND_LINE, now=NOW)
    assert list(refusal.value.fields) == [field]
    assert refusal.value.subject is plan
    assert stored_paths() == before


def test_only_the_system_administrator_may_write(tree: dict[str, Area]) -> None:
    allowed = person("system-one", role="system")
    assert rename_area(tree["grid"], name="新名", by=allowed, now=NOW).name == "新名"
    event = AuditEvent.objects.get(action="area.renamed")
    assert (event.actor, event.before["name"], event.after["name"]) == (allowed, "东一网格", "新名")
    for user in (
        person("nobody"),
        person("security-one", role="security"),
        person("audit-one", role="audit"),
    ):
        with pytest.raises(NotAllowed):
            rename_area(tree["grid"], name="别名", by=user, now=NOW)
    allowed.is_active = False
    with pytest.raises(NotAllowed):
        rename_area(tree["grid"], name="别名", by=allowed, now=NOW)
    assert Area.objects.get(pk=tree["grid"].pk).name == "新名"


def test_a_value_that_is_the_same_is_no_change(tree: dict[str, Area]) -> None:
    change_area(tree["grid"], {"name": " 东一网格 "}, by=COMMAND_LINE, now=NOW)
    assert not AuditEvent.objects.filter(action__in=["area.changed", "area.renamed"]).exists()


def test_moving_rewrites_the_paths_of_everything_below_and_of_nothing_else(tree: dict[str, Area]) -> None:
    before = stored_paths()
    move_area(tree["grid"], parent=tree["second"], reason="区划调整", by=COMMAND_LINE, now=NOW)
    after = stored_paths()
    moved = {"A1G1", "A1G1W1", "A1G1W1B1"}
    assert {code for code in after if after[code] != before[code]} == moved
    for area in Area.objects.select_related("parent"):
        assert area.path == f"{area.parent.path if area.parent else '/'}{area.pk}/"
    event = AuditEvent.objects.get(action="area.moved")
    assert (event.before["parent"], event.after["parent"], event.reason) == ("A1", "A2", "区划调整")


@pytest.mark.parametrize(
    ("area", "parent", "words"),
    [
        ("grid", "subdistrict", "cannot stand under"),
        ("first", "grid", "into itself"),
        ("grid", "grid", "into itself"),
        ("grid", "first", "already"),
        ("micro", "second", "cannot stand under"),
    ],
)
def test_moves_that_break_the_tree_are_refused(
    tree: dict[str, Area], area: str, parent: str, words: str
) -> None:
    before = stored_paths()
    with translation.override("en"), pytest.raises(DomainError, match=words):
        move_area(tree[area], parent=tree[parent], reason="r", by=COMMAND_LINE, now=NOW)
    assert stored_paths() == before


def test_an_area_cannot_move_to_another_sub_district(tree: dict[str, Area]) -> None:
    elsewhere = small_tree("B")
    with pytest.raises(DomainError):
        move_area(tree["grid"], parent=elsewhere["first"], reason="r", by=COMMAND_LINE, now=NOW)


def test_retiring_is_refused_while_something_below_is_in_force_and_final_afterwards(
    tree: dict[str, Area],
) -> None:
    day = date(2026, 3, 2)
    with pytest.raises(DomainError):
        retire_area(tree["micro"], on=day, reason="r", by=COMMAND_LINE, now=NOW)
    retire_area(tree["building"], on=day, reason="拆除", by=COMMAND_LINE, now=NOW)
    retire_area(tree["micro"], on=day, reason="合并", by=COMMAND_LINE, now=NOW)
    assert Area.objects.get(pk=tree["micro"].pk).retired_on == day
    assert AuditEvent.objects.filter(action="area.retired", reason="合并").exists()
    with pytest.raises(Conflict):
        rename_area(tree["micro"], name="别名", by=COMMAND_LINE, now=NOW)
    with pytest.raises(DomainError):
        add_area(AreaPlan("building", "N", "楼", parent_code="A1G1W1"), by=COMMAND_LINE, now=NOW)


def test_outlines_are_stored_in_wgs84_whatever_they_came_in(tree: dict[str, Area]) -> None:
    set_outline(tree["grid"], square(119.45, 32.21, 0.01), datum=Datum.GCJ02, by=COMMAND_LINE, now=NOW)
    stored = Area.objects.get(pk=tree["grid"].pk)
    longitude, latitude = stored.outline["coordinates"][0][0]
    assert stored.outline_datum == "gcj02"
    assert 0.003 < 119.45 - longitude < 0.007
    assert 0.001 < abs(32.21 - latitude) < 0.004
    set_outline(tree["grid"], None, datum=Datum.WGS84, by=COMMAND_LINE, now=NOW)
    assert Area.objects.get(pk=tree["grid"].pk).outline is None
    assert AuditEvent.objects.filter(action="area.outlined").count() == 2


@pytest.mark.parametrize(
    "outline",
    [
        {"type": "Point", "coordinates": [119, 32]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[119, 32], [120, 32]]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [["a", "b"]]},
        {"type": "Polygon", "coordinates": [[[32.2, 119.4], [32.3, 119.4], [32.3, 119.5], [32.2, 119.4]]]},
        {"type": "Polygon"},
        {"type": "FeatureCollection", "features": []},
        {},
    ],
)
def test_outlines_that_are_no_sound_polygon_are_refused_at_the_field(
    tree: dict[str, Area], outline: dict
) -> None:
    with pytest.raises(DomainError) as refusal:
        set_outline(tree["grid"], outline, datum=Datum.WGS84, by=COMMAND_LINE, now=NOW)
    assert "outline" in refusal.value.fields
    assert Area.objects.get(pk=tree["grid"].pk).outline is None


def test_addresses_are_stored_normalised_once_and_can_be_removed(tree: dict[str, Area]) -> None:
    entry = add_address(tree["building"], shown_as="东里 １号楼", by=COMMAND_LINE, now=NOW)
    assert (entry.text, entry.shown_as) == ("东里1幢", "东里 １号楼")
    with pytest.raises(DomainError) as refusal:
        add_address(tree["building"], shown_as="东里一栋", by=COMMAND_LINE, now=NOW)
    assert "shown_as" in refusal.value.fields
    with pytest.raises(DomainError):
        add_address(tree["building"], shown_as=" 1 ", by=COMMAND_LINE, now=NOW)
    remove_address(entry, by=COMMAND_LINE, now=NOW)
    assert not AddressEntry.objects.exists()
    with pytest.raises(Conflict):
        remove_address(entry, by=COMMAND_LINE, now=NOW)
    assert AuditEvent.objects.filter(action__startswith="area.address").count() == 2
