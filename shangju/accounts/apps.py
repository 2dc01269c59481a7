"""People who sign in, how they do it, and the three administrators."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who sign in, how they do it, and the three administrators."""

    name = "shangju.accounts"
    label = "accounts"
