"""The Dashikou demonstration: deterministic, relative to today."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The Dashikou demonstration: deterministic, relative to today."""

    name = "shangju.demo"
    label = "demo"
