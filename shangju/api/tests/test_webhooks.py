"""Webhooks through the interface, as a program of the system administrator makes and keeps them."""

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shangju.api.tests.calls import Caller, key_of, refusal
from shangju.areas.tests.trees import person
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.tests.street import Street, make_street
from shangju.webhooks.models import Subscription
from shangju.webhooks.signing import new_secret, signed_headers

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "api.md"


@pytest.fixture
def street() -> Street:
    return make_street()


@pytest.fixture
def caller(street: Street) -> Caller:
    return Caller(key_of(person("system-one", role="system"), now=datetime.now(UTC)))


def asked(street: Street, **changes: Any) -> dict[str, Any]:
    return {
        "name": "平台",
        "area": street.areas["first"].code,
        "address": "https://example.cn/hook",
    } | changes


def test_the_secret_is_shown_once(street: Street, caller: Caller) -> None:
    made = caller.post("/webhooks", asked(street, kinds=["resolve"]))
    assert made.status_code == 201, made.content
    given = made.json()
    with everywhere(EverywhereReason.VERIFICATION):
        assert given["secret"] == Subscription.objects.get().secret
    shown = caller.get(f"/webhooks/{given['id']}").json()
    assert shown == {name: value for name, value in given.items() if name != "secret"}
    assert caller.get("/webhooks").json() == [shown]
    other = caller.post(f"/webhooks/{given['id']}/secret", {}).json()["secret"]
    assert other != given["secret"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "http://10.0.0.1/"}, "address"),
        ({"address": "https://10.0.0.1/"}, "address"),
        ({"area": "nowhere"}, "area"),
        ({"kinds": ["explode"]}, "kinds"),
        ({"name": ""}, "name"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    street: Street, caller: Caller, changes: dict[str, Any], field: str
) -> None:
    problem = refusal(caller.post("/webhooks", asked(street, **changes)), 422)
    assert field in problem["errors"]
    with everywhere(EverywhereReason.VERIFICATION):
        assert not Subscription.objects.exists()


def test_a_test_call_waits_and_can_be_repeated_unless_stopped(street: Street, caller: Caller) -> None:
    pk = caller.post("/webhooks", asked(street)).json()["id"]
    delivery = caller.post(f"/webhooks/{pk}/test", {}).json()
    assert (delivery["kind"], delivery["state"]) == ("ping", "pending")
    page = caller.get(f"/webhooks/{pk}/deliveries").json()
    assert page == {"items": [delivery], "next_cursor": None}
    assert caller.post(f"/webhooks/{pk}/stop", {}).json()["is_active"] is False
    refusal(caller.post(f"/webhooks/{pk}/test", {}), 409)
    assert caller.post(f"/webhooks/{pk}/start", {}).json()["is_active"] is True
    assert caller.post(f"/webhooks/deliveries/{delivery['id']}/again", {}).status_code == 202


def test_nobody_else_finds_out_what_there_is(street: Street, caller: Caller) -> None:
    pk = caller.post("/webhooks", asked(street)).json()["id"]
    desk = Caller(key_of(street.desk, now=datetime.now(UTC)))
    for number in (pk, pk + 1):
        refusal(desk.get(f"/webhooks/{number}"), 403)
    refusal(caller.get(f"/webhooks/{pk + 1}"), 404)
    refusal(caller.get(f"/webhooks/{10**30}"), 404)


def test_the_verification_in_the_document_works() -> None:
    """The example of docs/api.md, run as it stands there."""
    example = re.search(
        r"```python\n(.*?def is_genuine.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL
    )
    assert example
    known: dict[str, Any] = {"base64": base64, "hashlib": hashlib, "hmac": hmac}
    exec(example[1], known)
    old, secret, body = new_secret(), new_secret(), b'{"type":"ping"}'
    headers = signed_headers([secret], key="event-1-1", timestamp=1_800_000_000, body=body)
    both = signed_headers([old, secret], key="event-1-1", timestamp=1_800_000_000, body=body)
    genuine = known["is_genuine"]
    assert genuine(secret, headers, body, now=1_800_000_100)
    assert genuine(secret, both, body, now=1_800_000_100)
    assert not genuine(secret, headers, body + b" ", now=1_800_000_100)
    assert not genuine(old, headers, body, now=1_800_000_100)
    assert not genuine(secret, headers, body, now=1_800_000_000 + 301)
    assert not genuine(secret, headers | {"webhook-id": "event-2-1"}, body, now=1_800_000_100)
