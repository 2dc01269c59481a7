"""The base that knows nothing of the domain."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Scoping, sealing, errors, audit, and the shared look."""

    name = "shangju.core"
    label = "core"
