"""The signed-in person's own pages, phone first."""

from django.apps import AppConfig


class MyConfig(AppConfig):
    """The signed-in person's own pages, phone first."""

    name = "shangju.my"
    label = "my"
