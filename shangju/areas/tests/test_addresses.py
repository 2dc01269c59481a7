"""From an address to its area."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangju.accounts.actors import COMMAND_LINE
from shangju.areas.addresses import find_area_by_address, normalise
from shangju.areas.gazetteer import AddressPlan, add_addresses
from shangju.areas.models import Area
from shangju.areas.tests.trees import NOW, small_tree
from shangju.core.scoping import EverywhereReason, Scope, area_scope, everywhere


@pytest.mark.parametrize(
    ("written", "one_spelling"),
    [
        ("八叉巷3号", "八叉巷3号"),
        ("八叉巷 3 号", "八叉巷3号"),
        ("八叉巷三号", "八叉巷3号"),
        ("八叉巷３号", "八叉巷3号"),
        ("健康路118号", "健康路118号"),
        ("健康路一百一十八号", "健康路118号"),
        ("健康路12-3号", "健康路12-3号"),
        ("五条街7号", "五条街7号"),
        ("第一楼街42号", "1楼街42号"),
        ("宋官营小区3幢2单元301室", "宋官营小区3幢2单元301"),
        ("宋官营小区三号楼二单元301", "宋官营小区3幢2单元301"),
        ("宋官营小区第3栋2单元 301 室", "宋官营小区3幢2单元301"),
        ("宋官营小区3#楼2单元301", "宋官营小区3幢2单元301"),
        ("宋官营小区3#2单元301", "宋官营小区3幢2单元301"),
        ("宋官营小区3-2-301", "宋官营小区3幢2单元301"),
        ("宋官营小区3—2—301室", "宋官营小区3幢2单元301"),
        ("宋官营小区12-1203", "宋官营小区12幢1203"),
        ("宋官营小区二十一幢", "宋官营小区21幢"),
        ("宋官营小区十幢", "宋官营小区10幢"),
        ("花山湾三区5栋二〇三室", "花山湾3区5幢203"),
        ("大市口商圈A座", "大市口商圈a座"),
        ("(健康路)·118号,后门", "健康路118号后门"),
        ("中山东路", "中山东路"),
        ("四牌楼", "四牌楼"),
    ],
)
def test_spellings(written: str, one_spelling: str) -> None:
    assert normalise(written) == one_spelling


@given(
    st.text(
        alphabet="八叉巷健康路宋官营小区一二三十百〇0123456789３号楼幢栋座弄单元室房第#-— ,区村期组",
        max_size=30,
    )
)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.integers(1, 999))
def test_chinese_and_arabic_building_numbers_meet(number: int) -> None:
    assert normalise(f"柳岸{_in_chinese(number)}幢") == normalise(f"柳岸{number}号楼") == f"柳岸{number}幢"


def _in_chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        words += "十" if tens == 1 and not hundreds else f"{digits[tens]}十"
    elif hundreds and ones:
        words += "零"
    return words + (digits[ones] if ones else "")


@pytest.fixture
def tree(db: None) -> Iterator[dict[str, Area]]:
    with everywhere(EverywhereReason.SETUP):
        planted = small_tree()
        add_addresses(
            [
                AddressPlan("A", "大市口街道"),
                AddressPlan("A1G1", "八叉巷"),
                AddressPlan("A1G1W1B1", "八叉巷3号"),
                AddressPlan("A1G1W1B1", "宋官营小区1幢"),
                AddressPlan("A2G1", "宋官营小区11幢"),
                AddressPlan("A2G1", "健康路"),
                AddressPlan("A1G2", "健康路"),
                AddressPlan("A1G2", "12号库"),
            ],
            by=COMMAND_LINE,
            now=NOW,
        )
        yield planted


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("镇江市京口区大市口街道八叉巷三号二楼", ["building"]),
        ("镇江市京口区大市口街道八叉巷9号", ["grid"]),
        ("大市口街道", ["subdistrict"]),
        ("宋官营小区１号楼301室", ["building"]),
        ("宋官营小区11栋1单元", ["other_grid"]),
        ("宋官营小区111幢", []),
        ("健康路55号", ["market", "other_grid"]),
        ("112号库", []),
        ("东社区居委会旁边", ["first"]),
        ("西一网格", ["other_grid"]),
        ("不存在的地方", []),
        ("   ", []),
    ],
)
def test_an_address_finds_its_area(tree: dict[str, Area], address: str, names: list[str]) -> None:
    found = find_area_by_address(address)
    assert sorted(one.area.code for one in found) == sorted(tree[name].code for name in names)
    assert all(one.matched_text and str(one.reason) for one in found)


def test_within_an_area_only_its_own_entries_count(tree: dict[str, Area]) -> None:
    assert [one.area for one in find_area_by_address("健康路55号", within=tree["second"])] == [
        tree["other_grid"]
    ]
    assert find_area_by_address("八叉巷3号", within=tree["second"]) == []


def test_another_areas_entries_are_not_found_in_a_scope_that_does_not_reach_them(
    tree: dict[str, Area],
) -> None:
    with area_scope(Scope(areas=(tree["second"].scoped,))):
        assert [one.area.pk for one in find_area_by_address("健康路55号")] == [tree["other_grid"].pk]
        assert find_area_by_address("八叉巷3号") == []
