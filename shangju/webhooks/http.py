"""One call to an address that somebody else named: it may lead nowhere but outside.

The name is resolved once, every address it has is judged, and the connection goes to the very address that was
judged: a name that answers differently a moment later gains nothing. Redirects are not followed, proxies not used,
the answer's body not read, and the whole call has an end.
"""

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from threading import Timer
from urllib.parse import urlsplit

from shangju.webhooks.rules import may_call

TIMEOUT = 5.0
"""Seconds for connecting and for each read."""

CALL_AT_MOST = 10.0
"""Seconds for the call as a whole: who answers a byte a second keeps nobody waiting."""


class CallFailed(Exception):  # noqa: N818 - named for what it says
    """No answer; the text is a short word without addresses or contents."""


class _PinnedConnection(HTTPConnection):
    """Goes to the address that was judged, under the name that was asked for."""

    def __init__(self, host: str, port: int, pinned: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self.pinned = pinned

    def connect(self) -> None:
        """A plain connection."""
        self.sock = socket.create_connection((self.pinned, self.port), TIMEOUT)


class _PinnedSecureConnection(HTTPSConnection):
    """As above, with the certificate checked against the name."""

    def __init__(self, host: str, port: int, pinned: str) -> None:
        self.checking = ssl.create_default_context()
        super().__init__(host, port, timeout=TIMEOUT, context=self.checking)
        self.pinned = pinned

    def connect(self) -> None:
        """A connection whose other end has shown that it is the host."""
        plain = socket.create_connection((self.pinned, self.port), TIMEOUT)
        try:
            self.sock = self.checking.wrap_socket(plain, server_hostname=self.host)
        except (OSError, ValueError):
            plain.close()
            raise


def post(address: str, *, body: bytes, headers: Mapping[str, str]) -> int:
    """POST ``body``; the status of the answer, whatever it is.

    Raises:
        CallFailed: no answer came, or the address leads inside.
    """
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    pinned = _judged(host, port)
    kind = _PinnedSecureConnection if parts.scheme == "https" else _PinnedConnection
    connection = kind(host, port, pinned)
    end = Timer(CALL_AT_MOST, _cut, [connection])
    end.daemon = True
    end.start()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body=body, headers=dict(headers))
        return connection.getresponse().status
    except (OSError, HTTPException, ValueError) as error:
        raise CallFailed(type(error).__name__) from error
    finally:
        end.cancel()
        connection.close()


def _judged(host: str, port: int) -> str:
    """One of the host's addresses, if calls may go to all of them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CallFailed("the name is not known") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(may_call(ip_address(address.partition("%")[0])) for address in addresses):
        raise CallFailed("leads into a closed network")
    return addresses[0]


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
