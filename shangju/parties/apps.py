"""Members of the alliance: merchants, property firms, social organisations, public bodies."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """Members of the alliance: merchants, property firms, social organisations, public bodies."""

    name = "shangju.parties"
    label = "parties"
