"""The way back: from one file to a whole installation, onto an empty one only."""

import sqlite3
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import Error as AnyDatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from shangju.backups.contents import digest_of_heads, heads_statement, wrong_keys
from shangju.backups.databases import EmptyDatabase, Migrations, empty_database
from shangju.backups.errors import BackupError
from shangju.backups.manifest import About, Manifest
from shangju.backups.reading import go_through, read_about, verify

UNFINISHED = ".restore-unfinished"
"""A file in the storage while a restore is under way: what lies beside it may be overwritten."""


@dataclass(slots=True)
class Restored:
    """What was brought back, and what is not as it should be although it was brought back as it was."""

    about: About
    manifest: Manifest
    faults: list[str] = field(default_factory=list)


def restore_backup(path: Path, *, passphrase: str = "", with_other_keys: bool = False) -> Restored:
    """Bring a backup into the empty database and the empty photo storage of this installation.

    First everything is read and checked; only then is anything written. Afterwards the counts of all tables, every file
    and every history are compared with what the backup promises, and newer migrations are applied. Raises
    :class:`BackupError` where it may not or cannot be restored; nothing of it is left then.
    """
    about = read_about(path, passphrase=passphrase)
    database = empty_database()
    migrations = _refuse_early(about, database, with_other_keys=with_other_keys)
    _about, manifest = verify(path, passphrase=passphrase)
    written: list[str] = []
    try:
        _mark()
        with database.loading(migrations):
            go_through(path, partial(_take, database, written), passphrase=passphrase)
            database.check(manifest.rows)
        default_storage.delete(UNFINISHED)
    except BaseException as error:
        for name in [*written, UNFINISHED]:
            default_storage.delete(name)
        if isinstance(error, (OSError, sqlite3.Error, AnyDatabaseError)):
            reason = {"reason": getattr(error, "strerror", None) or error}
            raise BackupError(
                _("Nothing was restored: %(reason)s. What had been written was removed.") % reason
            ) from error
        raise
    return Restored(about, manifest, _compared(manifest))


def _refuse_early(about: About, database: EmptyDatabase, *, with_other_keys: bool) -> Migrations:
    """Every reason that can be known before anything is written; where the database must be migrated to."""
    if about.vendor != database.vendor:
        raise BackupError(
            _(
                "This is a backup of %(backup)s, and DATABASE_URL names %(here)s. Name a database of the same kind."
            )
            % {"backup": about.vendor, "here": database.vendor}
        )
    if not database.is_empty():
        raise BackupError(
            _(
                "The database that DATABASE_URL names is not empty. Name an empty one; nothing is ever overwritten."
            )
        )
    if not default_storage.exists(UNFINISHED) and (found := _first_file("")):
        raise BackupError(
            _("The folder for photos is not empty (%(file)s). Name an empty one with SHANGJU_MEDIA_URL.")
            % {"file": found}
        )
    wrong = wrong_keys(about.key_probes)
    if wrong and not with_other_keys:
        raise BackupError(
            _(
                "%(settings)s is not the one of the installation that was backed up: sealed contact data could not be "
                "read, tracking codes and phone numbers would not be found. Set the right one."
            )
            % {"settings": ", ".join(wrong)}
        )
    return _migrations(about)


def _migrations(about: About) -> Migrations:
    """The last migration of each app. Raises :class:`BackupError` for one that this version does not know."""
    loader = MigrationLoader(None)
    applied: Migrations = [(app, name) for app, name in about.migrations]
    unknown = [f"{app}.{name}" for app, name in applied if (app, name) not in loader.disk_migrations]
    if unknown:
        raise BackupError(
            _(
                "The backup was made by Shangju %(version)s, which is newer: %(migration)s is unknown here. Upgrade first."
            )
            % {"version": about.version, "migration": unknown[0]}
        )
    known = set(applied)
    children = {key: loader.graph.node_map[key].children for key in applied}
    return [key for key in applied if not any(c.key in known and c.key[0] == key[0] for c in children[key])]


def _first_file(folder: str) -> str:
    """Some file in the storage; empty where there is none."""
    if folder and not default_storage.exists(folder):
        return ""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return ""
    if files:
        return f"{folder}{files[0]}"
    return next((found for each in folders if (found := _first_file(f"{folder}{each}/"))), "")


def _mark() -> None:
    if not default_storage.exists(UNFINISHED):
        default_storage.save(UNFINISHED, ContentFile(b""))


def _take(database: EmptyDatabase, written: list[str], about: About, entry: str, content: IO[bytes]) -> None:
    if entry.startswith("database/"):
        database.load(entry, content)
    elif entry.startswith("media/"):
        name = entry.removeprefix("media/")
        if default_storage.exists(name):
            default_storage.delete(name)  # of a restore that did not finish
        written.append(default_storage.save(name, _Streamed(content, name=name)))


class _Streamed(File):  # type: ignore[type-arg] # Django's class takes none when it runs
    """A file that is read once, from its beginning to its end."""

    def chunks(self, chunk_size: int | None = None) -> Any:
        """As it comes."""
        assert self.file is not None
        while block := self.file.read(chunk_size or self.DEFAULT_CHUNK_SIZE):
            yield block


def _compared(manifest: Manifest) -> list[str]:
    """What is not as it should be: histories, files. Newer migrations are applied in between."""
    faults = [
        _("The file %(name)s was missing when the backup was made.") % {"name": n} for n in manifest.missing
    ]
    with connection.cursor() as cursor:
        cursor.execute(heads_statement())
        if digest_of_heads(iter(cursor.fetchone, None)) != (manifest.cases, manifest.heads):
            faults.append(_("The histories do not end as they did when the backup was made."))
    faults += [
        _("The file %(name)s is not there.") % {"name": name.removeprefix("media/")}
        for name in manifest.files
        if name.startswith("media/") and not default_storage.exists(name.removeprefix("media/"))
    ]
    call_command("migrate", interactive=False, verbosity=0)
    try:
        call_command("verify_history")
    except CommandError as broken:
        faults.append(str(broken))
    return faults
