"""Tells people what happened: takes un-notified history rows, writes and sends notices."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Tells people what happened: takes un-notified history rows, writes and sends notices."""

    name = "shangju.notices"
    label = "notices"
