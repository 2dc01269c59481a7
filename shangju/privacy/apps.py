"""Retention, anonymisation and the rights of those whose data is kept."""

from datetime import datetime

from django.apps import AppConfig

from shangju.core.queue import register_step


class PrivacyConfig(AppConfig):
    """Retention, anonymisation and the rights of those whose data is kept."""

    name = "shangju.privacy"
    label = "privacy"

    def ready(self) -> None:
        """Give the worker its steps; the services are imported when the first pass runs."""
        register_step("carry out retention", _carry_out)
        register_step("note who was told", _note_told)


def _carry_out(now: datetime) -> int:
    from shangju.privacy.carrying_out import carry_out_retention  # noqa: PLC0415 - models are not loaded yet at import

    return carry_out_retention(now)


def _note_told(now: datetime) -> int:
    from shangju.privacy.telling import note_told  # noqa: PLC0415 - as above

    return note_told(now)
