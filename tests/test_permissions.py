"""S1: every page and operation, by every role, near and far, answers as ``tests/permission_matrix.py`` says."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache as cache_of
from http.cookies import SimpleCookie
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from shangju.cases.forms import MOVE_FORMS
from shangju.core.models import Heartbeat
from shangju.posts import rights
from tests.permission_forms import PASSWORD
from tests.permission_matrix import MATRIX, near_and_far
from tests.permission_objects import Objects, far_side, give_to_member, objects_of
from tests.permission_requests import Asked, asked
from tests.permission_roles import ROLES
from tests.planting import plant
from tests.routes import ROUTES
from tests.street import Street, build_street
from tools.write_permissions import DOCUMENT, document

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(autouse=True)
def _standings_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a request changes does not stay, so who a role is stays the same: it is read for the first one of each role.

    Read anew at every request it would be a third of the time that this table takes.
    """
    monkeypatch.setattr(rights, "_bound_up_with", cache_of(rights._bound_up_with))
    holdings = rights._holdings
    monkeypatch.setattr(rights, "_holdings", cache_of(lambda user, day: tuple(holdings(user, day))))


def _grow_places() -> tuple[Objects, Objects]:
    street = build_street()
    street.users["resident"].set_password(PASSWORD)
    street.users["resident"].save()
    near, far = objects_of(street, now=NOW), objects_of(far_side(street), now=NOW)
    near.cases.update(give_to_member(street, now=NOW))
    return near, far


@pytest.fixture
def places(db: None) -> Iterator[tuple[Objects, Objects]]:
    """The objects near and far. Refusals are what is asked for here: nobody needs them in the log."""
    logging.disable(logging.CRITICAL)
    places = plant(_grow_places)
    # Of tomorrow: asking for everything may take longer than a worker may be silent.
    Heartbeat.objects.create(name="worker", at=datetime.now(UTC) + timedelta(days=1))
    yield places
    logging.disable(logging.NOTSET)


def client_of(role: str, street: Street) -> Client:
    """A browser in which ``role`` is signed in."""
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(street.users[role], backend=BACKEND)
    return client


def answer(client: Client, request: Asked) -> str:
    """What one request is answered; nothing of it stays, neither stored nor in the browser."""
    kept = SimpleCookie(client.cookies.output(header="", sep=";"))
    cache.clear()  # every role comes from the same address here; the limit on guesses is not what is tested
    with transaction.atomic():
        response = getattr(client, request.method.lower())(request.address, **request.options)
        b"".join(response.streaming_content if response.streaming else ())
        transaction.set_rollback(True)
    client.cookies = kept
    if response.headers.get("Location", "").partition("?")[0] == reverse("account_login"):
        return "sign-in"
    return str(response.status_code)


def page_of(key: str) -> str:
    """The name of the page that a row speaks of."""
    return key.split()[1]


def test_every_page_and_every_move_has_a_row() -> None:
    assert {page_of(key) for key in MATRIX} == set(ROUTES)
    for door in ("desk:move", "my:move", "api:make_move"):
        assert {key.split()[2] for key in MATRIX if page_of(key) == door} == set(MOVE_FORMS)


Answers = dict[str, str]


def wrong_answers(
    places: tuple[Objects, Objects], asking: Callable[[int, Answers], Iterable[str]]
) -> Answers:
    """What is answered otherwise than the matrix says; ``asking`` chooses who asks, by the row's place and what it says."""
    wrong, clients = {}, {role: client_of(role, places[0].street) for role in ROLES}
    for at, key in enumerate(MATRIX):
        for where, row, objects in zip(("near", "far"), near_and_far(key), places, strict=False):
            for role in asking(at, row):
                given = answer(clients[role], asked(key, ROUTES[page_of(key)], objects))
                if given != row[role]:
                    wrong[f"{key} {where} by {role}"] = f"{given}, the matrix says {row[role]}"
    return wrong


def one_for_each_answer(at: int, row: Answers) -> list[str]:
    """One of those who are answered alike: another one in each row, so that all have their turn."""
    alike: dict[str, list[str]] = {}
    for role, said in row.items():
        alike.setdefault(said, []).append(role)
    return [roles[at % len(roles)] for roles in alike.values()]


