"""Where uploaded files are kept: on disk for good before anybody is told so, or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class DurableFileStorage(FileSystemStorage):
    """Django's file storage, where a name appears only once its whole content is on disk.

    The content goes to a part file, is flushed, and is then renamed; the folders are flushed as well. A full
    disk or a read-only folder raises ``OSError`` and leaves nothing behind. Rename replaces, so names must be
    random: callers give names nobody else can have chosen.
    """

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]
        part = f"{name}.part"
        try:
            part = super()._save(part, content)  # type: ignore[misc]  # not in the stubs
            _flush(Path(self.path(part)))
            Path(self.path(part)).rename(self.path(name))
        except OSError:
            with suppress(OSError):
                self.delete(part)
            raise
        self._flush_folders(Path(self.path(name)).parent)
        return name

    def _flush_folders(self, folder: Path) -> None:
        """Flush ``folder`` and those above it up to the storage's root: a new name is part of its folder."""
        root = Path(self.location)
        while folder.is_relative_to(root):
            _flush(folder)
            folder = folder.parent


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
