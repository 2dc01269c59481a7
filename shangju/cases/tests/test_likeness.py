"""What counts as the same matter, decided on texts, places and points alone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangju.cases.likeness import (
    LIKENESS_NEEDED,
    Nearness,
    Spot,
    is_alike,
    likeness,
    metres_apart,
    nearness,
    pieces_of,
)

HUM = "家中长期被噪音困扰，嗡嗡响，不知是何原因"
FUMES = "楼下面馆油烟很大，窗户都不敢开"
SAME = [
    (HUM, "屋里总有嗡嗡的噪音，查不出来源", Nearness.SAME_BUILDING),
    (FUMES, "里院面馆的油烟直往楼上飘", Nearness.SAME_SHOP),
    ("烧烤店半夜喝酒喧哗吵得睡不着", "夜里烧烤摊大声喧哗，孩子睡不着", Nearness.SAME_GRID),
    ("电动车堵在楼道口充电", "楼道里有人给电动车充电，很危险", Nearness.SAME_GRID),
    ("The street light is broken", "street light near the gate is out", Nearness.WITHIN_REACH),
]
OTHER = [
    (HUM, FUMES, Nearness.SAME_SHOP),
    ("楼上漏水，屋顶湿了", "楼道灯不亮", Nearness.SAME_BUILDING),
    ("垃圾桶满了没人清", "下水道堵了污水外溢", Nearness.SAME_GRID),
    (
        "希望相关部门尽快处理，谢谢，路灯坏了",
        "希望相关部门尽快处理，谢谢，狗叫一整夜",
        Nearness.SAME_BUILDING,
    ),
    ("loud music at night from the bar", "rubbish bins at the corner are full", Nearness.SAME_SHOP),
    (HUM, HUM, Nearness.FAR),
]


@pytest.mark.parametrize(("one", "other", "near"), SAME)
def test_two_ways_to_say_the_same_are_alike(one: str, other: str, near: Nearness) -> None:
    assert is_alike(likeness(pieces_of(one), pieces_of(other)), near, same_category=False)


@pytest.mark.parametrize(("one", "other", "near"), OTHER)
def test_another_matter_is_not_alike_even_at_the_same_place(one: str, other: str, near: Nearness) -> None:
    assert not is_alike(likeness(pieces_of(one), pieces_of(other)), near, same_category=False)


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_between_none_and_all_and_the_same_both_ways(one: str, other: str) -> None:
    measured = likeness(pieces_of(one), pieces_of(other))
    assert 0 <= measured <= 1
    assert measured == likeness(pieces_of(other), pieces_of(one))


@given(st.text(alphabet="楼上吊扇嗡响灯坏路漏水", min_size=4, max_size=60))
def test_a_text_is_wholly_like_itself(text: str) -> None:
    assert likeness(pieces_of(text), pieces_of(text)) == (1 if pieces_of(text) else 0)


def test_nearer_places_ask_for_less_likeness() -> None:
    ordered = sorted(LIKENESS_NEEDED, reverse=True)
    needed = [LIKENESS_NEEDED[near] for near in ordered]
    assert needed == sorted(needed)
    assert Nearness.FAR not in LIKENESS_NEEDED


HERE = Spot(grid=1, building=7, party=3, note="东里1幢", longitude=119.45, latitude=32.2)


@pytest.mark.parametrize(
    ("there", "near"),
    [
        (Spot(grid=1, party=3), Nearness.SAME_SHOP),
        (Spot(grid=1, building=7), Nearness.SAME_BUILDING),
        (Spot(grid=1, note="东里1幢"), Nearness.SAME_BUILDING),
        (Spot(grid=2, note="东里1幢"), Nearness.FAR),
        (Spot(grid=2, longitude=119.452, latitude=32.2), Nearness.WITHIN_REACH),
        (Spot(grid=2, longitude=119.4525, latitude=32.2), Nearness.FAR),
        (Spot(grid=1), Nearness.SAME_GRID),
        (Spot(grid=2, building=8, party=4), Nearness.FAR),
        (Spot(), Nearness.FAR),
    ],
)
def test_the_nearest_relation_that_holds_counts(there: Spot, near: Nearness) -> None:
    assert nearness(HERE, there) is near
    assert nearness(there, HERE) is near


def test_nothing_known_of_two_places_makes_them_not_near() -> None:
    assert nearness(Spot(), Spot()) is Nearness.FAR


def test_metres_are_measured_on_the_ground() -> None:
    apart = metres_apart(Spot(longitude=119.0, latitude=32.0), Spot(longitude=119.0, latitude=32.001))
    assert apart is not None
    assert math.isclose(apart, 111.32, rel_tol=0.01)
    assert metres_apart(Spot(longitude=119.0, latitude=32.0), Spot()) is None
