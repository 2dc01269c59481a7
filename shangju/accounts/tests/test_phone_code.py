"""Signing in by a code on the phone: nobody learns who has an account."""

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shangju.accounts.models import Person, User
from shangju.core.models import AuditEvent
from shangju.gateways.models import OutgoingMessage

REQUEST = "/accounts/login/code/"
CONFIRM = "/accounts/login/code/confirm/"
PHONE = "13800138000"


class BrokenGateway:
    """A gateway that is away."""

    def send(self, message: object, *, now: object) -> None:
        raise OSError("away")


def ask(client: Client, phone: str = PHONE, **extra: object):
    return client.post(REQUEST, {"phone": phone, **extra})


def sent_code() -> str:
    match = re.search(r"(?<!\d)\d{6}(?!\d)", OutgoingMessage.objects.latest("pk").body)
    assert match
    return match.group()


def test_the_first_code_makes_a_resident_and_nothing_more(client: Client, db: None) -> None:
    assert ask(client, "+86 138 0013 8000").status_code == 302
    assert User.objects.count() == 0
    message = OutgoingMessage.objects.get()
    assert (message.channel, message.recipient) == ("sms", PHONE)
    response = client.post(CONFIRM, {"code": sent_code()})
    assert response["Location"] == reverse("my:home")
    user = User.objects.get()
    assert (user.phone, user.phone_verified, user.person.identity_level) == (PHONE, True, 1)
    assert user.username.startswith("resident-")
    assert user.display_name_en == f"Resident no. {user.pk}"
    assert user.display_name
    assert not user.has_usable_password()
    assert client.session["_auth_user_id"] == str(user.pk)
    assert AuditEvent.objects.filter(action="user.signed_up").count() == 1


def test_a_known_phone_signs_its_user_in(client: Client, make_user: Callable[..., User]) -> None:
    user = make_user(phone=PHONE)
    ask(client, "１３８ ００１３ ８０００", next="/accounts/profile/")
    client.post(CONFIRM, {"code": sent_code()})
    assert client.session["_auth_user_id"] == str(user.pk)
    user.refresh_from_db()
    assert user.phone_verified
    assert User.objects.count() == 1
    assert not Person.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_known_unknown_and_closed_numbers_cannot_be_told_apart(
    make_user: Callable[..., User], language: str
) -> None:
    make_user(phone="13800138001")
    make_user("closed", phone="13800138002", is_active=False)
    seen, counts = [], []
    for phone in ["13800138000", "13800138001", "13800138002"]:
        client = Client()
        client.cookies["django_language"] = language
        with CaptureQueriesContext(connection) as queries:
            answer = ask(client, phone)
        counts.append([re.sub(r"'[^']*'|\d+", "?", query["sql"])[:60] for query in queries])
        page = client.get(CONFIRM).content.decode()
        seen.append((answer.status_code, answer["Location"], re.sub(r'value="[^"]*"|138\*+\d{4}', "", page)))
    assert seen[0] == seen[1] == seen[2]
    assert counts[0] == counts[1] == counts[2]
    assert OutgoingMessage.objects.count() == 3


def test_a_closed_account_stays_closed(client: Client, make_user: Callable[..., User]) -> None:
    make_user("closed", phone=PHONE, is_active=False)
    ask(client)
    client.post(CONFIRM, {"code": sent_code()})
    assert "_auth_user_id" not in client.session


def test_three_wrong_codes_end_the_try(client: Client, db: None) -> None:
    ask(client)
    code = sent_code()
    wrong = "000000" if code != "000000" else "111111"
    for status in [200, 200, 302]:
        assert client.post(CONFIRM, {"code": wrong}).status_code == status
    assert client.post(CONFIRM, {"code": code}).status_code == 302
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 0


def test_a_code_ends_after_five_minutes(client: Client, db: None) -> None:
    ask(client)
    session = client.session
    state = session["account_login"]
    state["state"]["stages"]["login_by_code"]["data"]["at"] -= 301
    session["account_login"] = state
    session.save()
    client.post(CONFIRM, {"code": sent_code()})
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 0


def test_a_code_of_another_browser_does_not_fit(client: Client, db: None) -> None:
    ask(client)
    code = sent_code()
    assert Client().post(CONFIRM, {"code": code}).status_code == 302
    assert User.objects.count() == 0


def test_neither_number_nor_code_waits_in_the_clear(client: Client, db: None) -> None:
    ask(client)
    decoded = str(Session.objects.get().get_decoded())
    assert PHONE not in decoded
    assert sent_code() not in decoded


def test_only_three_codes_in_five_minutes_for_one_number(db: None) -> None:
    for _ in range(3):
        assert ask(Client()).status_code == 302
    answer = ask(Client())
    assert answer.status_code == 200
    assert answer.context["form"].errors["phone"]
    assert ask(Client(), "13800138009").status_code == 302
    assert OutgoingMessage.objects.count() == 4


@pytest.mark.parametrize("phone", ["", "12345", "03158888888", "13800138000a"])
def test_what_is_no_number_gets_a_sentence_at_its_field(client: Client, db: None, phone: str) -> None:
    answer = ask(client, phone)
    assert answer.context["form"].errors["phone"]
    assert not OutgoingMessage.objects.exists()


def test_a_gateway_that_is_away_gets_a_sentence(client: Client, db: None, settings: object) -> None:
    settings.GATEWAYS = {"sms": "shangju.accounts.tests.test_phone_code.BrokenGateway"}
    answer = ask(client)
    assert answer.status_code == 503
    assert answer.context["form"].errors["phone"]
    assert "account_login" not in client.session


def test_starting_again_forgets_the_code(client: Client, db: None) -> None:
    ask(client)
    assert client.get(REQUEST).status_code == 302
    client.post("/accounts/logout/", {"next": REQUEST})
    assert client.get(REQUEST).status_code == 200


@pytest.mark.parametrize(
    "path", ["signup/", "email/", "password/reset/", "phone/change/", "social/", "2fa/webauthn/"]
)
def test_no_other_page_of_the_library_can_be_reached(client: Client, db: None, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404
