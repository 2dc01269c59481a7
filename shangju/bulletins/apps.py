"""Bulletins of a sub-district: week and month in words and figures, frozen when they are issued."""

from datetime import datetime

from django.apps import AppConfig

from shangju.core.queue import register_step


class BulletinsConfig(AppConfig):
    """Bulletins of a sub-district: week and month in words and figures, frozen when they are issued."""

    name = "shangju.bulletins"
    label = "bulletins"

    def ready(self) -> None:
        """Give the worker its step; the services are imported when the first pass runs."""
        register_step("draft bulletins", _draft)


def _draft(now: datetime) -> int:
    from shangju.bulletins.drafting import draft_due_bulletins  # noqa: PLC0415 - models are not loaded yet at import

    return draft_due_bulletins(now)
