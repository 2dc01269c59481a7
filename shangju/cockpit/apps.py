"""The cockpit 驾驶舱: one wall screen of a sub-district."""

from datetime import datetime

from django.apps import AppConfig

from shangju.core.queue import register_step


class CockpitConfig(AppConfig):
    """The cockpit 驾驶舱: one wall screen of a sub-district."""

    name = "shangju.cockpit"
    label = "cockpit"

    def ready(self) -> None:
        """Give the worker its step; the service is imported when the first pass runs."""
        register_step("count the days of the wall", _count)


def _count(now: datetime) -> int:
    from shangju.cockpit.services import count_days  # noqa: PLC0415 - models are not loaded yet at import

    return count_days(now=now)
