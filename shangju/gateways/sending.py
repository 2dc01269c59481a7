"""Ways out of the system behind one interface.

A gateway takes a message with a **key**; the same key again must not reach the person twice. The default gateway
writes to the console log (without the personal data) and, in demo mode, to the mailbox page.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from shangju.gateways.models import OutgoingMessage

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address by one channel (``sms`` or ``email``)."""

    key: str
    channel: str
    recipient: str
    body: str
    subject: str = ""


class Gateway(Protocol):
    """Carries messages out of the house; raises ``OSError`` when it cannot, and the caller tries again later."""

    def send(self, message: Message, *, now: datetime) -> None:
        """Hand the message over, durably, before returning."""


class ConsoleGateway:
    """Writes that a message went out to the log and, in demo mode, keeps it for the mailbox page."""

    def send(self, message: Message, *, now: datetime) -> None:
        """Keep the message once per key."""
        logger.info("message out: channel=%s key=%s", message.channel, message.key)
        if settings.DEMO:
            OutgoingMessage.objects.get_or_create(
                key=message.key,
                defaults={
                    "channel": message.channel,
                    "recipient": message.recipient,
                    "subject": message.subject,
                    "body": message.body,
                    "sent_at": now,
                },
            )


class EmailGateway:
    """Hands e-mail to the configured mail server; the key is its Message-ID, so a repeat can be recognised."""

    def send(self, message: Message, *, now: datetime) -> None:
        """Send by SMTP."""
        EmailMessage(
            subject=message.subject,
            body=message.body,
            to=[message.recipient],
            headers={"Message-ID": f"<{message.key}@shangju>"},
        ).send()


def gateway_for(channel: str) -> Gateway:
    """The configured gateway of a channel (``settings.GATEWAYS``), the console one where none is named."""
    path = getattr(settings, "GATEWAYS", {}).get(channel, "shangju.gateways.sending.ConsoleGateway")
    gateway: Gateway = import_string(path)()
    return gateway
