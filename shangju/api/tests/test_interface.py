"""Keys, reference data, the description, and what is the same for every address."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from shangju.accounts.models import ApiToken
from shangju.api.interface import api
from shangju.api.tests.calls import Caller, refusal
from shangju.core.models import AuditEvent
from tests.street import Street

pytestmark = pytest.mark.django_db
PASSWORD = "Richtig-7-Lang"


def with_password(street: Street, name: str) -> dict[str, Any]:
    user = street.users[name]
    user.set_password(PASSWORD)
    user.save()
    return {"username": user.username, "password": PASSWORD, "name": "grid program", "scopes": ["read_cases"]}


def test_a_password_gives_a_key_that_opens_the_users_cases(street: Street) -> None:
    response = Caller().post("/tokens", with_password(street, "officer"))
    assert response.status_code == 201, response.content
    answer = json.loads(response.content)
    stored = ApiToken.objects.get()
    assert (stored.user, stored.name) == (street.users["officer"], "grid program")
    assert stored.digest not in answer["token"]
    assert answer["token"] not in stored.digest
    assert abs(datetime.fromisoformat(answer["expires_at"]) - stored.expires_at).total_seconds() < 1
    assert 89 <= (stored.expires_at - timezone.now()).days <= 90
    assert Caller(answer["token"]).get("/cases").status_code == 200
    assert AuditEvent.objects.filter(action="api_token.issued", actor=street.users["officer"]).count() == 1


def test_a_wrong_password_gives_none_and_at_last_a_lock(street: Street) -> None:
    right = with_password(street, "officer")
    answers = [Caller().post("/tokens", right | {"password": "wrong"}) for _time in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 429]
    assert refusal(answers[0], 401)["code"] == "sign_in_refused"
    locked = Caller().post("/tokens", right)
    assert refusal(locked, 429)["code"] == "sign_in_locked"
    assert locked["Retry-After"] == "300"
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"), ({"name": "n" * 61}, "name"), ({"name": None}, "name"), ({"password": 5}, "password"),
        ({"username": "\x00"}, "username"), ({"username": "\ud800"}, "username"), ({"username": "u" * 201}, "username"),
        ({"days": 366}, "days"), ({"days": 0}, "days"), ({"scopes": []}, "scopes"), ({"scopes": ["all"]}, "scopes.0"),
        ({"hours": 5}, "hours"),
    ],
)  # fmt: skip
def test_a_key_needs_its_fields(change: dict[str, Any], field: str, street: Street) -> None:
    response = Caller().post("/tokens", with_password(street, "officer") | change)
    assert field in refusal(response, 422)["errors"]
    assert not ApiToken.objects.exists()


def test_who_must_have_a_second_factor_gets_no_key_without(street: Street, settings: Any) -> None:
    right = with_password(street, "officer")
    key = json.loads(Caller().post("/tokens", right).content)["token"]
    settings.REQUIRE_SECOND_FACTOR = "staff"
    assert refusal(Caller().post("/tokens", right), 403)["code"] == "second_factor_missing"
    assert refusal(Caller(key).get("/cases"), 403)["code"] == "second_factor_missing"
    assert ApiToken.objects.count() == 1


def test_areas_are_public_knowledge(street: Street, now: datetime) -> None:
    grid = street.areas["grid"]
    items = json.loads(Caller().get("/areas").content)
    assert {row["code"] for row in items} == {area.code for area in street.areas.values()}
    assert {row["code"]: row["parent"] for row in items}[grid.code] == street.areas["first"].code
    below = json.loads(Caller().get("/areas", kind="grid", parent=street.areas["first"].code).content)
    assert grid.code in {row["code"] for row in below}
    assert {row["kind"] for row in below} == {"grid"}
    assert json.loads(Caller().get("/areas", kind="planet").content) == []
    refusal(Caller().get("/areas", kind="\x00"), 422)


@pytest.mark.parametrize(("language", "name"), [("en", "name_en"), ("zh-CN", "name_zh")])
def test_categories_come_as_a_tree_in_the_readers_language(language: str, name: str, street: Street) -> None:
    items = json.loads(Caller(language=language).get("/categories").content)
    leaf = street.category("0103")
    found = [row for root in items for row in root["children"] if row["code"] == "0103"]
    assert (len(items), found[0]["name"], found[0]["deadline_class"]) == (
        12,
        getattr(leaf, name),
        leaf.deadline_class,
    )


def test_the_description_is_openapi_3_1_and_names_every_operation() -> None:
    response = Caller().get("/openapi.json")
    assert response.status_code == 200
    schema = json.loads(response.content)
    assert schema["openapi"] == "3.1.0"
    assert {(method, path) for path, ways in schema["paths"].items() for method in ways} == {
        ("post", "/api/v1/concerns"),
        ("get", "/api/v1/concerns/{tracking_code}"),
        ("post", "/api/v1/concerns/{tracking_code}/confirmation"),
        ("post", "/api/v1/concerns/{tracking_code}/words"),
        ("post", "/api/v1/concerns/{tracking_code}/withdrawal"),
        ("get", "/api/v1/concerns/{tracking_code}/photos/{photo_id}/{size}"),
        ("get", "/api/v1/articles"),
        ("get", "/api/v1/articles/{pk}"),
        ("get", "/api/v1/tokens"),
        ("delete", "/api/v1/tokens/{pk}"),
        ("get", "/api/v1/approvals"),
        ("get", "/api/v1/cases/{number}/photos/{photo_id}/{size}"),
        ("post", "/api/v1/uploads"),
        ("get", "/api/v1/areas"),
        ("get", "/api/v1/categories"),
        ("get", "/api/v1/articles"),
        ("get", "/api/v1/articles/{pk}"),
        ("get", "/api/v1/webhooks"),
        ("post", "/api/v1/webhooks"),
        ("get", "/api/v1/webhooks/{pk}"),
        ("put", "/api/v1/webhooks/{pk}"),
        ("delete", "/api/v1/webhooks/{pk}"),
        ("post", "/api/v1/webhooks/{pk}/secret"),
        ("post", "/api/v1/webhooks/{pk}/stop"),
        ("post", "/api/v1/webhooks/{pk}/start"),
        ("post", "/api/v1/webhooks/{pk}/test"),
        ("get", "/api/v1/webhooks/{pk}/deliveries"),
        ("post", "/api/v1/webhooks/deliveries/{pk}/again"),
        ("post", "/api/v1/tokens"),
        ("get", "/api/v1/cases"),
        ("get", "/api/v1/cases/{number}"),
        ("get", "/api/v1/cases/{number}/moves"),
        ("post", "/api/v1/cases/{number}/moves"),
        ("post", "/api/v1/cases/{number}/reveal"),
    }
    report = schema["paths"]["/api/v1/concerns"]["post"]
    assert [parameter["name"] for parameter in report["parameters"]] == ["Idempotency-Key"]
    assert list(report["responses"]["409"]["content"]) == ["application/problem+json"]


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/concerns/a/b/c", "/concerns/", "/cases/x/y", "/%00", "/docs"]
)
def test_an_address_that_is_none_is_404(path: str) -> None:
    assert refusal(Caller().get(path), 404)["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/concerns", "POST"), ("DELETE", "/cases", "GET"), ("PUT", "/cases/x/moves", "GET, POST"),
        ("PATCH", "/areas", "GET"), ("PUT", "/tokens", "GET, POST"), ("GET", "/uploads", "POST"),
        ("POST", "/categories", "GET"),
    ],
)  # fmt: skip
def test_a_method_that_does_not_fit_is_405(method: str, path: str, allowed: str) -> None:
    response: Any = Caller().client.generic(method, f"/api/v1{path}")
    assert refusal(response, 405)["code"] == "method_not_allowed"
    assert response["Allow"] == allowed


@pytest.mark.parametrize(
    ("fault", "status", "code"), [(OperationalError("away"), 503, "database_away"), (KeyError("ours"), 500, "server_error")]
)  # fmt: skip
def test_faults_of_ours_are_problem_details_too(
    fault: Exception, status: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise fault

    monkeypatch.setattr("shangju.api.views.reference.category_tree", broken)
    assert refusal(Caller().get("/categories"), status)["code"] == code


def test_every_operation_says_how_it_refuses() -> None:
    for ways in api.get_openapi_schema()["paths"].values():
        for operation in ways.values():
            assert {400, 401, 403, 404, 409, 413, 422, 429} <= set(operation["responses"])
