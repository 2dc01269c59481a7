"""S1: every page, by every role, answers as ``tests/permission_matrix.py`` says; a page without a row fails."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from tests.permission_matrix import GET_STATUS, ROLES
from tests.street import Street

pytestmark = pytest.mark.django_db
PREFIXES = ("public:", "desk:", "supervision:", "my:", "administration:", "accounts:")
"""Pages of our own; what the sign-in package brings is proven by the tests of ``accounts``."""


def page_names(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, str]]:
    """Name and route of every page that the resolver knows."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from page_names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", str(pattern.pattern)


PAGES = {name: route for name, route in page_names(get_resolver()) if name.startswith(PREFIXES)}


def arguments(name: str, route: str, street: Street, number: str) -> dict[str, Any]:
    with everywhere(EverywhereReason.VERIFICATION):
        appointment = street.posts["grid_worker"].appointments.get()
        delegation = street.parties["shop"].delegations.first()
    rows = {
        "end_appointment": appointment,
        "post": street.posts["grid_worker"],
        "retire_post": street.posts["unit"],
        "appoint": street.posts["unit"],
        "end_delegation": delegation,
        **dict.fromkeys(("party", "change_party", "change_membership", "delegate"), street.parties["shop"]),
    }
    person = street.users["resident"]
    subject = rows.get(
        name.rpartition(":")[2], person if "person" in name or "change_" in name else street.areas["grid"]
    )
    known = {
        "number": number, "code": "NO-SUCH-CODE", "photo_id": UUID(int=1), "size": "thumbnail", "move": "sign",
        "pk": subject.pk, "entry_pk": 1,
    }  # fmt: skip
    return {key: value for key, value in known.items() if f":{key}>" in route}


def answers(street: Street, number: str) -> dict[str, dict[str, int]]:
    """The status of every page, asked for by every role."""
    found: dict[str, dict[str, int]] = {}
    for role in ROLES:
        cache.clear()  # every role comes from the same address here; the limit on guesses is not what is tested
        client = Client(raise_request_exception=False)
        if role != "anonymous":
            client.force_login(
                street.users[role], backend="allauth.account.auth_backends.AuthenticationBackend"
            )
        for name, route in PAGES.items():
            url = reverse(name, kwargs=arguments(name, route, street, number))
            found.setdefault(name, {})[role] = client.get(url).status_code
    return found


def test_every_page_has_a_row() -> None:
    assert set(PAGES) == set(GET_STATUS)


def test_every_role_gets_the_answer_of_the_matrix(street: Street, now: datetime) -> None:
    number = case_in(State.IN_PROGRESS, street, now=now).number
    assert answers(street, number) == {
        name: dict(zip(ROLES, row, strict=True)) for name, row in GET_STATUS.items()
    }
