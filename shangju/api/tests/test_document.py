"""``docs/api.md`` is true: every example is sent as it stands there, and the tables are those of the code."""

import json
import re
import shlex
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shangju.accounts.models import TokenScope
from shangju.api.scopes import SCOPES
from shangju.api.submitted import WorklistQuery
from shangju.api.tests.calls import key_of
from shangju.cases.codes import format_code
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street

pytestmark = pytest.mark.django_db
TEXT = (Path(__file__).resolve().parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = "\n".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL))
EXAMPLES = re.findall(r"^curl .*(?:\n  .*)*", BLOCKS, re.MULTILINE)
HOST = "https://shangju.example"
PASSWORD = "Lantern-2026"


def request_of(example: str, known: dict[str, str]) -> dict[str, Any]:
    """Method, address, headers and body of one line of curl."""
    for name, value in known.items():
        example = example.replace(name, value)
    words = shlex.split(example.replace("\\\n", " "))
    asked: dict[str, Any] = {"method": "GET", "headers": {}, "body": ""}
    for flag, value in pairwise(words):
        if flag == "-X":
            asked["method"] = value
        elif flag == "-H":
            name, _colon, content = value.partition(": ")
            asked["headers"][name] = content
        elif flag == "-d":
            asked["body"] = value
    asked["path"] = next(word for word in words if word.startswith(HOST)).removeprefix(HOST)
    return asked


STATE_FOR = {"confirmation": State.RESOLVED}
"""What the concern of an example must have come to."""


def test_the_document_has_its_examples() -> None:
    assert len(EXAMPLES) >= 12


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_does_what_it_says(number: int, street: Street, now: datetime) -> None:
    example = EXAMPLES[number]
    state = next((state for word, state in STATE_FOR.items() if word in example), State.IN_PROGRESS)
    case = case_in(state, street, now=now)
    readers = {"approvals": "officer", "webhooks": "system_administrator"}
    reader = street.users[next((who for word, who in readers.items() if word in example), "grid_worker")]
    reader.set_password(PASSWORD)
    reader.save()
    known = {
        "K7M2-QW9X-3ZTPA": format_code(case.tracking_code),
        "DSK26-000123": case.number,
        "$KEY": key_of(reader, now=timezone.now()),
        "321102003001G01": street.areas["grid"].code,
        '"321102"': f'"{street.areas["subdistrict"].code}"',
        '"seen": 4': f'"seen": {case.history_length}',
        '"grid-worker", "password": "…"': f'"{reader.username}", "password": "{PASSWORD}"',
    }
    asked = request_of(example, known)
    client = Client(enforce_csrf_checks=True)
    content_type = asked["headers"].pop("Content-Type", "application/json")
    response = client.generic(
        asked["method"], asked["path"], asked["body"], content_type=content_type, headers=asked["headers"]
    )
    made = asked["method"] == "POST" and asked["path"].endswith(("/concerns", "/tokens", "/webhooks"))
    assert response.status_code == (201 if made else 200), (example, response.content)
    if asked["path"].endswith("/moves") and asked["method"] == "POST":
        with everywhere(EverywhereReason.VERIFICATION):
            assert case.events.latest("sequence").kind == json.loads(asked["body"])["move"]


def test_every_scope_and_every_filter_is_in_its_table() -> None:
    assert all(f"| `{scope}` |" in TEXT for scope in TokenScope.values)
    filters = set(WorklistQuery.model_fields) - {"cursor", "limit"}
    rows = TEXT[TEXT.index("| filter of") :].split("\n\n")[0]
    assert {name for name in re.findall(r"`(\w+)`", rows) if name in WorklistQuery.model_fields} == filters
    assert set(TokenScope) - {scope for scope in SCOPES.values() if scope} <= {TokenScope.MANAGE_WEBHOOKS}
