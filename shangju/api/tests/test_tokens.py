"""Keys: what each is for, how it ends, and how often it may be used."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from shangju.accounts.models import ApiToken, TokenScope
from shangju.accounts.services import issue_token
from shangju.api.interface import api
from shangju.api.scopes import SCOPES, operation_at
from shangju.api.tests.calls import Caller, key_of, refusal
from shangju.cases.models import CaseEvent
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

OPERATIONS = {
    operation_at(method, path): operation
    for path, ways in api.get_openapi_schema()["paths"].items()
    for method, operation in ways.items()
}


def test_every_operation_has_its_row_and_no_row_is_left_over() -> None:
    assert set(SCOPES) == set(OPERATIONS)


def test_the_description_names_the_scope_of_every_operation() -> None:
    for operation, described in OPERATIONS.items():
        scope = SCOPES[operation]
        by_key = [way["BearerKey"] for way in described.get("security", []) if "BearerKey" in way]
        assert by_key == ([] if operation == "POST /tokens" else [[scope.value] if scope else []]), operation


def asked(caller: Caller, operation: str, values: dict[str, object]) -> Any:
    method, _space, path = operation.partition(" ")
    address = path.format(**values)
    if method == "GET":
        return caller.get(address)
    if method == "PUT":
        return caller.put(address, {})
    return caller.delete(address) if method == "DELETE" else caller.post(address, {})


@pytest.mark.parametrize("operation", [name for name, scope in SCOPES.items() if scope])
def test_a_key_opens_what_it_is_for_and_nothing_else(operation: str, street: Street) -> None:
    case = case_in(State.IN_PROGRESS, street, now=timezone.now())
    scope = SCOPES[operation]
    assert scope is not None
    officer = street.users["system_administrator" if scope is TokenScope.MANAGE_WEBHOOKS else "officer"]
    values: dict[str, object] = {
        "number": case.number, "tracking_code": case.tracking_code, "pk": 1, "photo_id": "x", "size": "full",
    }  # fmt: skip
    others = [each.value for each in TokenScope if each is not scope]
    without = asked(Caller(key_of(officer, now=timezone.now(), scopes=others)), operation, values)
    told = refusal(without, 403)
    assert told["code"] == "scope_missing"
    assert scope.value in told["detail"]
    fitting = asked(Caller(key_of(officer, now=timezone.now(), scopes=[scope.value])), operation, values)
    assert fitting.status_code in {200, 404, 422}, fitting.content
    with everywhere(EverywhereReason.VERIFICATION):
        assert not CaseEvent.objects.filter(case=case, by=officer, kind="visit").exists()


def test_an_operation_without_a_row_is_open_to_no_key(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = Caller(key_of(street.users["officer"], now=timezone.now()))
    assert key.get("/cases").status_code == 200
    monkeypatch.delitem(SCOPES, "GET /cases")
    assert refusal(key.get("/cases"), 403)["code"] == "scope_missing"


def test_a_signed_in_browser_needs_no_scope(street: Street) -> None:
    browser = Client()
    browser.force_login(street.users["officer"], backend=BACKEND)
    assert browser.get("/api/v1/cases").status_code == 200


def test_a_key_says_why_it_opens_nothing_any_more(street: Street) -> None:
    officer, now = street.users["officer"], timezone.now()
    token, plain = issue_token(officer, name="old", scopes=["read_cases"], by=officer, now=now)
    caller = Caller(plain)
    assert caller.get("/cases").status_code == 200
    ApiToken.objects.update(created_at=now - timedelta(days=91), expires_at=now - timedelta(days=1))
    day = timezone.localdate(now - timedelta(days=1)).isoformat()
    told = refusal(caller.get("/cases"), 401)
    assert (told["code"], day in told["detail"]) == ("key_expired", True)
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=now)
    answer = caller.get("/cases")
    assert refusal(answer, 401)["code"] == "key_revoked"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_key_sees_and_ends_itself_alone(street: Street) -> None:
    officer, now = street.users["officer"], timezone.now()
    first, plain = issue_token(officer, name="first", scopes=["upload"], by=officer, now=now)
    second, _plain = issue_token(officer, name="second", scopes=["upload"], by=officer, now=now)
    foreign, _plain = issue_token(
        street.users["unit"], name="x", scopes=["upload"], by=street.users["unit"], now=now
    )
    caller = Caller(plain)
    (row,) = json.loads(caller.get("/tokens").content)
    assert (row["id"], row["name"], row["scopes"], "token" in row) == (first.pk, "first", ["upload"], False)
    for other in (second, foreign):
        refusal(caller.delete(f"/tokens/{other.pk}"), 404)
    assert not ApiToken.objects.filter(revoked_at__isnull=False).exists()
    assert caller.delete(f"/tokens/{first.pk}").status_code == 204
    refusal(caller.get("/tokens"), 401)
    browser = Client()
    browser.force_login(officer, backend=BACKEND)
    assert [row["name"] for row in browser.get("/api/v1/tokens").json()] == ["second", "first"]
    assert browser.delete(f"/api/v1/tokens/{foreign.pk}").status_code == 404
    assert browser.delete(f"/api/v1/tokens/{second.pk}").status_code == 204
    assert set(ApiToken.objects.filter(revoked_at__isnull=False)) == {first, second}


def test_a_browser_ends_no_key_without_its_csrf_token(street: Street) -> None:
    officer = street.users["officer"]
    token, _plain = issue_token(officer, name="x", scopes=["upload"], by=officer, now=timezone.now())
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(officer, backend=BACKEND)
    assert browser.delete(f"/api/v1/tokens/{token.pk}").status_code == 403
    assert ApiToken.objects.get().revoked_at is None


@pytest.fixture
def limits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Small limits, within one minute that does not end."""
    monkeypatch.setattr("shangju.core.rate_limit.time.time", lambda: 1_772_700_000.0)
    cache.clear()
    settings.API_PER_MINUTE = {"reads": 2, "writes": 1, "uploads": 1, "keys": 1}
    found: dict[str, int] = settings.API_PER_MINUTE
    return found


