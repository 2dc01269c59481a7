"""A subscriber's server on this machine, for tests: keeps what it took, and misbehaves on demand."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


@dataclass
class Taken:
    """One call as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What was taken; ``status`` is the answer, 0 closes the line without one after having taken it."""

    status: int = 204
    taken: list[Taken] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook?from=shangju"


class _Handler(BaseHTTPRequestHandler):
    receiver: ClassVar[Receiver]

    def log_message(self, *_arguments: Any) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.taken.append(Taken(self.path, headers, body))
        if self.receiver.status == 0:
            self.close_connection = True
            return
        self.send_response(self.receiver.status)
        if self.receiver.status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.receiver.port}/elsewhere")
        self.end_headers()


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver for the length of a block."""
    receiver = Receiver()
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
