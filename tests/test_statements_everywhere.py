"""Every page and every read of the interface costs the same statements with few rows and with many (quality.md P4, P5)."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shangju.accounts.services import issue_token
from shangju.board.services import propose_publication
from shangju.cases.endorsement import MeToo, endorse
from shangju.cases.reporter import reveal_contact
from shangju.cases.rules import REPORTER
from shangju.cases.tests.stories import case_in, go
from shangju.cases.workflow import MoveName, State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.telling import tell_of_events
from shangju.privacy.requests import Asking, ask_about_case
from tests.permission_matrix import MATRIX
from tests.permission_objects import (
    Objects,
    article_of,
    give_to_member,
    given_up,
    objects_of,
    prepared_for,
    webhook_with_call,
)
from tests.permission_requests import asked
from tests.routes import ROUTES
from tests.street import Street
from tests.test_permissions import page_of

pytestmark = pytest.mark.django_db
AT_MOST = 15
MORE = 3
READERS = (
    "anonymous",
    "duty_desk",
    "task_force",
    "grid_worker",
    "property_clerk",
    "system_administrator",
    "security_administrator",
)
READ = [key for key in MATRIX if key.startswith("GET ")]

DEARER = {"public:own_data": 18, "public:export_own_data": 18}
"""Opened seldom, and what is known of one person lies in many tables."""


@pytest.fixture
def objects(street: Street, monkeypatch: pytest.MonkeyPatch) -> Iterator[Objects]:
    """What the matrix of permissions asks for, told long ago; who was there is noted once, however slow the test."""
    monkeypatch.setattr("shangju.accounts.middleware.WRITE_EVERY", 3600)
    logging.disable(logging.CRITICAL)
    then = timezone.now() - timedelta(days=3)
    near = objects_of(street, now=then)
    near.cases.update(give_to_member(street, now=then))
    with everywhere(EverywhereReason.VERIFICATION):
        tell_of_events(timezone.now())
    yield near
    logging.disable(logging.NOTSET)


def add_more(objects: Objects) -> None:
    """More of everything that a list shows."""
    street, then = objects.street, timezone.now() - timedelta(days=2)
    for number in range(MORE):
        for state in (State.REGISTERED, State.ACCEPTED, State.RESOLVED, State.MERGED):
            last = case_in(state, street, now=then)
        for name in ("asked", "paused", "ordered", "minor"):
            in_hand = case_in(State.IN_PROGRESS, street, now=then)
            prepared_for(name, go(in_hand, MoveName.CONTACT, "grid_worker", street, now=then))
        with everywhere(EverywhereReason.VERIFICATION):
            closed, worker = case_in(State.CLOSED, street, now=then), street.staff("grid_worker")
            propose_publication(closed, result="噪声源已拆除", by=worker, now=then)
            endorse(
                objects.cases["in_progress"],
                MeToo(f"key-{number}", device=f"device {number}"),
                by=REPORTER,
                now=then,
            )
            reveal_contact(
                objects.cases["in_progress"],
                fields=["phone"],
                code="call",
                reason="与居民约定上门时间",
                by=worker,
                now=then,
            )
            ask_about_case(last, Asking("correction", words="姓名写错了"), by=REPORTER, now=then)
            issue_token(worker.user, name=f"key {number}", scopes=["read_cases"], by=worker.user, now=then)
            given_up(closed, then)
            webhook_with_call(closed, then)
            article_of(street, now=then)
    with everywhere(EverywhereReason.VERIFICATION):
        while tell_of_events(timezone.now()):
            pass


def counted(objects: Objects, role: str) -> dict[str, int]:
    """Statements of each page that is open to ``role``, when it is opened for the second time."""
    client = Client()
    if role != "anonymous":
        client.force_login(objects.street.users[role], backend=settings.AUTHENTICATION_BACKENDS[-1])
    counts = {}
    for key in READ:
        request = asked(key, ROUTES[page_of(key)], objects)
        cache.clear()
        if opened(client, request.address) == 200:
            with CaptureQueriesContext(connection) as captured:
                opened(client, request.address)
            counts[page_of(key)] = len(captured)
    return counts


def opened(client: Client, address: str) -> int:
    """Read to its end; the status."""
    response = client.get(address)
    b"".join(response.streaming_content if response.streaming else ())
    return response.status_code


@pytest.mark.once(by="tests.test_permissions.test_each_answer_of_the_matrix_is_given")
def test_every_page_costs_the_same_for_few_rows_and_for_many(objects: Objects) -> None:
    few = {role: counted(objects, role) for role in READERS}
    add_more(objects)
    many = {role: counted(objects, role) for role in READERS}
    grown = {
        (role, page): (few[role].get(page), count)
        for role in READERS
        for page, count in many[role].items()
        if count != few[role].get(page)
    }
    assert grown == {}
    dear = {
        (role, page): count
        for role in READERS
        for page, count in many[role].items()
        if count > DEARER.get(page, AT_MOST)
    }
    assert dear == {}
