"""Measures: the figures of cases.md §8, read from the history and counted ahead."""

from datetime import datetime

from django.apps import AppConfig

from shangju.core.queue import register_step


class MeasuresConfig(AppConfig):
    """Measures: the figures of cases.md §8, read from the history and counted ahead."""

    name = "shangju.measures"
    label = "measures"

    def ready(self) -> None:
        """Give the worker its step; the services are imported when the first pass runs."""
        register_step("keep the figures", _keep)


def _keep(now: datetime) -> int:
    from shangju.measures.keeping import keep_figures  # noqa: PLC0415 - models are not loaded yet at import

    return keep_figures(now)
