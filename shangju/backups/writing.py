"""Making a backup: one file, complete under its name or not there at all."""

import fcntl
import hashlib
import io
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import Error as AnyDatabaseError
from django.utils.translation import gettext as _

from shangju.backups.contents import (
    digest_of_heads,
    heads_statement,
    is_still_named,
    key_probes,
    named_files,
)
from shangju.backups.errors import BackupError
from shangju.backups.locking import LockingWriter
from shangju.backups.manifest import FORMAT, About, Manifest, written
from shangju.backups.snapshots import Snapshot, snapshot
from shangju.core.models import Heartbeat

PREFIX = "shangju-"
PLAIN, LOCKED = ".tar", ".tar.locked"
ABOUT, MANIFEST = "about.json", "manifest.json"
HEARTBEAT = "backup"
"""When the last complete backup was made; ``shangju doctor`` asks."""
_LOCK, _UNFINISHED = ".shangju-backup.lock", ".shangju-unfinished"
_BLOCK = 1024 * 1024


def make_backup(target: Path, *, now: datetime, passphrase: str = "", keep: int = 0) -> tuple[Path, Manifest]:
    """Write a backup of this moment into the folder ``target``; its path, and what is in it.

    Locked where there is a ``passphrase``. Of all backups in ``target`` the newest ``keep`` stay (0: all); older ones go
    only when the new one is on disk. The field keys and the secret key are not in it. Raises :class:`BackupError` where
    it could not be made; nothing of it is left then.
    """
    name = f"{PREFIX}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{LOCKED if passphrase else PLAIN}"
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone_in(target) as workshop:
            if (target / name).exists():
                raise BackupError(_("%(name)s is there already.") % {"name": target / name})
            manifest = _write(workshop, workshop / name, now=now, passphrase=passphrase)
            (workshop / name).rename(target / name)
            _flush(target)
            _keep_newest(target, keep)
    except (OSError, sqlite3.Error, AnyDatabaseError) as error:
        reason = {"folder": target, "reason": getattr(error, "strerror", None) or error}
        raise BackupError(
            _("No backup was made in %(folder)s: %(reason)s. What had been written was removed.") % reason
        ) from error
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"at": now})
    return target / name, manifest


def backups_in(folder: Path) -> list[Path]:
    """The complete backups in a folder, oldest first."""
    return sorted(path for path in folder.glob(f"{PREFIX}*") if path.name.endswith((PLAIN, LOCKED)))


def _keep_newest(folder: Path, keep: int) -> None:
    for path in backups_in(folder)[:-keep] if keep else []:
        path.unlink()


@contextmanager
def _alone_in(target: Path) -> Iterator[Path]:
    """A folder for unfinished things in ``target``; what a killed backup left there goes first."""
    workshop = target / _UNFINISHED
    with (target / _LOCK).open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(
                _("Another backup is being made in %(folder)s.") % {"folder": target}
            ) from error
        shutil.rmtree(workshop, ignore_errors=True)
        workshop.mkdir(mode=0o700)
        try:
            yield workshop
        finally:
            shutil.rmtree(workshop, ignore_errors=True)


def _write(workshop: Path, path: Path, *, now: datetime, passphrase: str) -> Manifest:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        locking = LockingWriter(cast("IO[bytes]", file), passphrase) if passphrase else None
        with tarfile.open(
            fileobj=cast("Any", locking or file), mode="w|", format=tarfile.PAX_FORMAT
        ) as archive:
            manifest = _Entries(archive, now).write_all(workshop)
        if locking:
            locking.finish()
        file.flush()
        os.fsync(file.fileno())
    return manifest


class _Entries:
    """Writes the entries of one archive and remembers what they were."""

    def __init__(self, archive: tarfile.TarFile, now: datetime) -> None:
        self._archive, self._now, self._manifest = archive, now, Manifest()

    def write_all(self, workshop: Path) -> Manifest:
        """Snapshot first, files after it: a file is written before the row that names it."""
        with snapshot(workshop) as taken:
            self._add_bytes(ABOUT, written(self._about(taken)))
            self._manifest.rows = taken.count_rows()
            self._manifest.cases, self._manifest.heads = digest_of_heads(taken.ask(heads_statement()))
            for name, packed in taken.write_entries(workshop):
                with packed.open("rb") as content:
                    self._add(name, content, packed.stat().st_size)
                packed.unlink()
            for name in named_files(taken):
                self._add_file(name)
        self._add_bytes(MANIFEST, written(self._manifest))
        del self._manifest.files[MANIFEST]  # it cannot hold its own sum
        return self._manifest

    def _about(self, taken: Snapshot) -> About:
        made_at = self._now.astimezone(UTC).isoformat(timespec="seconds")
        return About(FORMAT, settings.VERSION, taken.vendor, made_at, taken.migrations(), key_probes())

    def _add_file(self, name: str) -> None:
        try:
            with default_storage.open(name, "rb") as content:
                self._add(f"media/{name}", cast("BinaryIO", content), default_storage.size(name))
        except FileNotFoundError:
            gone = self._manifest.missing if is_still_named(name) else self._manifest.removed
            gone.append(name)

    def _add_bytes(self, name: str, content: bytes) -> None:
        self._add(name, io.BytesIO(content), len(content))

    def _add(self, name: str, content: BinaryIO, size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.mtime = size, 0o600, int(self._now.timestamp())
        hashing = HashingReader(content)
        self._archive.addfile(entry, cast("IO[bytes]", hashing))
        self._manifest.files[name] = hashing.digest.hexdigest()


class HashingReader:
    """Passes on what is read from a file and keeps its SHA-256."""

    def __init__(self, file: Any) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read and hash."""
        content: bytes = self._file.read(size)
        self.digest.update(content)
        return content


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
