"""While the database is away people and programs get 503 and a sentence, and no fault is logged as one."""

import json

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from shangju.core.middleware import DatabaseGapMiddleware


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
