"""Topics: hot places and repeats."""

from datetime import datetime

from django.apps import AppConfig

from shangju.core.queue import register_step


class TopicsConfig(AppConfig):
    """Topics: hot places and repeats."""

    name = "shangju.topics"
    label = "topics"

    def ready(self) -> None:
        """Give the worker its step; the search is imported when the first pass runs."""
        register_step("look for topics", _look)


def _look(now: datetime) -> int:
    from shangju.topics.proposing import look_for_topics  # noqa: PLC0415 - models are not loaded yet at import

    return look_for_topics(now)
