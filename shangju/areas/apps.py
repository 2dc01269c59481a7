"""The tree of areas with its Party bodies, outlines and addresses."""

from django.apps import AppConfig


class AreasConfig(AppConfig):
    """The tree of areas with its Party bodies, outlines and addresses."""

    name = "shangju.areas"
    label = "areas"
