"""A mail server on this machine, for tests: takes one message a connection, or answers with the code that it was told."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any


@dataclass
class MailServer:
    """What it took. ``refuses`` is the reply to each receiver, or with ``refuses_data`` to the message itself.

    With ``certificate`` it speaks TLS: from the start where ``is_tls_at_once``, else when it is asked to turn to it.
    """

    refuses: int = 0
    refuses_data: int = 0
    certificate: ssl.SSLContext | None = None
    is_tls_at_once: bool = False
    taken: list[Message] = field(default_factory=list)
    taken_in_the_open: int = 0
    port: int = 0


class _Server(socketserver.ThreadingTCPServer):
    def handle_error(self, *_request: Any) -> None:
        """A caller that hangs up because it does not trust us is what the tests are about."""


@contextmanager
def fake_mail_server(given: MailServer | None = None) -> Iterator[MailServer]:
    """Runs until the block ends."""
    mail = given or MailServer()

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.is_open = True
            if mail.is_tls_at_once:
                self._turn_to_tls()
            self._say(220)
            while line := self.rfile.readline():
                verb = line[:8].upper().strip()
                if verb == b"STARTTLS":
                    self._say(220)
                    self._turn_to_tls()
                elif verb.startswith(b"EHLO") and mail.certificate and self.is_open:
                    self.wfile.write(b"250-so\r\n250 STARTTLS\r\n")
                elif verb.startswith(b"RCPT"):
                    self._say(mail.refuses or 250)
                elif verb.startswith(b"DATA"):
                    self._say(354)
                    text = b"".join(iter(self.rfile.readline, b".\r\n"))
                    self._say(mail.refuses_data or 250)
                    if not mail.refuses_data:
                        mail.taken.append(message_from_bytes(text))
                        mail.taken_in_the_open += self.is_open
                else:
                    self._say(221 if verb == b"QUIT" else 250)

        def _turn_to_tls(self) -> None:
            assert mail.certificate is not None, "asked for TLS without a certificate"
            self.connection = mail.certificate.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
            self.is_open = False

        def finish(self) -> None:
            super().finish()
            self.connection.close()

        def _say(self, code: int) -> None:
            self.wfile.write(f"{code} so\r\n".encode())

    with _Server(("127.0.0.1", 0), Conversation) as server:
        mail.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield mail
        finally:
            server.shutdown()
