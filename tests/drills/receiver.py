"""A receiver of webhooks that writes down the id of every call and is now and then out of order."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OUT_OF_ORDER = 9
"""Every so many calls one is answered 503: what a subscriber refused must come again."""


class Receiver(ThreadingHTTPServer):
    """``taken`` are the ids of calls that were answered 200, ``refused`` those answered 503, in their order."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[str] = []
        self.refused: list[str] = []

    @property
    def address(self) -> str:
        """Where a webhook is to call."""
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """One call."""
        self.rfile.read(int(self.headers["Content-Length"]))
        calls = len(self.server.taken) + len(self.server.refused) + 1
        refuses = calls % OUT_OF_ORDER == 0
        (self.server.refused if refuses else self.server.taken).append(self.headers["webhook-id"])
        self.send_response(503 if refuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Quiet: the drill prints its own figures."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen until the block ends."""
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        receiver.server_close()
        thread.join()
