"""Tells people what happened: takes un-notified history rows, writes and sends notices."""

from datetime import datetime

from django.apps import AppConfig

from shangju.core.queue import register_step


class NoticesConfig(AppConfig):
    """Tells people what happened: takes un-notified history rows, writes and sends notices."""

    name = "shangju.notices"
    label = "notices"

    def ready(self) -> None:
        """Give the worker its steps; the services are imported when the first pass runs."""
        register_step("tell of events", _tell)
        register_step("make daily lists", _make_lists)
        register_step("send notices", _send)


def _tell(now: datetime) -> int:
    from shangju.notices.telling import tell_of_events  # noqa: PLC0415 - models are not loaded yet at import

    return tell_of_events(now)


def _make_lists(now: datetime) -> int:
    from shangju.notices.making_lists import make_daily_lists  # noqa: PLC0415 - as above

    return make_daily_lists(now)


def _send(now: datetime) -> int:
    from shangju.notices.services import send_notices  # noqa: PLC0415 - as above

    return send_notices(now)
