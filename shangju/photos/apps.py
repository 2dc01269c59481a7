"""Pictures: decoded, re-encoded, stripped, and shown only to who may see them."""

from datetime import datetime

from django.apps import AppConfig

from shangju.core.queue import register_step


class PhotosConfig(AppConfig):
    """Pictures: decoded, re-encoded, stripped, and shown only to who may see them."""

    name = "shangju.photos"
    label = "photos"

    def ready(self) -> None:
        """Give the worker its steps; the services are imported when the first pass runs."""
        register_step("scan waiting photos", _scan_waiting)
        register_step("remove unclaimed photos", _remove_unclaimed)
        register_step("remove stray photo files", _remove_stray_files)


def _scan_waiting(now: datetime) -> int:
    from shangju.photos.services import scan_waiting  # noqa: PLC0415 - models are not loaded yet at import

    return scan_waiting(now=now)


def _remove_unclaimed(now: datetime) -> int:
    from shangju.photos.services import remove_unclaimed  # noqa: PLC0415 - models are not loaded yet at import

    return remove_unclaimed(now=now)


def _remove_stray_files(now: datetime) -> int:
    from shangju.photos.services import sweep_stray_files  # noqa: PLC0415 - as above

    return sweep_stray_files(now=now)
