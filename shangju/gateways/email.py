"""E-mail by the mail server of the house."""

import logging
from datetime import datetime
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)
from ssl import SSLCertVerificationError
from urllib.parse import urlsplit

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from shangju.gateways.addresses import GatewayAddress, is_this_machine
from shangju.gateways.errors import RefusedForGood, Unreachable
from shangju.gateways.limits import take_slots
from shangju.gateways.message import Message

logger = logging.getLogger(__name__)

ANSWERS_WITHIN = 20
"""Seconds; less than a worker may hold a message."""

FOR_GOOD = 500
"""From this reply on no repeat would do better (RFC 5321 §4.2.1)."""


NOT_SENT: tuple[tuple[type[OSError], str], ...] = (
    (
        SSLCertVerificationError,
        "this machine does not trust its certificate; add the authority's to those of the machine (docs/notices.md)",
    ),
    (SMTPNotSupportedError, "it offers no TLS, or no way to sign in, and nothing goes out without"),
    (SMTPAuthenticationError, "it refuses user and password"),
    (SMTPServerDisconnected, "it broke off or gave no answer"),
    (TimeoutError, "it gave no answer"),
)
"""What an operator has to know besides the name of a fault."""


class EmailGateway:
    """Hands messages to the mail server; the key is the Message-ID, so that a repeat can be recognised."""

    def __init__(self, address: GatewayAddress) -> None:
        self.address = address

    def send(self, message: Message, *, now: datetime) -> None:
        """One plain text, within the limits. What the server says of an address or a key reaches no log."""
        take_slots("email", message.recipient, is_urgent=message.is_urgent, now=now)
        writer, connection = self.address.options["from"], self._connection()
        mail = EmailMessage(
            subject=" ".join(message.subject.split()),
            body=message.body,
            from_email=writer,
            to=[message.recipient],
            headers={"Message-ID": f"<{message.key}@{writer.rpartition('@')[2]}>"},
            connection=connection,
        )
        try:
            mail.send()
        except SMTPRecipientsRefused as refusal:
            raise _told(min(code for code, _words in refusal.recipients.values())) from None
        except SMTPDataError as refusal:
            raise _told(refusal.smtp_code) from None
        except OSError as fault:
            why = next((sentence for kind, sentence in NOT_SENT if isinstance(fault, kind)), "")
            if why:
                logger.warning("nothing was sent to the mail server %s: %s", self.address.host, why)
            raise Unreachable(type(fault).__name__) from None
        finally:
            connection.close()

    def _connection(self) -> EmailBackend:
        is_tls = self.address.provider == "smtps"
        return EmailBackend(
            host=self.address.host,
            port=urlsplit(self.address.base).port,
            username=self.address.key_id,
            password=self.address.secret,
            use_ssl=is_tls,
            use_tls=not is_tls and not is_this_machine(self.address),
            timeout=ANSWERS_WITHIN,
        )


def _told(code: int) -> Exception:
    return RefusedForGood(f"smtp {code}") if code >= FOR_GOOD else Unreachable(f"smtp {code}")