def test_each_key_has_a_count_of_its_own_for_reads_and_for_writes(
    street: Street, limits: dict[str, int]
) -> None:
    first, second = (Caller(key_of(street.users[name], now=timezone.now())) for name in ("officer", "leader"))
    assert [first.get("/cases").status_code for _time in range(3)] == [200, 200, 429]
    answer = first.get("/cases")
    assert refusal(answer, 429)["code"] == "too_many_requests"
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert first.post("/cases/x/moves", {"move": "sign"}).status_code == 404
    refusal(first.post("/cases/x/moves", {"move": "sign"}), 429)
    assert second.get("/cases").status_code == 200


def test_an_address_is_stopped_whatever_keys_it_tries(street: Street, limits: dict[str, int]) -> None:
    given = [Caller(f"sj_{number}").get("/cases").status_code for number in range(11)]
    assert given == [401] * 10 + [429]
    refusal(Caller(key_of(street.users["officer"], now=timezone.now())).get("/areas"), 429)
    elsewhere = Client().get("/api/v1/areas", REMOTE_ADDR="10.1.2.3")
    assert elsewhere.status_code == 200


def test_making_keys_is_counted_for_itself(street: Street, limits: dict[str, int]) -> None:
    body = {"username": "nobody", "password": "wrong", "name": "x", "scopes": ["upload"]}
    assert [Caller().post("/tokens", body).status_code for _time in range(2)] == [401, 429]
    assert Caller().get("/areas").status_code == 200


def test_no_limit_is_a_limit_that_can_be_chosen(street: Street, limits: dict[str, int]) -> None:
    limits["reads"] = 0
    caller = Caller(key_of(street.users["officer"], now=timezone.now()))
    assert {caller.get("/cases").status_code for _time in range(30)} == {200}
