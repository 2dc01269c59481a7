"""A query on area-bound rows without a scope raises on every way into the system, not only in a shell.

``shangju/core/tests/test_scoping.py`` proves it for the kinds of queries. Here are the ways: pages, set-up pages, the
programming interface, the worker and its threads, commands. Each is the real one, with a step in it that forgot.
"""

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from django.utils import timezone
from ninja import NinjaAPI

from shangju.accounts.models import User
from shangju.accounts.services import issue_token
from shangju.administration.access import as_any_administrator, as_audit_administrator
from shangju.api.authentication import SIGNED_IN
from shangju.api.refusals import answers_wrong_methods, register_refusals
from shangju.api.scopes import SCOPES
from shangju.areas.models import Area
from shangju.cases.models import Case, CaseEvent, ReporterContact
from shangju.cases.tests.stories import WORDS, raised
from shangju.config import urls
from shangju.core import queue
from shangju.core.models import SetAside
from shangju.core.scoping import EverywhereReason, ScopeError, active_scope, everywhere
from shangju.notices.management.commands.worker import every_minute
from shangju.parties.models import Party
from shangju.posts.middleware import ScopeMiddleware
from shangju.posts.models import Appointment, Post
from tests.street import Street

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

READS: dict[str, Callable[[], Any]] = {
    "list": lambda: [case.text for case in Case.objects.all()],
    "count": Case.objects.count,
    "exists": Case.objects.exists,
    "subquery": lambda: list(User.objects.filter(pk__in=Appointment.objects.values("user"))),
    "exists subquery": lambda: list(
        User.objects.filter(Exists(Appointment.objects.filter(user=OuterRef("pk"))))
    ),
    "aggregate": lambda: Case.objects.aggregate(n=Count("pk")),
    "behind a case": lambda: list(CaseEvent.objects.values("note")),
    "contact": ReporterContact.objects.first,
    "areas": lambda: list(Area.objects.all()),
    "posts": lambda: list(Post.objects.all()),
    "members": lambda: list(Party.objects.all()),
    "related": lambda: list(User.objects.get(username="officer").appointments.all()),
}


def forgets(request: HttpRequest) -> HttpResponse:
    """A view like any other that reads by the name in the address."""
    return HttpResponse(str(READS[request.GET["read"]]()))


api = NinjaAPI(urls_namespace="forgetful", docs_url=None, openapi_url=None, auth=SIGNED_IN)
register_refusals(api)


@api.get("/read")
def operation(request: HttpRequest, read: str) -> str:
    """An operation that left out ``in_own_scope``."""
    return str(READS[read]())


def operations() -> list[Any]:
    """Its addresses, wrapped as those of the interface."""
    patterns = [pattern for pattern in api.urls[0] if pattern.name == "operation"]
    for pattern in patterns:
        pattern.callback = answers_wrong_methods(pattern.callback)
    return patterns


urlpatterns = [
    path("api/forgetful/", include((operations(), "forgetful"))),
    path("admin/forgetful/", as_any_administrator(forgets)),
    path("admin/forgetful/audit/", as_audit_administrator(forgets)),
    *urls.urlpatterns,
]
handler500 = urls.handler500

WAYS = {
    "interface, by key": ("officer", "/api/forgetful/read"),
    "interface, by session": ("officer", "/api/forgetful/read"),
    "set-up": ("system_administrator", "/admin/forgetful/"),
    "audit": ("audit_administrator", "/admin/forgetful/audit/"),
}


@pytest.fixture
def ways(street: Street) -> Iterator[dict[str, tuple[str, dict[str, Any]]]]:
    """Address and sign-in of each way, with a case that could be read."""
    logging.disable(logging.CRITICAL)
    raised(street, now=NOW)
    with override_settings(ROOT_URLCONF=__name__), patch.dict(SCOPES, {"GET /api/forgetful/read": None}):
        yield {name: (address, _signed_in(street.users[who], name)) for name, (who, address) in WAYS.items()}
    logging.disable(logging.NOTSET)


