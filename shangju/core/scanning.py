"""The malware scanner, where the operator set one up: clamd, spoken to over its own socket. Off by default.

``SHANGJU_CLAMD_URL`` is ``tcp://host:port`` or ``unix:///path``. Whoever takes files asks :func:`scan` before anything else
looks at them, and decides what an absent scanner means.
"""

import socket
import struct
from contextlib import suppress
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from django.conf import settings

SECONDS = 20.0
"""For connecting, and for each piece sent or read; a person waits for the answer."""
_PIECE = 64 * 1024
_LONGEST_ANSWER = 4096


class Verdict(StrEnum):
    """What became of the question."""

    NOT_ASKED = "not_asked"
    CLEAN = "clean"
    INFECTED = "infected"


class ScannerAway(Exception):  # noqa: N818 - what is so, not what the code did
    """The scanner that is set up gave no verdict; the message is a technical reason without content."""


def scan(content: bytes) -> Verdict:
    """Ask the scanner. Raises :class:`ScannerAway` when one is set up and does not judge."""
    if not settings.MALWARE_SCANNER:
        return Verdict.NOT_ASKED
    pieces = (content[at : at + _PIECE] for at in range(0, len(content), _PIECE))
    stream = b"".join(struct.pack(">I", len(piece)) + piece for piece in pieces)
    answer = _asked(b"zINSTREAM\0" + stream + struct.pack(">I", 0))
    if answer.endswith(" FOUND"):
        return Verdict.INFECTED
    if answer.endswith(": OK"):
        return Verdict.CLEAN
    raise ScannerAway(answer or "no answer")


def scanner_version() -> str:
    """Program and signatures, in the scanner's own words. Raises :class:`ScannerAway`."""
    answer = _asked(b"zVERSION\0")
    if not answer:
        raise ScannerAway("no answer")
    return answer


def _asked(question: bytes) -> str:
    """What clamd answers, up to the zero byte that ends it."""
    try:
        with _connected() as connection:
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(
                    question
                )  # clamd ends a stream that is too long for it in the middle, and says so
            answer = b""
            while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
                received = connection.recv(_LONGEST_ANSWER)
                if not received:
                    break
                answer += received
    except OSError as error:
        raise ScannerAway(error.strerror or type(error).__name__) from error
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _connected() -> socket.socket:
    where = urlsplit(settings.MALWARE_SCANNER)
    if where.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(SECONDS)
        try:
            connection.connect(unquote(where.path))
        except OSError:
            connection.close()
            raise
        return connection
    return socket.create_connection((where.hostname or "", where.port or 0), timeout=SECONDS)
