"""S3: whatever a client sends, the interface answers below 500 and stores whole objects or nothing.

Schemathesis makes the requests from the interface's own description, valid and broken ones, always the same ones.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from shangju.accounts.services import issue_token
from shangju.api.interface import api
from shangju.cases import chain
from shangju.cases.codes import format_code
from shangju.cases.models import Case, CaseClock, CaseEvent, IdempotencyKey
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.config.wsgi import application
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street

EXAMPLES = int(os.environ.get("SHANGJU_FUZZ_EXAMPLES", "40"))
"""Requests for each operation, sound and broken; the long run (docs/writing-tests.md) makes hundreds."""

OPERATIONS = [
    (method.upper(), path) for path, ways in api.get_openapi_schema()["paths"].items() for method in ways
]
NOTHING_TO_BREAK = {("GET", "/api/v1/categories"), ("GET", "/api/v1/concerns/{tracking_code}")}
"""No parameter, or one that takes any text: there are no broken requests."""

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Requests share the connection of the test, whose transaction is rolled back; as with Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def opened(street: Street, now: datetime) -> dict[str, str]:
    """A real number, a real code and a real key: requests must get behind the first door."""
    case = case_in(State.RESOLVED, street, now=now)
    officer = street.users["officer"]
    key = issue_token(officer, name="fuzz", by=officer, now=datetime.now(now.tzinfo))[1]
    return {"number": case.number, "tracking_code": format_code(case.tracking_code), "key": key}


def send(case: Any, opened: dict[str, str], *, is_valid: bool) -> int:
    """Send one request; to an existing case where the request is otherwise sound. The status."""
    if is_valid:
        for name in case.path_parameters or {}:
            case.path_parameters[name] = opened[name]
    response = case.call(headers={"Authorization": f"Bearer {opened['key']}", "Accept-Language": "en"})
    cache.clear()
    assert response.status_code < 500, (case.formatted_path, case.body, response.content)
    if response.status_code >= 400:
        assert response.headers["content-type"] == ["application/problem+json"]
    return int(response.status_code)


def assert_nothing_is_half_stored() -> None:
    """Each case has its clocks and an unbroken history, each key its case, and nothing lies about."""
    with everywhere(EverywhereReason.VERIFICATION):
        for case in Case.objects.all():
            assert chain.first_break(case, case.events.all()) is None
            assert case.clocks.exists()
        numbers = set(Case.objects.values_list("pk", flat=True))
        for model in (CaseEvent, CaseClock, IdempotencyKey):
            assert set(model.objects.values_list("case_id", flat=True)) <= numbers


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    [
        *((*operation, GenerationMode.POSITIVE) for operation in OPERATIONS),
        *(
            (*operation, GenerationMode.NEGATIVE)
            for operation in OPERATIONS
            if operation not in NOTHING_TO_BREAK
        ),
    ],
)
def test_no_request_breaks_the_interface(
    method: str, path: str, mode: GenerationMode, opened: dict[str, str]
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    operation = next(each for each in found if (each.method.upper(), each.path) == (method, path))
    taken: list[int] = []

    @seed(20260305)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def requests(case: Any) -> None:
        taken.append(send(case, opened, is_valid=mode is GenerationMode.POSITIVE))

    with everywhere(EverywhereReason.VERIFICATION):
        before = Case.objects.count()
    requests()
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.count() <= before + taken.count(201)
    assert taken
    assert_nothing_is_half_stored()
