"""Signing in by password: the lock, the way back, the session."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from django.urls import reverse

from shangju.accounts import services
from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import User
from shangju.accounts.roster import set_user_active
from shangju.accounts.tests.conftest import PASSWORD
from shangju.core.models import AuditEvent

LOGIN = "/accounts/login/"


def sign_in(client: Client, name: str = "grid-worker", password: str = PASSWORD, **extra: object):
    return client.post(LOGIN, {"login": name, "password": password, "next": extra.pop("next", "")}, **extra)


def fail(client: Client, times: int, name: str = "grid-worker", **extra: object):
    for _ in range(times):
        response = sign_in(client, name, "wrong", **extra)
    return response


def test_the_right_password_signs_in_and_changes_the_session_key(
    client: Client, make_user: Callable[..., User]
) -> None:
    user = make_user(language="en")
    client.get(LOGIN)
    client.session["before"] = 1
    session = client.session
    session.save()
    before = session.session_key
    response = sign_in(client, "Grid-Worker")
    assert response.status_code == 302
    assert response["Location"] == reverse("my:home")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.session_key != before
    assert response.cookies["django_language"].value == "en"
    assert AuditEvent.objects.filter(action="user.signed_in", actor=user).count() == 1


def test_a_language_chosen_in_the_browser_wins_over_the_profile(
    client: Client, make_user: Callable[..., User]
) -> None:
    make_user(language="zh-hans")
    client.cookies["django_language"] = "en"
    assert "django_language" not in sign_in(client).cookies


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_unknown_name_wrong_password_and_closed_account_get_one_answer(
    client: Client, make_user: Callable[..., User], language: str
) -> None:
    make_user()
    make_user("closed", is_active=False)
    client.cookies["django_language"] = language
    pages = []
    for name, password in [("nobody", "x"), ("grid-worker", "x"), ("closed", "x"), ("closed", PASSWORD)]:
        response = sign_in(client, name, password)
        assert response.status_code == 200
        assert "_auth_user_id" not in client.session
        pages.append((response.context["form"].errors.as_text(), len(response.templates)))
    assert len(set(pages)) == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_five_failures_lock_even_for_the_right_password(
    client: Client, make_user: Callable[..., User], language: str
) -> None:
    user = make_user()
    client.cookies["django_language"] = language
    assert fail(client, 4).status_code == 200
    assert fail(client, 1).status_code == 429
    locked = sign_in(client)
    assert locked.status_code == 429
    assert locked["Retry-After"] == "300"
    assert "_auth_user_id" not in client.session
    event = AuditEvent.objects.get(action="sign_in.locked")
    assert (event.object_type, event.object_id) == ("accounts.user", str(user.pk))


def test_four_failures_do_not_lock_and_success_forgets_them(
    client: Client, make_user: Callable[..., User]
) -> None:
    make_user()
    fail(client, 4)
    assert sign_in(client).status_code == 302
    client.logout()
    fail(client, 4)
    assert sign_in(client).status_code == 302


def test_capitals_do_not_make_another_name(client: Client, make_user: Callable[..., User]) -> None:
    make_user()
    for name in ["grid-worker", "GRID-worker", "Grid-Worker", " grid-worker", "ｇrid-worker"]:
        response = sign_in(client, name, "wrong")
    assert response.status_code == 429


def test_a_lock_opens_after_five_minutes_and_knocking_does_not_prolong_it(
    client: Client, make_user: Callable[..., User]
) -> None:
    make_user()
    fail(client, 5)
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=4))
    at = AccessAttempt.objects.get().attempt_time
    assert sign_in(client).status_code == 429
    assert AccessAttempt.objects.get().attempt_time == at
    AccessAttempt.objects.update(attempt_time=at - timedelta(seconds=61))
    assert sign_in(client).status_code == 302
    assert AuditEvent.objects.filter(action="sign_in.locked").count() == 1


def test_one_colleague_does_not_lock_the_office_nor_a_stranger_the_colleague(
    client: Client, make_user: Callable[..., User]
) -> None:
    make_user()
    make_user("duty-desk")
    fail(client, 5, REMOTE_ADDR="10.1.1.1")
    assert sign_in(client, "duty-desk", REMOTE_ADDR="10.1.1.1").status_code == 302
    client.logout()
    assert sign_in(client, REMOTE_ADDR="10.2.2.2").status_code == 302


def test_many_addresses_together_lock_a_name_everywhere(
    client: Client, make_user: Callable[..., User]
) -> None:
    make_user()
    for number in range(5):
        fail(client, 4, REMOTE_ADDR=f"10.0.0.{number}")
    assert sign_in(client, REMOTE_ADDR="10.9.9.9").status_code == 429


def test_unknown_names_lock_too_and_no_password_is_kept(client: Client, db: None) -> None:
    response = fail(client, 5, name="13800138000")
    assert response.status_code == 429
    attempt = AccessAttempt.objects.get()
    assert AuditEvent.objects.get(action="sign_in.locked").object_type == "axes.accessattempt"
    assert "wrong" not in attempt.post_data
    assert "13800138000" not in attempt.post_data + attempt.username


def test_the_security_administrator_unlocks(client: Client, make_user: Callable[..., User]) -> None:
    make_user()
    make_user("security-admin", role="security")
    fail(client, 5)
    guard = Client()
    sign_in(guard, "security-admin")
    page = guard.get("/accounts/locks/")
    assert [lock.name for lock in page.context["locks"]] == ["grid-worker"]
    assert guard.post("/accounts/locks/unlock/", {"name": "grid-worker"}).status_code == 302
    assert sign_in(client).status_code == 302
    assert AuditEvent.objects.get(action="sign_in.unlocked").actor.username == "security-admin"


@pytest.mark.parametrize("role", ["", "system", "audit"])
def test_nobody_else_sees_or_opens_locks(client: Client, make_user: Callable[..., User], role: str) -> None:
    make_user(role=role)
    fail(client, 5, name="somebody")
    sign_in(client)
    assert client.get("/accounts/locks/").status_code == 403
    assert client.post("/accounts/locks/unlock/", {"name": "somebody"}).status_code == 403
    assert AccessAttempt.objects.filter(username="somebody").exists()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http://localhost/x",
    ],
)
def test_no_other_host_is_gone_to(client: Client, make_user: Callable[..., User], target: str) -> None:
    make_user()
    assert sign_in(client, next=target)["Location"] == reverse("my:home")


def test_a_page_of_ours_is_gone_to(client: Client, make_user: Callable[..., User]) -> None:
    make_user()
    assert sign_in(client, next="/accounts/profile/?a=1")["Location"] == "/accounts/profile/?a=1"


def test_a_foreign_host_header_is_refused(client: Client) -> None:
    assert client.get(LOGIN, headers={"Host": "evil.example"}).status_code == 400


def test_no_sign_in_without_the_csrf_token(make_user: Callable[..., User]) -> None:
    make_user()
    assert sign_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_pages_of_somebody_signed_in_are_not_cached(client: Client, make_user: Callable[..., User]) -> None:
    make_user()
    sign_in(client)
    assert client.get("/accounts/profile/")["Cache-Control"] == "private, no-store"
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_signing_out_needs_a_post(client: Client, make_user: Callable[..., User]) -> None:
    make_user()
    sign_in(client)
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session


def test_only_demo_mode_lists_sign_ins_and_fills_names_in(
    client: Client, make_user: Callable[..., User], settings: object
) -> None:
    make_user()
    page = client.get(LOGIN, {"as": "grid-worker"})
    assert settings.DEMO_PASSWORD in page.content.decode()
    assert 'value="grid-worker"' in page.content.decode()
    assert 'value="a-stranger"' not in client.get(LOGIN, {"as": "a-stranger"}).content.decode()
    settings.DEMO = False
    page = client.get(LOGIN, {"as": "grid-worker"}).content.decode()
    assert settings.DEMO_PASSWORD not in page
    assert 'value="grid-worker"' not in page


@pytest.mark.parametrize(
    ("new", "fits"),
    [("Lantern-2027", True), ("short-1A"[:7], False), ("onlysmallletters", False), ("grid-worker1", False)],
)
def test_changing_the_password(client: Client, make_user: Callable[..., User], new: str, fits: bool) -> None:
    user = make_user()
    sign_in(client)
    other = Client()
    sign_in(other)
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", data)
    user.refresh_from_db()
    assert user.check_password(new) is fits
    assert AuditEvent.objects.filter(action="user.password_changed").exists() is fits
    assert client.get("/accounts/profile/").status_code == 200
    assert other.get("/accounts/profile/").status_code == (302 if fits else 200)


def test_the_language_of_the_profile_is_stored_and_used(
    client: Client, make_user: Callable[..., User]
) -> None:
    user = make_user()
    sign_in(client)
    response = client.post("/accounts/profile/", {"language": "en", "display_name": "Mayor"})
    assert response.cookies["django_language"].value == "en"
    user.refresh_from_db()
    assert (user.language, user.display_name) == ("en", "网格员 3号")
    assert client.post("/accounts/profile/", {"language": "xx"}).status_code == 422


def test_a_user_closed_meanwhile_is_signed_out(
    client: Client, make_user: Callable[..., User], now: object
) -> None:
    user = make_user()
    sign_in(client)
    set_user_active(user, is_active=False, reason="left", by=COMMAND_LINE, now=now)
    assert client.get("/accounts/profile/").status_code == 302


def test_the_api_goes_through_the_same_lock(client: Client, make_user: Callable[..., User]) -> None:
    user = make_user()
    request = RequestFactory().post("/api/v1/tokens")
    assert services.authenticate_password(request, "grid-worker", PASSWORD) == user
    for _ in range(4):
        with pytest.raises(services.SignInRefused):
            services.authenticate_password(RequestFactory().post("/api/v1/tokens"), "grid-worker", "wrong")
    with pytest.raises(services.SignInLocked):
        services.authenticate_password(RequestFactory().post("/api/v1/tokens"), "grid-worker", "wrong")
    with pytest.raises(services.SignInLocked):
        services.authenticate_password(RequestFactory().post("/api/v1/tokens"), "grid-worker", PASSWORD)
    assert sign_in(client).status_code == 429
