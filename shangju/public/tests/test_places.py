"""Naming the place of a report: by a shop's or building's name, or by a touch of the map; always without a script."""

import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.cache import cache
from django.test import Client

from shangju.areas import geometry
from shangju.areas.models import Area
from shangju.areas.outline_drawing import short_name
from shangju.cases.models import Case
from shangju.cases.place_search import place_by_key, places_named
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.photos.models import Photo
from shangju.photos.tests.pictures import encoded, picture, upload
from shangju.public.place_map import SIZE, draw, frame_around
from tests.street import Street

pytestmark = pytest.mark.django_db

WEST, EAST, SOUTH, NORTH = 119.44, 119.46, 32.20, 32.22


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


@pytest.fixture
def drawn(street: Street, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Street:
    """The street with outlines: the first community is the west half, its grid the south of that."""
    settings.INTAKE_PER_MINUTE = 0
    cache.clear()
    middle = (WEST + EAST) / 2
    outlines = {
        "first": box(WEST, SOUTH, middle, NORTH),
        "second": box(middle, SOUTH, EAST, NORTH),
        "grid": box(WEST, SOUTH, middle, (SOUTH + NORTH) / 2),
    }
    with everywhere(EverywhereReason.VERIFICATION):
        for name, outline in outlines.items():
            Area.objects.filter(pk=street.areas[name].pk).update(outline=outline)
    monkeypatch.setattr(geometry, "_kept", None)  # what it keeps is of another test's street
    return street


def page_of(client: Client, **changed: object) -> str:
    """The form sent with a button that only looks for the place."""
    start = client.get("/report/", headers={"accept-language": "en"}).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', start)
    assert key is not None
    form = {"key": key[1], "text": "油烟", "area": "", "address": "", "request_type": "complaint", **changed}
    answer = client.post("/report/", form, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("里院", "里院面馆"),
        ("五金", "东里五金店"),
        ("东里1幢", "里院面馆"),
        ("", None),
        ("。", None),
        ("没有这家", None),
        ("里\0院", "里院面馆"),
        ("\0", None),
    ],
)
def test_words_find_shops_and_buildings(street: Street, words: str, first: str | None) -> None:
    found = places_named(words)
    assert (found[0].label if found else None) == first


@pytest.mark.parametrize(
    "key", ["", "party-", "party-x", "party-99999999", "party-" + "9" * 40, "area-NONE", "area-\0", "shop-1"]
)
def test_a_key_that_names_nothing_is_nobody(street: Street, key: str) -> None:
    assert place_by_key(key) is None


def test_looking_for_a_shop_keeps_everything_and_stores_no_case(drawn: Street, client: Client) -> None:
    photo = upload(encoded(picture()))
    page = page_of(client, text="油烟呛人", address="面馆", phone="abc", look_up="1", photos=[photo])
    assert "里院面馆" in page
    assert "油烟呛人" in page
    assert 'value="abc"' in page
    assert "field--wrong" not in page
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.count() == 0
        kept = Photo.objects.get()
    assert f'value="{kept.pk}" checked' in page


def test_looking_for_a_place_first_finds_no_fault_with_the_rest(drawn: Street, client: Client) -> None:
    assert "field--wrong" not in page_of(client, text="", address="面馆", look_up="1")


def test_the_shop_that_was_chosen_is_the_place(drawn: Street, client: Client) -> None:
    shop = drawn.parties["other_shop"]
    start = client.get("/report/").content.decode()
    form = {
        "key": value_of(start, "key"), "text": "切割声", "request_type": "complaint", "may_be_called": "on",
        "address": "五金", "spot": f"party-{shop.pk}", "area": drawn.areas["other_grid"].code,
    }  # fmt: skip
    assert client.post("/report/", form).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        case = Case.objects.get()
        assert (case.place_party_id, case.area_id, case.place_note) == (shop.pk, shop.area_id, shop.name)


def test_touches_of_the_map_go_closer_in_and_set_the_grid(drawn: Street, client: Client) -> None:
    page = page_of(client, **{"map.x": "60", "map.y": "200"})
    grid = drawn.areas["grid"]
    assert value_of(page, "map_of") == drawn.areas["first"].code
    assert f'value="{grid.code}" selected' in page
    longitude, latitude = float(value_of(page, "longitude")), float(value_of(page, "latitude"))
    assert WEST < longitude < (WEST + EAST) / 2
    assert SOUTH < latitude < (SOUTH + NORTH) / 2
    whole = page_of(
        client, map_of=drawn.areas["first"].code, longitude=longitude, latitude=latitude, whole_map="1"
    )
    assert value_of(whole, "map_of") == value_of(whole, "longitude") == ""


@pytest.mark.parametrize(
    ("x", "y", "refused"),
    [("0", "0", False), ("nan", "1", False), ("1", "", False), ("2", "2", True), ("9" * 30, "9" * 30, True)],
)
def test_a_touch_that_means_nothing_changes_nothing(
    drawn: Street, client: Client, x: str, y: str, refused: bool
) -> None:
    page = page_of(client, **{"map.x": x, "map.y": y})
    assert value_of(page, "longitude") == ""
    assert ("There is no grid at this point" in page) is refused


def test_a_point_outside_the_area_chosen_afterwards_is_dropped(drawn: Street, client: Client) -> None:
    form = {
        "key": "web-1", "text": "积水", "request_type": "complaint", "area": drawn.areas["second"].code,
        "longitude": WEST + 0.001, "latitude": SOUTH + 0.001,
    }  # fmt: skip
    assert client.post("/report/", form).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        case = Case.objects.get()
        assert case.area_id == drawn.areas["second"].pk
        assert case.longitude is None


def test_the_script_gets_the_same_choice(drawn: Street, client: Client) -> None:
    answer = client.post("/report/places/", {"address": "面馆\0"})
    assert "里院面馆" in answer.content.decode()


def test_every_pixel_comes_back_to_itself(drawn: Street) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        frame = frame_around([Area.objects.get(pk=drawn.areas["first"].pk)])
    assert frame is not None
    for x, y in ((0, 0), (SIZE, SIZE), (17, 201)):
        assert frame.pixel(*frame.point(x, y)) == pytest.approx((x, y), abs=0.1)


def test_a_name_cannot_break_out_of_the_picture(drawn: Street) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        area = Area.objects.get(pk=drawn.areas["first"].pk)
    area.name = '<script>"&'
    shown = draw([area], community=None, point=None)
    assert shown is not None
    assert "&lt;script>" in unquote(shown.picture)
    assert not set('"<>') & set(shown.picture)


@pytest.mark.parametrize(
    ("name", "community", "short"),
    [
        ("宋官营第1网格", "宋官营社区", "第1网格"), ("大市口商圈专属网格", "宋官营社区", "大市口商圈专属网格"),
        ("Songguanying Grid 1", "Songguanying Community", "Grid 1"), ("宋官营社区", "", "宋官营"),
    ],
)  # fmt: skip
def test_names_on_the_map_are_short(name: str, community: str, short: str) -> None:
    assert short_name(name, community) == short
