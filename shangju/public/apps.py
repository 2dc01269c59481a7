"""The resident's pages: home, report, track, confirm. No account needed."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """The resident's pages: home, report, track, confirm. No account needed."""

    name = "shangju.public"
    label = "public"
