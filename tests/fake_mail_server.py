"""A mail server on this machine, for tests: takes one message a connection, or answers with the code that it was told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message


@dataclass
class MailServer:
    """What it took. ``refuses`` is the reply to each receiver, or with ``refuses_data`` to the message itself."""

    refuses: int = 0
    refuses_data: int = 0
    taken: list[Message] = field(default_factory=list)
    port: int = 0


@contextmanager
def fake_mail_server() -> Iterator[MailServer]:
    """Runs until the block ends."""
    mail = MailServer()

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say(220)
            for line in self.rfile:
                verb = line[:4].upper().strip()
                if verb == b"RCPT":
                    self._say(mail.refuses or 250)
                elif verb == b"DATA":
                    self._say(354)
                    text = b"".join(iter(self.rfile.readline, b".\r\n"))
                    self._say(mail.refuses_data or 250)
                    if not mail.refuses_data:
                        mail.taken.append(message_from_bytes(text))
                else:
                    self._say(221 if verb == b"QUIT" else 250)

        def _say(self, code: int) -> None:
            self.wfile.write(f"{code} so\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        mail.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield mail
        finally:
            server.shutdown()
