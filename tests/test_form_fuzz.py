"""S3: whatever is sent to any form or address, the answer is below 500, and objects are stored whole or not at all.

The forms are those that the pages really show to each role, with a case in every state; a form that a page gains is
filled in without a change here. ``SHANGJU_FUZZ_INPUTS=5000`` makes the long run. Inputs are drawn from one seed.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from shangju.cases import chain
from shangju.cases.codes import format_code
from shangju.cases.models import Case, CaseClock
from shangju.cases.tests.stories import WAY, case_in
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.photos.tests.pictures import encoded, picture, png_of
from tests.forms_on_pages import FormOnPage, forms_on
from tests.odd_input import ODD_BODIES, ODD_TEXTS, filled_in, multipart, percent_encoded
from tests.permission_objects import objects_of
from tests.permission_requests import asked
from tests.planting import plant
from tests.routes import ROUTES
from tests.street import Street, build_street

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
ROLES = (
    "anonymous", "resident", "shopkeeper", "property_clerk", "grid_worker", "building_head", "officer", "duty_desk",
    "leader", "system_administrator", "security_administrator", "audit_administrator",
)  # fmt: skip
INPUTS = int(os.environ.get("SHANGJU_FUZZ_INPUTS", "300"))
"""Inputs of one run, shared out among the roles and the ways of going wrong; on each database others."""

OURS = frozenset(
    ("public", "desk", "supervision", "topics", "ledgers", "bulletins", "my", "administration", "accounts")
)
SIGN_IN_PAGES = (
    "account_login", "account_request_login_code", "account_confirm_login_code", "account_change_password",
    "account_reauthenticate", "mfa_activate_totp", "mfa_index",
)  # fmt: skip
ENDS_THE_SESSION = ("/accounts/logout/",)
NOTED_ON_REFUSAL = {
    "axes.accessattempt",
    "axes.accesslog",
    "axes.accessfailurelog",
    "sessions.session",
    "photos.photo",
}
"""What a refused form may leave: the count of failures, the session, and photos kept so that they need no second upload."""

FILES = (
    ("wall.jpg", encoded(picture())),
    ("wall.jpg", encoded(picture())[:200]),
    ("empty.jpg", b""),
    ("page.jpg", b"<html><script>alert(1)</script></html>"),
    ("drawing.jpg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    ("bomb.png", png_of(50_000, 50_000)),
    ("polyglot.jpg", encoded(picture()) + b"<script>alert(1)</script>PK\x05\x06" + b"\0" * 18),
    ("../../x.php", b"<?php system('id'); ?>"),
    ("\u202egpj.exe", b"MZ\x90\x00"),
    ("n" * 300 + ".jpg", encoded(picture())),
)


@contextmanager
def forgotten(client: Client) -> Iterator[None]:
    """What happens inside leaves neither rows nor cookies behind."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies
    cache.clear()


def client_of(role: str, street: Street) -> Client:
    client = Client()
    if role != "anonymous":
        client.force_login(street.users[role], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def stored() -> dict[str, int]:
    """How many rows each table holds, asked in one statement."""
    tables = {
        model._meta.label_lower: connection.ops.quote_name(model._meta.db_table)
        for model in apps.get_models()
        if model._meta.managed and model._meta.label_lower not in NOTED_ON_REFUSAL
    }
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in tables.values())}")
        return dict(zip(tables, cursor.fetchone(), strict=True))


def assert_whole() -> None:
    """Each case has its clocks and an unbroken history."""
    with everywhere(EverywhereReason.VERIFICATION):
        for case in Case.objects.all():
            assert chain.first_break(case, case.events.all()) is None
            assert CaseClock.objects.filter(case=case).exists()


@dataclass(frozen=True, slots=True)
class Place:
    """The street with a case in each state that moves reach, one of them at the shop and handled by it, and every page."""

    street: Street
    cases: list[Case]
    addresses: list[str]


def _grow_place() -> Place:
    street = build_street()
    cases = [case_in(state, street, now=NOW) for state in WAY]
    objects = objects_of(street, now=NOW)
    found = [
        asked(f"GET {name} {'sign' if 'move>' in route else ''}", route, objects).address
        for name, route in ROUTES.items()
        if name.partition(":")[0] in OURS and not name.endswith(":photo")
    ]
    found += [reverse(name) for name in SIGN_IN_PAGES]
    for case in cases:
        found += [reverse(name, args=[case.number]) for name in ("desk:case", "my:concern")]
        found.append(reverse("public:case", args=[format_code(case.tracking_code)]))
    return Place(street, cases, list(dict.fromkeys(found)))


@pytest.fixture
def place(db: None) -> Place:
    """Every page of ours, and the pages of each case."""
    return plant(_grow_place)


def forms_for(client: Client, addresses: list[str], *, enough: int) -> list[FormOnPage]:
    """Different forms that this client is shown, until there are enough: reading all pages takes longer than the inputs."""
    found: dict[tuple[str, ...], FormOnPage] = {}
    for address in addresses:
        if len(found) >= enough:
            break
        answer = client.get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)  # which closes the file
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            for form in forms_on(answer.content.decode(), address=address):
                if form.action not in ENDS_THE_SESSION and not form.action.startswith("/preferences/"):
                    found.setdefault((form.method, form.action, *form.names), form)
        cache.clear()
    return list(found.values())


