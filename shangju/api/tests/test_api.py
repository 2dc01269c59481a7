"""The first slice of the API: names, status codes, problems, and what is stored."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shangju.accounts.models import TokenScope
from shangju.accounts.services import issue_token
from shangju.cases.models import Case, CaseEvent
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def post(client: Client) -> Callable[..., Any]:
    def send(path: str, body: Any, **headers: str) -> Any:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post(
            f"/api/v1/{path}", body, content_type=JSON, headers={"Accept-Language": "en", **names}
        )

    return send


def token_of(street: Street, role: str) -> str:
    user = street.users[role]
    return (
        f"Bearer {issue_token(user, name='test', scopes=TokenScope.values, by=user, now=timezone.now())[1]}"
    )


def test_the_same_key_gives_the_same_answer_and_one_case(street: Street, post: Callable[..., Any]) -> None:
    body = {
        "text": "半夜装卸货太吵",
        "place": {"area_code": street.areas["grid"].code},
        "contact": {"phone": "13900001111"},
    }
    first = post("concerns", body, Idempotency_Key="k-1")
    again = post("concerns", body, Idempotency_Key="k-1")
    other = post("concerns", {**body, "text": "别的事"}, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert first.json() == again.json()
    assert set(first.json()) == {"number", "tracking_code", "state", "promises", "personal_data"}
    assert {promise["step"] for promise in first.json()["promises"]} == {"accept", "first_contact", "close"}
    assert other["Content-Type"] == "application/problem+json"
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.filter(number=first.json()["number"]).count() == 1
        assert not Case.objects.filter(text="别的事").exists()


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"text": ""}, 422, "text"),
        ({"text": "x" * 4001}, 422, "text"),
        ({"text": "\ud800"}, 422, "text"),
        ({"text": "a\x00b"}, 422, "text"),
        ({}, 422, "text"),
        ({"text": "x", "category": "9999"}, 422, "category"),
        ({"text": "x", "category": "01"}, 422, "category"),
        ({"text": "x", "place": {"area_code": "nowhere"}}, 422, "place.area_code"),
        ({"text": "x", "place": {"lon": 181, "lat": 0}}, 422, "place.lon"),
        ({"text": "x", "contact": {"phone": "12"}}, 422, "contact.phone"),
        ({"text": "x", "channel": "pigeon"}, 422, "channel"),
        ({"text": "x", "photos": ["no-uuid"]}, 422, "photos.0"),
        ({"text": ["x"]}, 422, "text"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(
    street: Street, post: Callable[..., Any], body: Any, status: int, field: str
) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        before = Case.objects.count()
    answer = post("concerns", {"place": {"area_code": street.areas["grid"].code}, **body})
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert field in answer.json()["errors"]
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.count() == before


@pytest.mark.parametrize("garbage", ["{", "[]", "null", '"x"', "\x00", '{"text": 1e999}'])
def test_garbage_is_refused_and_nothing_breaks(client: Client, garbage: str) -> None:
    for path in ("concerns", "tokens", "concerns/NO-SUCH-CODE/confirmation"):
        answer = client.post(f"/api/v1/{path}", garbage, content_type=JSON)
        assert 400 <= answer.status_code < 500


def test_staff_work_a_case_from_the_list_to_a_move(
    street: Street, client: Client, post: Callable[..., Any], now: Any
) -> None:
    number = case_in(State.REGISTERED, street, now=now).number
    key = token_of(street, "officer")
    listed = client.get("/api/v1/cases?state=registered", headers={"Authorization": key})
    assert [item["number"] for item in listed.json()["items"]] == [number]
    moves = client.get(f"/api/v1/cases/{number}/moves", headers={"Authorization": key}).json()
    assert "accept" in [move["move"] for move in moves]
    body = {"move": "accept", "category": "0103", "request_type": "complaint"}
    assert post(f"cases/{number}/moves", body, Authorization=key).json()["state"] == "accepted"
    assert post(f"cases/{number}/moves", body, Authorization=key).status_code == 409
    assert post(f"cases/{number}/moves", {"move": "dispatch"}, Authorization=key).status_code == 422
    assert post(f"cases/{number}/moves", {"move": "sign"}, Authorization=key).status_code == 403
    with everywhere(EverywhereReason.VERIFICATION):
        assert CaseEvent.objects.filter(case__number=number, kind="accept").count() == 1


def test_a_case_shows_its_chain_and_never_the_contact(street: Street, client: Client, now: Any) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    answer = client.get(
        f"/api/v1/cases/{case.number}", headers={"Authorization": token_of(street, "officer")}
    )
    rows = answer.json()["history"]
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(after["previous_hash"] == before["hash"] for before, after in pairwise(rows))
    assert not {"phone", "name", "contact", "tracking_code"} & set(answer.json())


def test_strangers_and_members_read_no_case(street: Street, client: Client, now: Any) -> None:
    number = case_in(State.IN_PROGRESS, street, now=now).number
    assert client.get(f"/api/v1/cases/{number}").status_code == 401
    for role in ("shopkeeper", "resident"):
        answer = client.get(f"/api/v1/cases/{number}", headers={"Authorization": token_of(street, role)})
        assert answer.status_code in {403, 404}


def test_the_description_is_openapi_3_1(client: Client) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert {"/api/v1/concerns", "/api/v1/cases", "/api/v1/tokens", "/api/v1/uploads"} <= set(
        described["paths"]
    )
