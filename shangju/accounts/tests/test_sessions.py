"""The idle limit and the second factor."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client, RequestFactory

from shangju.accounts import services
from shangju.accounts.models import User
from shangju.accounts.tests.conftest import PASSWORD
from shangju.accounts.tests.test_password_sign_in import sign_in
from shangju.core.models import AuditEvent

PROFILE = "/accounts/profile/"


def idle_for(client: Client, minutes: float) -> None:
    session = client.session
    session["seen_at"] -= int(minutes * 60)
    session.save()


@pytest.fixture
def officer(client: Client, make_user: Callable[..., User]) -> User:
    user = make_user("system-admin", role="system")
    sign_in(client, "system-admin")
    client.get(PROFILE)
    return user


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_idle_officer_is_signed_out_and_told_why(
    client: Client, officer: User, settings: object, language: str
) -> None:
    client.cookies["django_language"] = language
    idle_for(client, settings.IDLE_MINUTES + 1)
    answer = client.get(PROFILE + "?a=1")
    assert answer["Location"] == "/accounts/login/?why=idle&next=%2Faccounts%2Fprofile%2F%3Fa%3D1"
    assert "_auth_user_id" not in client.session
    page = client.get(answer["Location"])
    assert page.context["why_idle"]
    assert str(settings.IDLE_MINUTES) in page.content.decode()
    assert AuditEvent.objects.filter(action="user.signed_out", actor=officer).exists()


def test_who_works_stays(client: Client, officer: User, settings: object) -> None:
    for _ in range(3):
        idle_for(client, settings.IDLE_MINUTES - 1)
        assert client.get(PROFILE).status_code == 200


def test_the_limit_can_be_set_to_what_assessors_ask(client: Client, officer: User, settings: object) -> None:
    settings.IDLE_MINUTES = 10
    idle_for(client, 11)
    assert client.get(PROFILE).status_code == 302


def test_residents_are_not_hurried(client: Client, make_user: Callable[..., User], settings: object) -> None:
    make_user("resident")
    sign_in(client, "resident")
    assert client.get(PROFILE).status_code == 200
    assert "seen_at" not in client.session
    assert client.session.get_expiry_age() == 14 * 24 * 60 * 60


def test_a_form_that_comes_too_late_is_not_lost_silently(
    client: Client, officer: User, settings: object
) -> None:
    idle_for(client, settings.IDLE_MINUTES + 1)
    answer = client.post(
        PROFILE,
        {
            "language": "en",
            "words": "楼下餐馆油烟很大 <b>",
            "password": "a-long-secret",
            "csrfmiddlewaretoken": "tttttttttt",
        },
        headers={"Referer": "http://testserver/accounts/profile/?tab=2"},
    )
    page = answer.content.decode()
    assert answer.status_code == 401
    assert "楼下餐馆油烟很大 &lt;b&gt;" in page
    assert "a-long-secret" not in page
    assert 'name="next" value="/accounts/profile/?tab=2"' in page
    officer.refresh_from_db()
    assert officer.language == "zh-hans"
    assert "_auth_user_id" not in client.session


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def set_up_second_factor(client: Client) -> str:
    """Through the pages; the secret."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/2fa/totp/activate/"})
    page = client.get("/accounts/2fa/totp/activate/")
    secret: str = page.context["form"].secret
    assert "data:image/svg+xml;base64," in page.content.decode()
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    cache.clear()
    return secret


def test_the_second_factor_from_setting_up_to_switching_off(
    client: Client, make_user: Callable[..., User]
) -> None:
    user = make_user()
    sign_in(client)
    assert client.get("/accounts/2fa/").status_code == 200
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302
    secret = set_up_second_factor(client)
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))
    recovery = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]

    other = Client()
    assert sign_in(other)["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in other.session
    assert other.get("/accounts/2fa/authenticate/").status_code == 200
    assert other.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    other.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert other.session["_auth_user_id"] == str(user.pk)

    for expected in [True, False]:  # a recovery code works once
        third = Client()
        sign_in(third)
        third.post("/accounts/2fa/authenticate/", {"code": recovery[0]})
        assert ("_auth_user_id" in third.session) is expected

    request = RequestFactory().post("/api/v1/tokens")
    with pytest.raises(services.SignInRefused) as refused:
        services.authenticate_password(request, user.username, PASSWORD)
    assert refused.value.code == "second_factor_needed"

    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/2fa/"})
    assert client.post("/accounts/2fa/totp/deactivate/", {}).status_code == 302
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    ("asked_of", "role", "free"),
    [("none", "system", True), ("administrators", "system", False), ("staff", "audit", False),
     ("administrators", "", True), ("staff", "", True)],
)  # fmt: skip
def test_a_deployment_can_ask_for_a_second_factor(
    client: Client, make_user: Callable[..., User], settings: object, asked_of: str, role: str, free: bool
) -> None:
    settings.REQUIRE_SECOND_FACTOR = asked_of
    make_user(role=role)
    sign_in(client)
    answer = client.get("/my/")
    assert answer.status_code == 200 if free else answer["Location"] == "/accounts/2fa/totp/activate/"
    if not free:
        set_up_second_factor(client)
        assert client.get("/my/").status_code == 200
        client.post("/accounts/2fa/totp/deactivate/", {})
        assert Authenticator.objects.filter(type="totp").exists()
