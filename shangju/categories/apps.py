"""The tree of categories of concerns, with class, ladder and legal basis."""

from django.apps import AppConfig


class CategoriesConfig(AppConfig):
    """The tree of categories of concerns, with class, ladder and legal basis."""

    name = "shangju.categories"
    label = "categories"
