"""While the database is away people and programs get 503 and a sentence, and no fault is logged as one."""

import json
from datetime import UTC, datetime

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from shangju.core.middleware import DatabaseGapMiddleware
from shangju.core.queue import run_steps
from shangju.notices.management.commands import worker
from shangju.posts import middleware as posts_middleware

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


def answer(path: str, error: Exception) -> HttpResponse | None:
    """What the middleware makes of an exception of a view."""
    middleware = DatabaseGapMiddleware(lambda request: HttpResponse())
    request: HttpRequest = RequestFactory().get(path)
    return middleware.process_exception(request, error)


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_a_program_gets_problem_details(error: Exception) -> None:
    response = answer("/api/v1/concerns", error)
    assert response is not None
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"] == "5"
    assert json.loads(response.content)["status"] == 503


def test_a_person_gets_a_page_with_a_sentence() -> None:
    response = answer("/report/", OperationalError("gone"))
    assert response is not None
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert b"<main" in response.content


def test_another_error_is_a_fault_and_goes_on() -> None:
    assert answer("/report/", ValueError("ours")) is None


@pytest.mark.parametrize("path", ["/report/", "/desk/", "/api/v1/concerns"])
@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_a_middleware_that_meets_the_gap_is_answered_as_a_view_is(
    monkeypatch: pytest.MonkeyPatch, path: str, error: Exception
) -> None:
    def gone(user: object) -> None:
        raise error

    monkeypatch.setattr(posts_middleware, "standing_of", gone)
    response = Client(raise_request_exception=False).get(path)
    assert response.status_code == 503
    assert response["Retry-After"] == "5"


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_the_worker_outlives_the_gap(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def gone(*args: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(worker, "beat", gone)
    worker.Pulse().beat_once()  # raises nothing: the thread goes on
    monkeypatch.setattr("shangju.core.setting_aside.run_step", gone)
    run_steps(NOW)  # nor does a pass end the worker
