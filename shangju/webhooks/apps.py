"""Tells other programs what happens to cases, by signed calls to their addresses."""

from datetime import datetime

from django.apps import AppConfig

from shangju.core.queue import register_step


class WebhooksConfig(AppConfig):
    """Tells other programs what happens to cases, by signed calls to their addresses."""

    name = "shangju.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        """Give the worker its steps, after those of the notices: people come first."""
        register_step("make deliveries", _make)
        register_step("send deliveries", _send)
        register_step("tell owners of webhooks", _tell_owners)


def _make(now: datetime) -> int:
    from shangju.webhooks.sending import make_deliveries  # noqa: PLC0415 - models are not loaded yet at import

    return make_deliveries(now)


def _send(now: datetime) -> int:
    from shangju.webhooks.sending import send_deliveries  # noqa: PLC0415 - as above

    return send_deliveries(now)


def _tell_owners(now: datetime) -> int:
    from shangju.webhooks.telling import tell_owners  # noqa: PLC0415 - as above

    return tell_owners(now)
