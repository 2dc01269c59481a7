"""Ledgers: saved views over the work, and what is taken out of the house."""

from datetime import datetime

from django.apps import AppConfig

from shangju.core.queue import register_step


class LedgersConfig(AppConfig):
    """Ledgers: saved views over the work, and what is taken out of the house."""

    name = "shangju.ledgers"
    label = "ledgers"

    def ready(self) -> None:
        """Give the worker its steps; the services are imported when the first pass runs."""
        register_step("write exports", _write)
        register_step("clear old exports", _clear)


def _write(now: datetime) -> int:
    from shangju.ledgers.work import write_exports  # noqa: PLC0415 - models are not loaded yet at import

    return write_exports(now)


def _clear(now: datetime) -> int:
    from shangju.ledgers.work import clear_exports  # noqa: PLC0415 - as above

    return clear_exports(now)
