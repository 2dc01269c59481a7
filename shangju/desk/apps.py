"""The staff's pages: worklist, staff entry, case page, supervision list."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The staff's pages: worklist, staff entry, case page, supervision list."""

    name = "shangju.desk"
    label = "desk"
