"""The QR code of a place or shop: a short address that fills the place in, and the sheet to print."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from shangju.cases.models import Case
from shangju.cases.place_codes import codes_within
from shangju.cases.workflow import Channel
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ENGLISH = {"Accept-Language": "en"}
LARGEST_PAGE = 80_000


def sent_from(page: str, client: Client, **more: str) -> None:
    """Send the form as the page shows it, hidden and ticked values included."""
    values = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    values |= dict(re.findall(r'<input type="text" name="(address)" value="([^"]*)"', page))
    values |= dict(re.findall(r'<input type="radio" name="(spot)" value="([^"]+)" checked', page))
    areas = re.search(r'name="area"[^>]*>(.*?)</select>', page, re.DOTALL)
    chosen = re.search(r'<option value="([^"]+)" selected', areas[1] if areas else "")
    values |= {"area": chosen[1] if chosen else "", "text": "楼道灯不亮", "request_type": "complaint", **more}
    answer = client.post(reverse("public:report"), values)
    assert answer.status_code == 302, answer.content.decode()


def the_case() -> Case:
    with everywhere(EverywhereReason.VERIFICATION):
        return Case.objects.select_related("area", "place_party").get()


@pytest.mark.parametrize("area", ["first", "grid", "micro", "building"])
def test_the_code_of_an_area_fills_the_place_in(street: Street, area: str) -> None:
    client = Client()
    answer = client.get(reverse("public:place", args=[street.areas[area].code]), headers=ENGLISH)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "You scanned the code" in page
    sent_from(page, client)
    assert (the_case().area_id, the_case().channel) == (street.areas[area].pk, Channel.QR_CODE)


def test_the_code_of_a_shop_fills_the_shop_in(street: Street) -> None:
    client, shop = Client(), street.parties["shop"]
    sent_from(client.get(reverse("public:member_place", args=[shop.pk])).content.decode(), client)
    assert (the_case().place_party_id, the_case().channel) == (shop.pk, Channel.QR_CODE)


@pytest.mark.parametrize("address", ["/q/nothing-here/", "/q/m/999999/", "/q/m/99999999999999999999999/"])
def test_an_unknown_code_leads_to_the_plain_form_with_a_sentence(street: Street, address: str) -> None:
    client = Client()
    answer = client.get(address, headers=ENGLISH)
    assert answer.status_code == 200
    assert "names no place any more" in answer.content.decode()
    sent_from(answer.content.decode(), client, area=street.areas["grid"].code)
    assert the_case().area_id == street.areas["grid"].pk


def test_a_home_bears_no_code(street: Street) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        paths = [code.path for code in codes_within(street.areas["first"], buildings=True, shops=True)]
    assert reverse("public:place", args=[street.areas["grid"].code]) in paths
    assert reverse("public:member_place", args=[street.parties["shop"].pk]) in paths
    assert not [path for path in paths if "H" in path]


def test_what_a_scan_loads_is_light(street: Street) -> None:
    headers = {"Accept-Encoding": "gzip"}
    answer = Client().get(reverse("public:place", args=[street.areas["building"].code]), headers=headers)
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) < LARGEST_PAGE


def sheet(street: Street, who: str, **query: str) -> str:
    client = Client()
    client.force_login(street.users[who], backend=BACKEND)
    answer = client.get(reverse("desk:place_codes"), query, headers=ENGLISH)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_sheet_holds_a_card_for_each_place_with_both_languages_and_nothing_of_anybody(
    street: Street,
) -> None:
    page = sheet(street, "officer", area=street.areas["grid"].code, size="a4", buildings="on", shops="on")
    assert "有事请扫码" in page
    assert "Scan to report" in page
    for name in ("东里1幢", "里院面馆", "东里五金店"):
        assert name in page
    assert page.count('class="place-card"') == page.count("data:image/svg+xml")
    assert f"{settings.PUBLIC_URL}/q/{street.areas['grid'].code}/" in page
    for person in street.users.values():
        if person != street.users["officer"]:
            assert person.display_name not in page


def test_a_sheet_of_another_area_cannot_be_had(street: Street) -> None:
    assert "place-card" not in sheet(street, "officer", area=street.areas["other_grid"].code, size="a4")
    assert "place-card" not in sheet(street, "officer")
    assert 'place-cards--a6"' in sheet(street, "officer", area=street.areas["grid"].code, size="a6")
