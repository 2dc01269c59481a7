"""Backups: one file that holds everything at one moment, and the way back from it."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    """Backups: one file that holds everything at one moment, and the way back from it."""

    name = "shangju.backups"
    label = "backups"