@pytest.mark.once(by="tests.test_permissions.test_each_answer_of_the_matrix_is_given")
@pytest.mark.parametrize("share", range(3))
def test_every_role_gets_the_answer_of_the_matrix(share: int, places: tuple[Objects, Objects]) -> None:
    assert wrong_answers(places, lambda _at, _row: list(ROLES)[share::3]) == {}


def test_every_answer_has_an_asker_and_every_role_its_turn() -> None:
    turns = Counter[str]()
    for at, key in enumerate(MATRIX):
        for row in near_and_far(key):
            asking = one_for_each_answer(at, row)
            assert sorted(row[role] for role in asking) == sorted(set(row.values())), key
            turns.update(asking)
    assert set(turns) == set(ROLES)
    assert min(turns.values()) >= 20


@pytest.mark.postgresql
def test_each_answer_of_the_matrix_is_given(places: tuple[Objects, Objects]) -> None:
    """Rights are the same code on both databases; the statements of each page and of each answer are not."""
    assert wrong_answers(places, one_for_each_answer) == {}


NOTHING = {"number": "ZX26-000001", "photo_id": UUID(int=1), "pk": 0}
"""Names of no case, no picture, no record."""


@pytest.mark.parametrize("door", ["desk:", "my:", "api:"])
def test_a_case_of_another_area_is_answered_as_one_that_is_not_there(
    door: str, places: tuple[Objects, Objects]
) -> None:
    near, far = places
    rows = [key for key in MATRIX if "number>" in ROUTES[page_of(key)] and page_of(key).startswith(door)]
    assert rows
    for role in [role for role in ROLES if role != "far_desk"]:
        client = client_of(role, near.street)
        for key in [key for key in rows if "move" not in key or key.endswith(" sign")]:
            of_far = asked(key, ROUTES[page_of(key)], far)
            address = reverse(
                page_of(key), kwargs=resolve(of_far.address).kwargs | _nothing_in(ROUTES[page_of(key)])
            )
            assert answer(client, of_far) == answer(client, replace(of_far, address=address)), (role, key)


def _nothing_in(route: str) -> dict[str, object]:
    return {name: value for name, value in NOTHING.items() if f"{name}>" in route}


def address_of(page: str) -> tuple[str, str]:
    """What two pages share that are told apart by their methods only: namespace and route."""
    return page.partition(":")[0] if ":" in page else "", ROUTES[page]


NOTHING_THERE = {"api:unknown", "api:api-root", "mfa_download_recovery_codes"}
"""Not found by whatever method; the recovery codes, because nobody here has any."""


@pytest.mark.once(by="tests.test_permissions.test_each_answer_of_the_matrix_is_given")
def test_a_method_without_a_row_is_not_answered(places: tuple[Objects, Objects]) -> None:
    near = places[0]
    for page, route in ROUTES.items():
        rows = [key for key in MATRIX if page_of(key) == page]
        listed = {key.split()[0] for key in MATRIX if address_of(page_of(key)) == address_of(page)}
        welcome = next(
            (r for key in rows for r, given in near_and_far(key)[0].items() if given in DONE), "officer"
        )
        client = client_of(welcome, near.street)
        for method in [method for method in METHODS if method not in listed]:
            request = replace(asked(rows[0], route, near), method=method, options={})
            expected = "404" if page in NOTHING_THERE else "405"
            assert answer(client, request) == expected, f"{method} {page} by {welcome}"


DONE = {"200", "201", "202", "204", "302"}


def test_pictures_have_no_address_of_their_own(places: tuple[Objects, Objects]) -> None:
    near = places[0]
    for role in ("anonymous", "grid_worker", "system_administrator"):
        for path in (near.photo.image.name, near.photo.thumbnail.name):
            request = Asked("GET", f"/media/{path}", {})
            assert answer(client_of(role, near.street), request) == "404"


def test_no_code_opens_no_case(places: tuple[Objects, Objects]) -> None:
    for key in [key for key in MATRIX if "code>" in ROUTES[page_of(key)]]:
        request = asked(key, ROUTES[page_of(key)], places[0])
        joined = places[0].endorsement_code
        address = request.address
        for known in (joined, *(case.tracking_code for case in places[0].cases.values())):
            address = address.replace(known, "0000000000000")
        assert answer(client_of("officer", places[0].street), replace(request, address=address)) == "404", key


def test_the_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run make permissions"
