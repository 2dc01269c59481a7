"""S3: whatever a client sends, the interface answers below 500 and stores whole objects or nothing.

Schemathesis makes the requests from the interface's own description, valid and broken ones, always the same ones.
"""

import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache as cache_of
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from shangju.accounts.models import TokenScope
from shangju.accounts.services import issue_token
from shangju.api.interface import api
from shangju.api.tests.calls import Caller, key_of, refusal
from shangju.cases import chain
from shangju.cases.codes import format_code
from shangju.cases.models import Case, CaseClock, CaseEvent, IdempotencyKey
from shangju.cases.tests.stories import case_in, raised
from shangju.cases.workflow import State
from shangju.config.wsgi import application
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.photos.services import store_photo
from shangju.photos.tests.pictures import encoded, picture, upload
from tests.odd_input import ODD_TEXTS
from tests.permission_forms import MOVE_VALUES
from tests.permission_objects import Objects, article_of, give_to_member, objects_of
from tests.permission_requests import case_for_row, move_values
from tests.planting import plant
from tests.street import Street, build_street

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
EXAMPLES = int(os.environ.get("SHANGJU_FUZZ_EXAMPLES", "6"))
"""Requests for each operation, sound and broken; the long run (docs/writing-tests.md) makes hundreds."""

OPERATIONS = [
    (method.upper(), path) for path, ways in api.get_openapi_schema()["paths"].items() for method in ways
]
PROBLEM = {"type", "title", "status", "detail", "code", "errors", "reference"}


def can_be_broken(method: str, path: str) -> bool:
    """Whether there are broken requests: not where nothing is given, or only texts that may be any."""
    described = api.get_openapi_schema()["paths"][path][method.lower()]
    given = [each["schema"] for each in described.get("parameters", [])]
    return "requestBody" in described or any(set(schema) - {"title", "type"} for schema in given)


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Requests share the connection of the test, whose transaction is rolled back; as with Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _grow_opened() -> dict[str, str]:
    street = build_street()
    photo = store_photo(upload(encoded(picture())), by=None, now=NOW)
    case = case_in(State.RESOLVED, street, now=NOW, photo_ids=[photo.pk])
    officer = street.users["officer"]
    token, key = issue_token(officer, name="fuzz", scopes=TokenScope.values, by=officer, now=timezone.now())
    with everywhere(EverywhereReason.VERIFICATION):
        article = article_of(street, now=NOW)
    return {
        "number": case.number,
        "tracking_code": format_code(case.tracking_code),
        "photo_id": str(photo.pk),
        "size": "thumbnail",
        "/api/v1/articles/{pk}": str(article.pk),
        "/api/v1/tokens/{pk}": str(token.pk),
        # Nobody's: the key is an officer's, and webhooks are the system administrator's.
        **{path: "1" for path in api.get_openapi_schema()["paths"] if path.startswith("/api/v1/webhooks")},
        "key": key,
    }


@pytest.fixture
def opened(db: None) -> dict[str, str]:
    """Real objects and a real key: requests must get behind the first door."""
    return plant(_grow_opened)


