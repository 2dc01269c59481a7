"""Collects the static files once per change, so that a second start does not do it again."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder, get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PageFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # comes without types
    """Names files by their content, in the imports of scripts too: a module never gets an older one beside it."""

    support_js_module_import_aggregation = True


class LoadedFilesFinder(AppDirectoriesFinder):
    """Static files of the apps without the extensions that come with htmx: no page loads them, and some import what
    is not there, which would stop the collecting.
    """

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """Every file that is collected."""
        return super().list([*(ignore_patterns or ()), "django_htmx/ext/*"])


def sources_digest() -> str:
    """A digest of name, size and time of every static file and of the storage that would process them."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]["BACKEND"]).encode())
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=None):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".collected"


def are_current() -> bool:
    """Whether what was collected is what the sources say now."""
    stamp = _stamp()
    return stamp.exists() and stamp.read_text(encoding="utf-8") == sources_digest()


def collect_if_stale() -> bool:
    """Collect, compress and stamp unless nothing changed since; give whether it was done."""
    if are_current():
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    _stamp().write_text(sources_digest(), encoding="utf-8")
    return True
