"""A local server that speaks clamd's protocol: INSTREAM, VERSION, a limit on streams; it finds the EICAR test file."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# The harmless file that every scanner finds, in two parts so that no scanner finds this one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LONGEST_STREAM = 20 * 1024 * 1024


class Conversation(socketserver.BaseRequestHandler):
    """One question and its answer; ``server.seen`` keeps what was streamed."""

    server: Any

    def handle(self) -> None:
        """Read the command, answer as clamd 1.x does."""
        command = b""
        while not command.endswith(b"\0"):
            command += self._exactly(1)
        if command == b"zVERSION\0":
            self.request.sendall(b"ClamAV 1.4.3/27500/Thu Mar  5 09:00:00 2026\0")
        elif command == b"zINSTREAM\0":
            self.request.sendall(self._judged())
        else:
            self.request.sendall(b"UNKNOWN COMMAND\0")

    def _judged(self) -> bytes:
        content = b""
        while size := struct.unpack(">I", self._exactly(4))[0]:
            if len(content) + size > self.server.longest:
                return b"INSTREAM size limit exceeded. ERROR\0"
            content += self._exactly(size)
        self.server.seen.append(content)
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"

    def _exactly(self, size: int) -> bytes:
        content = b""
        while len(content) < size:
            received = self.request.recv(size - len(content))
            if not received:
                raise ConnectionError("the client ended in the middle")
            content += received
        return content


@contextmanager
def clamd(path: Path | None = None, *, longest: int = LONGEST_STREAM) -> Iterator[Any]:
    """The server, on a free port or on a socket at ``path``; ``.url`` is its address, ``.seen`` what was streamed."""
    kind = socketserver.ThreadingUnixStreamServer if path else socketserver.ThreadingTCPServer
    server: Any = kind(str(path) if path else ("127.0.0.1", 0), Conversation)  # type: ignore[arg-type]
    server.seen, server.longest, server.daemon_threads = [], longest, True
    server.url = f"unix://{path}" if path else f"tcp://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
