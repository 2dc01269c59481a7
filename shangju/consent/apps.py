"""The privacy notice in versions: what people were told when they left their data."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """The privacy notice in versions: what people were told when they left their data."""

    name = "shangju.consent"
    label = "consent"
