"""The pages of keys: one's own, and the security administrator's."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shangju.accounts import services
from shangju.accounts.models import ApiToken
from tests.street import Street

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
VALUES = {"name": "grid program", "scopes": ["read_cases", "upload"], "days": "30"}


def browser_of(street: Street, name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(street.users[name], backend=BACKEND)
    return client


def test_a_key_is_shown_once_and_then_opens(street: Street) -> None:
    browser = browser_of(street, "officer")
    answer = browser.post(reverse("accounts:make_key"), VALUES)
    shown = re.search(r"sj_[A-Za-z0-9_-]{40,}", answer.content.decode())
    assert shown is not None
    assert answer["Cache-Control"] == "private, no-store"
    token = services.valid_token(shown.group(), now=timezone.now())
    assert (token.user, token.name) == (street.users["officer"], "grid program")
    assert token.scopes == ["read_cases", "upload"]
    assert (token.expires_at - token.created_at).days == 30
    listed = browser.get(reverse("accounts:keys")).content.decode()
    assert "grid program" in listed
    assert shown.group() not in listed


@pytest.mark.parametrize(
    "change", [{"scopes": []}, {"scopes": ["everything"]}, {"days": "366"}, {"name": ""}]
)
def test_a_faulty_form_makes_none_and_keeps_what_was_filled_in(
    street: Street, change: dict[str, object]
) -> None:
    answer = browser_of(street, "officer").post(reverse("accounts:make_key"), VALUES | change)
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()
    assert ("grid program" in answer.content.decode()) == ("name" not in change)


def test_who_has_a_password_must_have_given_it_lately(street: Street) -> None:
    officer = street.users["officer"]
    officer.set_password("Lantern-2026")
    officer.save()
    browser = browser_of(street, "officer")
    for answer in (
        browser.get(reverse("accounts:make_key")),
        browser.post(reverse("accounts:make_key"), VALUES),
    ):
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not ApiToken.objects.exists()
    # The form that was sent goes through once the password was given: nothing is typed twice.
    again = {"password": "Lantern-2026", "next": reverse("accounts:make_key")}
    made = browser.post(reverse("account_reauthenticate"), again)
    assert "sj_" in made.content.decode()
    assert ApiToken.objects.count() == 1


def test_one_revokes_ones_own_key_and_nobody_elses(street: Street) -> None:
    officer = street.users["officer"]
    token, _plain = services.issue_token(officer, name="x", scopes=["upload"], by=officer, now=timezone.now())
    address = reverse("accounts:revoke_key", args=[token.pk])
    assert browser_of(street, "unit").post(address).status_code == 404
    assert ApiToken.objects.get().revoked_at is None
    assert browser_of(street, "officer").post(address).status_code == 302
    assert ApiToken.objects.get().revoked_at is not None


def test_the_security_administrator_sees_holders_and_ends_all_of_theirs(street: Street) -> None:
    officer, now = street.users["officer"], timezone.now()
    for name in ("one", "two"):
        services.issue_token(officer, name=name, scopes=["upload"], by=officer, now=now)
    browser = browser_of(street, "security_administrator")
    assert officer.username in browser.get(reverse("accounts:all_keys")).content.decode()
    browser.post(reverse("accounts:revoke_all", args=[officer.pk]))
    assert ApiToken.objects.filter(revoked_at__isnull=True).count() == 0
    assert officer.username not in browser.get(reverse("accounts:all_keys")).content.decode()
