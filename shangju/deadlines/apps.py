"""Working time, deadline classes, and due instants that explain themselves."""

from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    """Working time, deadline classes, and due instants that explain themselves."""

    name = "shangju.deadlines"
    label = "deadlines"
