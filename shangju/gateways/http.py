"""The one HTTP client of the gateways: short timeouts, no proxies, no redirects, small answers.

Standard library only: three calls to three providers need no more. Retries are not here: the rows are the outbox.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from shangju.gateways.errors import Unreachable

TIMEOUT = 10.0
"""Seconds for connecting and for each read."""

ANSWER_AT_MOST = 65_536
"""Bytes; a gateway that answers with more is not the one we know."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of an HTTP answer."""

    status: int
    body: bytes
    retry_after: str = ""

    def as_json(self) -> dict[str, Any]:
        """The body as a JSON object; raises :class:`Unreachable` where it is none."""
        try:
            read = json.loads(self.body)
        except ValueError as error:
            raise Unreachable(f"the answer ({self.status}) is no JSON") from error
        if not isinstance(read, dict):
            raise Unreachable(f"the answer ({self.status}) is no JSON object")
        return read


class _NoRedirects(HTTPRedirectHandler):
    """A redirect would carry signed contents to an address nobody configured."""

    def redirect_request(self, *_arguments: Any, **_options: Any) -> None:
        """None: the redirect's own answer is what we get."""
        return


_opener = build_opener(ProxyHandler({}), _NoRedirects())


def call(
    url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None, timeout: float = TIMEOUT
) -> Answer:
    """One request, POST where there is a ``body``; any status is an answer.

    Raises :class:`Unreachable` (an ``OSError``) where no whole answer came: then nobody knows whether it arrived.
    """
    if not url.startswith(("https://", "http://")):
        raise Unreachable("only http and https")
    method = "GET" if body is None else "POST"
    request = Request(url, data=body, headers=dict(headers or {}), method=method)  # noqa: S310 - looked at above
    try:
        with _opener.open(request, timeout=timeout) as response:
            return Answer(response.status, response.read(ANSWER_AT_MOST))
    except HTTPError as error:
        with error:
            return Answer(error.code, error.read(ANSWER_AT_MOST), error.headers.get("Retry-After", ""))
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(type(error).__name__) from error
