"""The base that knows nothing of the domain."""

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig


class CoreConfig(AppConfig):
    """Scoping, sealing, errors, audit, and the shared look."""

    default = True
    name = "shangju.core"
    label = "core"


class StaticFilesConfig(DjangoStaticFilesConfig):
    """Leaves out the extensions that come with htmx: no page loads them, and some import what is not there."""

    ignore_patterns = [*DjangoStaticFilesConfig.ignore_patterns, "django_htmx/ext/*"]
