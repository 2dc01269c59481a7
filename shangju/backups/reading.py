"""Reading a backup from its beginning to its end, and finding out whether it is whole."""

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from django.utils.translation import gettext as _

from shangju.backups import manifest as parts
from shangju.backups.contents import is_plain
from shangju.backups.errors import BackupError
from shangju.backups.locking import MAGIC, UnlockingReader
from shangju.backups.manifest import About, Manifest
from shangju.backups.writing import ABOUT, MANIFEST, HashingReader, backups_in

_BLOCK = 1024 * 1024

Take = Callable[[About, str, IO[bytes]], None]
"""What is done with an entry; it may read all of it, some or nothing."""


def found_backup(source: Path) -> Path:
    """``source`` itself, or the newest backup in it where it is a folder. Raises :class:`BackupError`."""
    if source.is_dir():
        inside = backups_in(source)
        if not inside:
            raise BackupError(_("There is no backup in %(folder)s.") % {"folder": source})
        return inside[-1]
    if not source.exists():
        raise BackupError(_("%(path)s does not exist.") % {"path": source})
    return source


def read_about(path: Path, *, passphrase: str) -> About:
    """What the beginning says."""
    with _opened(path, passphrase) as archive:
        return _about(archive)


def go_through(path: Path, take: Take, *, passphrase: str) -> tuple[About, Manifest]:
    """Hand every entry to ``take``; then compare each with what the end says.

    Raises :class:`BackupError` when something is damaged, missing or was not written there.
    """
    seen: dict[str, str] = {}
    with _opened(path, passphrase) as archive:
        about = _about(archive)
        while (entry := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined] # nobody goes back in a stream; a million photos need no list
            content = archive.extractfile(entry)
            if content is None or not is_plain(entry.name):
                raise _damaged(path, entry.name)
            if entry.name == MANIFEST:
                manifest = parts.read(Manifest, content.read())
                _compare(path, {ABOUT: hashlib.sha256(parts.written(about)).hexdigest(), **seen}, manifest)
                return about, manifest
            hashing = HashingReader(content)
            take(about, entry.name, cast("IO[bytes]", hashing))
            while hashing.read(_BLOCK):
                pass  # to the end, so that the whole of it is hashed
            seen[entry.name] = hashing.digest.hexdigest()
    raise _damaged(path, MANIFEST)


def verify(path: Path, *, passphrase: str) -> tuple[About, Manifest]:
    """Whether a backup is whole, with the rows it promises; writes nothing. Raises :class:`BackupError`."""
    counted: dict[str, int] = {}

    def count(about: About, name: str, content: IO[bytes]) -> None:
        if name.endswith(".copy.gz"):
            with gzip.open(content, "rb") as lines:
                counted[table_of(name)] = sum(1 for _line in lines) - 1

    about, manifest = go_through(path, count, passphrase=passphrase)
    for table, rows in counted.items():
        if manifest.rows.get(table) != rows:
            raise _damaged(path, table)
    return about, manifest


def table_of(entry: str) -> str:
    """The table that an entry holds."""
    return entry.removeprefix("database/").removesuffix(".copy.gz")


def _about(archive: tarfile.TarFile) -> About:
    first = archive.next()
    content = archive.extractfile(first) if first is not None and first.name == ABOUT else None
    if content is None:
        raise BackupError(_("This file is no backup of Shangju."))
    return parts.read(About, content.read())


def _compare(path: Path, seen: dict[str, str], manifest: Manifest) -> None:
    for name in sorted(seen.keys() | manifest.files.keys()):
        if seen.get(name) != manifest.files.get(name):
            raise _damaged(path, name)


def _damaged(path: Path, what: str) -> BackupError:
    return BackupError(
        _("%(path)s is damaged: %(what)s is missing or not what was written. Take another copy of it.")
        % {"path": path, "what": what}
    )


@contextmanager
def _opened(path: Path, passphrase: str) -> Iterator[tarfile.TarFile]:
    try:
        with (
            path.open("rb") as file,
            _unlocked(file, passphrase) as plain,
            tarfile.open(fileobj=plain, mode="r|") as archive,
        ):
            yield archive
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BackupError(
            _("%(path)s is no backup of Shangju, or it is damaged. Take another copy of it.") % {"path": path}
        ) from error


def _unlocked(file: IO[bytes], passphrase: str) -> Any:
    if file.read(len(MAGIC)) != MAGIC:
        file.seek(0)
        return io.BufferedReader(cast("Any", file), _BLOCK)
    if not passphrase:
        raise BackupError(
            _("This backup is locked; set SHANGJU_BACKUP_PASSPHRASE to the one it was made with.")
        )
    return io.BufferedReader(UnlockingReader(file, passphrase), _BLOCK)
