"""Concerns from files, through a mapping, each row once."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Concerns from files, through a mapping, each row once."""

    name = "shangju.imports"
    label = "imports"
