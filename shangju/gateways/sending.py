"""Ways out of the system behind one interface.

A gateway takes a message with a **key**; the same key again must not reach the person twice. The default gateway
writes to the console log (without the personal data) and, in demo mode, to the mailbox page.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from shangju.gateways.addresses import GatewayAddress
from shangju.gateways.email import EmailGateway
from shangju.gateways.message import Message
from shangju.gateways.models import OutgoingMessage
from shangju.gateways.sms import SmsGateway
from shangju.gateways.wecom import WecomGateway, WecomRobotGateway

__all__ = ["Gateway", "Message", "gateway_for", "is_configured"]

logger = logging.getLogger(__name__)


class Gateway(Protocol):
    """Carries messages out of the house.

    Raises ``OSError`` when it cannot now, and the caller tries again later (``Busy`` says when), or ``RefusedForGood``.
    """

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


def gateway_for(channel: str) -> Gateway:
    """The gateway of a channel: the one named in ``settings.GATEWAYS``, else the configured provider, else the console."""
    named = getattr(settings, "GATEWAYS", {}).get(channel)
    if named:
        gateway: Gateway = import_string(named)()
        return gateway
    address = settings.ENVIRONMENT.gateways.get(channel)
    return PROVIDERS[channel](address) if address else ConsoleGateway()


PROVIDERS: dict[str, Callable[[GatewayAddress], Gateway]] = {
    "sms": SmsGateway,
    "wecom": WecomGateway,
    "wecom-robot": WecomRobotGateway,
    "email": EmailGateway,
}


def is_configured(channel: str) -> bool:
    """Whether messages of the channel really leave the house."""
    return channel in settings.ENVIRONMENT.gateways or channel in getattr(settings, "GATEWAYS", {})
