"""Supervision: deadlines that climb by themselves, the desk of the task force."""

from datetime import datetime

from django.apps import AppConfig

from shangju.core.queue import register_step


class SupervisionConfig(AppConfig):
    """Supervision: deadlines that climb by themselves, the desk of the task force."""

    name = "shangju.supervision"
    label = "supervision"

    def ready(self) -> None:
        """Give the worker its steps; the services are imported when the first pass runs."""
        register_step("climb the ladder", _climb)
        register_step("close what nobody could be reached about", _close)
        register_step("call for replies to orders", _call_for_replies)


def _climb(now: datetime) -> int:
    from shangju.supervision.sweeping import climb_ladder  # noqa: PLC0415 - models are not loaded yet at import

    return climb_ladder(now)


def _close(now: datetime) -> int:
    from shangju.supervision.sweeping import close_unreachable_cases  # noqa: PLC0415 - as above

    return close_unreachable_cases(now)


def _call_for_replies(now: datetime) -> int:
    from shangju.supervision.order_sweeping import call_for_replies  # noqa: PLC0415 - as above

    return call_for_replies(now)
