"""The programming interface: parse, call services, format."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The programming interface: parse, call services, format."""

    name = "shangju.api"
    label = "api"