def _signed_in(user: User, way: str) -> dict[str, Any]:
    return (
        {"key": issue_token(user, name="test", scopes=["read_cases"], by=user, now=timezone.now())[1]}
        if "key" in way
        else {"user": user}
    )


def ask(way: tuple[str, dict[str, Any]], read: str, *, raises: bool) -> Any:
    """GET by a browser or program that is signed in; ``raises`` lets faults through as tests do."""
    address, who = way
    client = Client(raise_request_exception=raises)
    if "user" in who:
        client.force_login(who["user"], backend=BACKEND)
    headers = {"Authorization": f"Bearer {who['key']}"} if "key" in who else {}
    return client.get(address, {"read": read}, headers=headers)


@pytest.mark.parametrize("way", WAYS)
def test_a_request_that_forgot_its_scope_raises(way: str, ways: dict[str, Any]) -> None:
    for read in READS:
        with pytest.raises(ScopeError):
            ask(ways[way], read, raises=True)
    assert active_scope() is None


@pytest.mark.parametrize("way", WAYS)
def test_in_use_it_is_a_fault_that_shows_no_row(way: str, ways: dict[str, Any]) -> None:
    for read in ("list", "count", "related"):
        response = ask(ways[way], read, raises=False)
        assert response.status_code == 500
        assert WORDS not in response.content.decode()
        assert response["X-Request-Reference"] in response.content.decode()
        if way.startswith("interface"):
            assert response["Content-Type"] == "application/problem+json"
            assert json.loads(response.content)["code"] == "server_error"


def test_a_page_reads_what_its_user_reaches_and_nobody_reaches_nothing(street: Street) -> None:
    raised(street, now=NOW)
    for who, seen in (("officer", 1), ("other_officer", 0), ("resident", 0)):
        request = RequestFactory().get("/desk/")
        request.user = street.users[who]
        answered = ScopeMiddleware(lambda _request: HttpResponse(str(Case.objects.count())))(request)
        assert answered.content == str(seen).encode()


@pytest.fixture
def forgetful_step(street: Street, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A step of the worker that reads cases and has forgotten to open a scope; what it read is kept."""
    raised(street, now=NOW)
    read: list[str] = []

    def step(_now: datetime) -> int:
        read.extend(Case.objects.values_list("text", flat=True))
        return len(read)

    monkeypatch.setattr(queue, "_steps", {"forgetful": queue.WorkerStep("forgetful", step)})
    return read


def assert_noted_as_a_fault(read: list[str]) -> None:
    """The worker goes on with its other steps; what raised is written down and seen by the health page."""
    assert read == []
    noted = SetAside.objects.get(step="forgetful")
    assert noted.error.startswith("ScopeError at scoping.py")


@pytest.mark.parametrize("run", [every_minute.call_local, queue.wake_up.call_local], ids=["minute", "woken"])
def test_a_step_of_the_worker_that_forgot_its_scope_raises(
    run: Callable[[], Any], forgetful_step: list[str]
) -> None:
    run()
    assert_noted_as_a_fault(forgetful_step)


def test_a_sweep_that_forgot_its_scope_raises(forgetful_step: list[str]) -> None:
    with pytest.raises(ScopeError):
        call_command("sweep")
    assert forgetful_step == []


@pytest.mark.django_db(transaction=True)
def test_a_thread_of_the_worker_inherits_no_scope(forgetful_step: list[str]) -> None:
    def run() -> None:
        every_minute.call_local()
        connection.close()

    with everywhere(EverywhereReason.WORKER), ThreadPoolExecutor(1) as threads:
        threads.submit(run).result()
    assert_noted_as_a_fault(forgetful_step)


class Forgetful(BaseCommand):
    """A command that reads and has forgotten to open a scope."""

    stealth_options = ("read",)

    def handle(self, *args: Any, **options: Any) -> str:
        """Read by the name given."""
        return str(READS[options["read"]]())


@pytest.mark.parametrize("read", READS)
def test_a_command_that_forgot_its_scope_raises(read: str, street: Street) -> None:
    with pytest.raises(ScopeError):
        call_command(Forgetful(), read=read)
