"""Set-up pages of the three administrators."""

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    """Set-up pages of the three administrators."""

    name = "shangju.administration"
    label = "administration"
