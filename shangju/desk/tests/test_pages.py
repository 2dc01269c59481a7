"""The desk's pages as a clerk meets them: a call entered, filters seen, a colleague who was first."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from shangju.cases.models import Case
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.desk.views.cases import back_to
from shangju.posts.middleware import ScopeMiddleware
from tests.street import Street

pytestmark = pytest.mark.django_db

WORDS = "楼下棋牌室半夜打麻将，声音很大"


def signed_in(street: Street, name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(street.users[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def entered(client: Client, street: Street) -> Case:
    """A call entered by the form, as Enter in the field of the address sends it."""
    form = client.get(reverse("desk:enter")).context["form"]
    answer = client.post(
        reverse("desk:enter"),
        {
            "key": form["key"].value(),
            "phone": "13900001111",
            "text": WORDS,
            "area": street.areas["grid"].code,
            "channel": "phone",
            "request_type": "complaint",
        },
    )
    assert answer.status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        return Case.objects.get()


def test_enter_in_a_field_registers_the_call(street: Street) -> None:
    client = signed_in(street, "duty_desk")
    page = client.get(reverse("desk:enter")).content.decode()
    form = page[page.index('name="key"') :]
    # Enter presses the first button of the form: it must not be the one that looks the phone up.
    assert form.index('<button class="button button--primary"') < form.index('name="look_up"')
    fields = [form.index(f'name="{name}"') for name in ("phone", "text", "address", "area", "channel")]
    assert fields == sorted(fields)
    assert entered(client, street).text == WORDS


def test_bad_input_keeps_everything(street: Street) -> None:
    client = signed_in(street, "duty_desk")
    answer = client.post(
        reverse("desk:enter"),
        {
            "key": "k",
            "phone": "13900001111",
            "text": "",
            "address": "八叉巷",
            "channel": "phone",
            "request_type": "help",
        },
    )
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["text"]
    page = answer.content.decode()
    assert 'value="13900001111"' in page
    assert 'value="八叉巷"' in page
    with everywhere(EverywhereReason.VERIFICATION):
        assert not Case.objects.exists()


def test_whoever_was_second_is_told_who_was_first_and_keeps_what_they_wrote(street: Street) -> None:
    client = signed_in(street, "duty_desk")
    case = entered(client, street)
    address = reverse("desk:move", args=[case.number, "accept"])
    move = {"category": "0105", "request_type": "complaint", "seen": "1"}
    assert client.post(address, move).status_code == 302
    second = client.post(address, {**move, "note": "我的备注"})
    assert second.status_code == 409
    page = second.content.decode()
    assert "was first: “Accept”" in page
    assert "我的备注" in page
    assert "Next step: Dispatch" in page
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.get().history_length == 2


def test_the_usual_next_step_is_open_and_the_others_are_folded(street: Street) -> None:
    client = signed_in(street, "duty_desk")
    page = client.get(reverse("desk:case", args=[entered(client, street).number])).content.decode()
    assert '<details class="card card--next" id="move-accept" open>' in page
    assert '<details class="disclosure" id="move-decline">' in page


def test_filters_that_are_set_stand_over_the_list_and_figures_say_what_is_shown(street: Street) -> None:
    client = signed_in(street, "duty_desk")
    entered(client, street)
    plain = client.get(reverse("desk:worklist")).content.decode()
    assert 'class="chip"' not in plain
    assert 'class="figure" href="?state=registered">' in plain
    narrowed = client.get(reverse("desk:worklist"), {"state": "registered", "q": "麻将"}).content.decode()
    assert 'class="chip" href="?state=registered"' in narrowed
    assert 'class="chip" href="?q=%E9%BA%BB%E5%B0%86"' in narrowed
    assert WORDS in narrowed
    shown = client.get(reverse("desk:worklist"), {"state": "registered"}).content.decode()
    assert 'href="?state=registered" aria-current="true"' in shown


@pytest.mark.parametrize(
    ("reader", "leads_to"), [("duty_desk", "desk:case"), ("other_officer", "desk:worklist")]
)
def test_a_move_that_took_the_case_away_leads_to_the_list(street: Street, reader: str, leads_to: str) -> None:
    case = entered(signed_in(street, "duty_desk"), street)
    request = RequestFactory().post("/")
    request.user = street.users[reader]
    answer = ScopeMiddleware(lambda scoped: back_to(scoped, case.number))(request)
    assert answer.url == reverse(leads_to, args=[case.number] if leads_to == "desk:case" else [])
