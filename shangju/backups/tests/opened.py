"""A backup laid open, one that somebody has changed, and an installation beside the one of the tests."""

import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings as django_settings
from django.db import connection

PHRASE = "a phrase for the tests"
PHONE = "13800138000"


def entries(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive}  # type: ignore[union-attr]


def damaged(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same backup with other content, written as a tar archive by hand."""
    held = entries(path)
    change(held)
    with tarfile.open(path, "w") as archive:
        for name, content in held.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def surroundings(folder: Path, *, media: Path | None = None, **changes: str) -> dict[str, str]:
    """The variables of an installation in ``folder`` that has the keys of this one; the test's database by default."""
    name = str(connection.settings_dict["NAME"])
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        at = connection.settings_dict
        url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{name}"
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("SHANGJU_", "DATABASE_", "TEST_DATABASE"))
    }
    return {
        **kept,
        "LC_ALL": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "shangju.config.settings",
        "SHANGJU_DATA": str(folder / "data"),
        "SHANGJU_MEDIA_URL": (media or folder / "photos-here").as_uri(),
        "SHANGJU_FIELD_KEYS": ",".join(django_settings.FIELD_KEYS),
        "SHANGJU_SECRET_KEY": django_settings.SECRET_KEY,
        "DATABASE_URL": url,
        **changes,
    }
