"""The files of photos in the storage: both of a photo or none."""

import errno
import logging
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

logger = logging.getLogger(__name__)

ROOT = "photos"


def write_files(contents: Sequence[bytes], *, now: datetime) -> list[str]:
    """Write each content under ``photos/YYYY/MM/`` with a random name; the names in order.

    When one cannot be written those before it are removed, and the ``OSError`` goes on.
    """
    folder = month_folder(now)
    written: list[str] = []
    try:
        for content in contents:
            name = f"{folder}/{secrets.token_hex(16)}.jpg"
            written.append(default_storage.save(name, ContentFile(content)))
    except OSError as error:
        logger.error("photo files not written: %s", _what_failed(error))  # noqa: TRY400 - the number says all
        remove_files(written)
        raise
    return written


def month_folder(moment: datetime) -> str:
    """The folder of the photos uploaded in the (local) month of ``moment``."""
    return f"{ROOT}/{timezone.localtime(moment):%Y/%m}"


def remove_files(names: Iterable[str]) -> None:
    """Remove files; one that cannot be removed is logged and left to the sweep of stray files."""
    for name in names:
        try:
            default_storage.delete(name)
        except OSError as error:
            logger.warning("photo file not removed: %s", _what_failed(error))


def _what_failed(error: OSError) -> str:
    """The name of the error number, such as ``ENOSPC``; paths stay out of the log."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)