def send(client: Client, form: FormOnPage, chance: random.Random) -> Any:
    """One spoiled filling of a form."""
    pairs = filled_in(form.values, form.choices, chance)
    if form.method == "get":
        return client.get(f"{form.action}?{percent_encoded(pairs)}")
    if form.is_multipart:
        files = [
            (name, *chance.choice(FILES)) for name in form.files for _ in range(chance.choice((0, 1, 1, 2)))
        ]
        return client.post(
            form.action, multipart(pairs, files), content_type="multipart/form-data; boundary=odd"
        )
    return client.post(form.action, percent_encoded(pairs), content_type="application/x-www-form-urlencoded")


READING = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
"""Beginnings of statements that store nothing."""


def check(request: Callable[[], Any], client: Client, before: dict[str, int], what: object) -> int:
    """Send it and look at the answer and, if anything was written, at what is stored; then forget it. The status."""
    written: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        written.extend([sql] if not sql.startswith(READING) else ())
        return execute(sql, *rest)

    with forgotten(client):
        try:
            with connection.execute_wrapper(note):
                answer = request()
        except Exception as error:  # noqa: BLE001 - the client shows what would have been a 500
            pytest.fail(f"{what}: {error!r}")
        if answer.streaming:
            b"".join(answer.streaming_content)  # which closes the file
        assert answer.status_code < 500, what
        if answer.status_code >= 400 and written:
            assert stored() == before, what
        elif answer.status_code == 302 and written:
            assert_whole()
    return int(answer.status_code)


def forms_with_moves(shown: list[FormOnPage], cases: list[Case]) -> list[FormOnPage]:
    """The forms shown, and each move's form once more for a case whose state does not allow it: a stale page."""
    stale = [
        replace(form, action=form.action.replace(case.number, chosen.number))
        for form in shown
        for case in cases
        for chosen in (cases[0], cases[-1])
        if form.method == "post" and case.number in form.action and case.number != chosen.number
    ]
    return [*shown, *stale[::3]]


@pytest.mark.parametrize("role", ROLES)
def test_no_form_breaks(role: str, place: Place) -> None:
    client, chance = client_of(role, place.street), random.Random(f"{connection.vendor} {role}")
    inputs = max(INPUTS // len(ROLES), 1)
    shown = forms_for(client, chance.sample(place.addresses, len(place.addresses)), enough=inputs)
    forms = forms_with_moves(shown, place.cases)
    chance.shuffle(forms)
    before = stored()
    assert forms
    statuses = set()
    for number in range(inputs):
        form = forms[number] if number < len(forms) else chance.choice(forms)
        state = chance.getstate()
        what = (role, form.method, form.action, filled_in(form.values, form.choices, chance))
        chance.setstate(state)
        statuses.add(check(lambda form=form: send(client, form, chance), client, before, str(what)[:3000]))
    assert statuses, "nothing was sent"


@pytest.mark.parametrize("role", ["anonymous", "shopkeeper", "officer", "system_administrator"])
def test_no_request_that_is_no_form_breaks(role: str, place: Place) -> None:
    client, chance = client_of(role, place.street), random.Random(f"{connection.vendor} bodies {role}")
    before = stored()
    shown = forms_for(
        client, chance.sample(place.addresses, len(place.addresses)), enough=max(INPUTS // 10, 1)
    )
    actions = dict.fromkeys(form.action for form in shown if form.method == "post")
    assert actions
    for at, action in enumerate(actions):
        for kind, body in ODD_BODIES if INPUTS >= 5000 else ODD_BODIES[at % 10 :: 10]:
            check(
                lambda action=action, kind=kind, body=body: client.generic(
                    "POST", action, body, content_type=kind
                ),
                client,
                before,
                (action, kind, body[:200]),
            )


@pytest.mark.parametrize("role", ["anonymous", "shopkeeper", "officer", "system_administrator"])
def test_no_address_breaks(role: str, place: Place) -> None:
    """Odd text in the place of each part of an address, and as an odd query."""
    client, chance = client_of(role, place.street), random.Random(f"{connection.vendor} addresses {role}")
    before = stored()
    for _ in range(max(INPUTS // 8, 60)):
        address = chance.choice(place.addresses)
        odd = chance.choice([text for text in ODD_TEXTS if len(text) < 2000])
        if chance.random() < 0.6:
            parts = address.strip("/").split("/")
            parts[chance.randrange(len(parts))] = quote(odd.encode("utf-8", "surrogatepass"), safe="")
            address = f"/{'/'.join(parts)}/"
        else:
            name = chance.choice(
                ("q", "page", "after", "before", "state", "area", "number", "next", "light", "kind", "from")
            )
            address = f"{address}?{percent_encoded([(name, odd), (name, odd)])}"
        check(lambda address=address: client.get(address), client, before, (role, address))
