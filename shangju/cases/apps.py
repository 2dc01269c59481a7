"""The case mechanism: a concern from intake to a satisfied reporter."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The case mechanism: a concern from intake to a satisfied reporter."""

    name = "shangju.cases"
    label = "cases"
