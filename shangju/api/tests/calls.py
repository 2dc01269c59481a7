"""Calling the interface as programs do: JSON in, JSON out, a key in the header."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from shangju.accounts.models import TokenScope, User
from shangju.accounts.services import issue_token
from shangju.core.problems import CONTENT_TYPE


class Caller:
    """A client with or without a key; answers are remembered as parsed JSON."""

    def __init__(self, key: str = "", *, language: str = "en") -> None:
        self.client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        self.headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {key}"} if key else {})

    def get(self, path: str, **parameters: Any) -> HttpResponse:
        """GET below ``/api/v1``."""
        return self.client.get(f"/api/v1{path}", parameters, headers=self.headers)  # type: ignore[return-value]

    def post(self, path: str, body: object, **headers: str) -> HttpResponse:
        """POST of JSON; ``body`` may be text or bytes that are no JSON at all."""
        content = body if isinstance(body, (str, bytes)) else json.dumps(body)
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(  # type: ignore[return-value]
            f"/api/v1{path}", content, content_type="application/json", headers=sent
        )

    def put(self, path: str, body: object) -> HttpResponse:
        """PUT of JSON."""
        return self.client.put(  # type: ignore[return-value]
            f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=self.headers
        )

    def delete(self, path: str) -> HttpResponse:
        """DELETE below ``/api/v1``."""
        return self.client.delete(f"/api/v1{path}", headers=self.headers)  # type: ignore[return-value]


def key_of(user: User, *, now: datetime, scopes: Sequence[str] = tuple(TokenScope.values)) -> str:
    """A fresh key of ``user``, for everything unless told otherwise."""
    return issue_token(user, name="test", scopes=scopes, by=user, now=now)[1]


def refusal(response: HttpResponse, status: int) -> dict[str, Any]:
    """The problem details of an answer that must be refused with ``status``."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == CONTENT_TYPE
    problem: dict[str, Any] = json.loads(response.content)
    assert set(problem) == {"type", "title", "status", "detail", "code", "errors", "reference"}
    assert problem["status"] == status
    assert problem["reference"] == response["X-Request-Reference"]
    return problem