def to_its_end(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """The application, its answer read and closed: the caller forgets to close files."""
    answer = application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


def send(case: Any, opened: dict[str, str], *, is_valid: bool) -> int:
    """Send one request; to an existing case where the request is otherwise sound. The status."""
    if is_valid:
        for name in case.path_parameters or {}:
            case.path_parameters[name] = opened[case.path if name == "pk" else name]
    response = case.call(headers={"Authorization": f"Bearer {opened['key']}", "Accept-Language": "en"})
    cache.clear()
    assert response.status_code < 500, (case.formatted_path, case.body, response.content)
    if response.status_code >= 400:
        assert response.headers["content-type"] == ["application/problem+json"]
        told = json.loads(response.content)
        assert set(told) == PROBLEM
        assert told["status"] == response.status_code
        assert str(response.status_code) in case.operation.definition.raw["responses"]
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


@cache_of
def described_operations() -> dict[tuple[str, str], Any]:
    """Every operation by method and path, from the description as the interface sends it; read once a process."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", to_its_end)
    found = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    return {(each.method.upper(), each.path): each for each in found}


@pytest.mark.parametrize(
    ("method", "path", "mode"),
    [
        *((*operation, GenerationMode.POSITIVE) for operation in OPERATIONS),
        *((*operation, GenerationMode.NEGATIVE) for operation in OPERATIONS if can_be_broken(*operation)),
    ],
)
def test_no_request_breaks_the_interface(
    method: str, path: str, mode: GenerationMode, opened: dict[str, str]
) -> None:
    operation = described_operations()[method, path]
    taken: list[int] = []

    @seed(f"{connection.vendor} 20260305")
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


ACTORS = ("officer", "grid_worker", "shopkeeper", "property_clerk", "leader", "anonymous")
SPOILING: tuple[Any, ...] = (
    None, True, 0, -1, 2**70, 1.5, [], [None], {}, [[]], ["x"] * 50, *(text[:5000] for text in ODD_TEXTS),
)  # fmt: skip


def spoiled(values: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Sound values of a move with a few of them left out, replaced, or others added."""
    made = dict(values)
    for name in chance.sample(sorted(made), k=min(len(made), chance.randint(0, 2))):
        if chance.random() < 0.25:
            del made[name]
        else:
            made[name] = chance.choice(SPOILING)
    if chance.random() < 0.15:
        made[chance.choice(("seen", "photos", "extra", "move", "into", "handler"))] = chance.choice(SPOILING)
    return made


def stored(case: Case) -> tuple[str, int, str]:
    with everywhere(EverywhereReason.VERIFICATION):
        kept = Case.objects.get(pk=case.pk)
        assert chain.first_break(kept, kept.events.all()) is None
        return kept.state, kept.history_length, kept.history_head


def _grow_objects() -> Objects:
    street = build_street()
    made = objects_of(street, now=NOW)
    made.cases.update(give_to_member(street, now=NOW))
    return made


@pytest.fixture
def objects(db: None) -> Objects:
    """A case for every move, as the permission matrix has them."""
    return plant(_grow_objects)


@pytest.mark.parametrize("actor", ACTORS)
def test_every_move_by_every_kind_of_caller_is_whole_or_not_at_all(actor: str, objects: Objects) -> None:
    key = "" if actor == "anonymous" else key_of(objects.street.users[actor], now=timezone.now())
    caller, chance = Caller(key), random.Random(f"{connection.vendor} {actor}")
    statuses: dict[int, int] = {}
    for number in range(max(2, EXAMPLES // 6)):
        for move in MOVE_VALUES:
            case = case_for_row("api:make_move", move, objects)
            values = {"move": move, **move_values(move, objects)}
            before = stored(case)
            with transaction.atomic():
                response = caller.post(
                    f"/cases/{case.number}/moves", values if number == 0 else spoiled(values, chance)
                )
                after = stored(case)
                assert (after != before) == (response.status_code == 200), (move, response.content)
                assert_nothing_is_half_stored() if response.status_code == 200 else None
                transaction.set_rollback(True)
            if response.status_code != 200:
                assert response.status_code in {401, 403, 404, 409, 422}, (move, response.content)
                refusal(response, response.status_code)
            statuses[response.status_code] = statuses.get(response.status_code, 0) + 1
    expected = {"shopkeeper": {404, 422}, "property_clerk": {404, 422}, "anonymous": {401}}
    assert set(statuses) <= expected.get(actor, set(statuses))
    assert actor in expected or statuses[200] >= 2


def filled(field: dict[str, Any], chance: random.Random) -> Any:
    """A value as the description of a field asks for it."""
    choices = [each["value"] for each in field.get("choices", []) if each["value"]]
    fitting: dict[str, Any] = {
        "number": chance.randint(0, 9),
        "boolean": chance.random() < 0.5,
        "date": chance.choice(("2026-12-31", "2027-01-15")),
        "datetime": "2026-03-05T10:00",
        "ids": [],
        "choice": chance.choice(choices) if choices else "",
        "choices": choices[:1],
    }
    return fitting.get(field["type"], chance.choice(("楼上无异常", "吊扇老化\n\n油烟", "已联系")))


@pytest.mark.parametrize("seed_of_walk", range(2))
def test_what_is_offered_can_be_made_step_after_step(
    seed_of_walk: int, street: Street, now: datetime
) -> None:
    chance = random.Random(seed_of_walk)
    callers = [
        Caller(key_of(street.users[name], now=timezone.now()))
        for name in ("officer", "grid_worker", "task_force", "secretary")
    ]
    made: list[str] = []
    for _case in range(max(2, EXAMPLES // 6)):
        case = raised(street, now=timezone.now())
        for _step in range(12):
            caller = chance.choice(callers)
            answer = caller.get(f"/cases/{case.number}/moves")
            # A case that was made confidential on the way is not open to everybody any more.
            offered = json.loads(answer.content) if answer.status_code == 200 else []
            # Possible again and again in every state: it would crowd out the others.
            offered = [each for each in offered if each["move"] != "protect"]
            if not offered:
                continue
            move = chance.choice(offered)
            fields = [each for each in move["fields"] if each["required"] or chance.random() < 0.5]
            body = {"move": move["move"], **{each["name"]: filled(each, chance) for each in fields}}
            response = caller.post(f"/cases/{case.number}/moves", body)
            assert response.status_code in {200, 409, 422}, (body, response.content)
            if response.status_code == 200:
                made.append(move["move"])
            else:
                refusal(response, response.status_code)
    assert len(set(made)) >= 4
    assert_nothing_is_half_stored()
