"""Topics: hot places and repeats."""

from django.apps import AppConfig


class TopicsConfig(AppConfig):
    """Topics: hot places and repeats."""

    name = "shangju.topics"
    label = "topics"
