"""Concerns from files, through a mapping, each row once."""

from datetime import datetime

from django.apps import AppConfig

from shangju.core.queue import register_step


class ImportsConfig(AppConfig):
    """Concerns from files, through a mapping, each row once."""

    name = "shangju.imports"
    label = "imports"

    def ready(self) -> None:
        """Give the worker its steps; the services are imported when the first pass runs."""
        register_step("take tables of orders in", _work_on_runs)
        register_step("clear old tables of orders", _clear_old_runs)


def _work_on_runs(now: datetime) -> int:
    from shangju.imports.work import work_on_runs  # noqa: PLC0415 - models are not loaded yet at import

    return work_on_runs(now)


def _clear_old_runs(now: datetime) -> int:
    from shangju.imports.work import clear_old_runs  # noqa: PLC0415 - as above

    return clear_old_runs(now)
