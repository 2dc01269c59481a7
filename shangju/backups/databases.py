"""Putting the content of a backup into an empty database."""

import gzip
import os
import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import IO, Any, ClassVar

from django.db import connection, transaction
from django.db.backends.sqlite3._functions import register  # the functions that check constraints call
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from psycopg import sql

from shangju.backups.errors import BackupError
from shangju.backups.reading import table_of

MARK = "shangju_restore_unfinished"
"""A table that is there while a restore is under way: what lies beside it belongs to nobody and may be removed."""
_BLOCK = 1024 * 1024

Migrations = list[tuple[str, str]]


class EmptyDatabase(ABC):
    """The database of this installation, which must hold nothing yet."""

    vendor: ClassVar[str]

    @abstractmethod
    def is_empty(self) -> bool:
        """Whether it holds nothing but the remains of a restore that did not finish."""

    @abstractmethod
    def loading(self, migrations: Migrations) -> AbstractContextManager[None]:
        """Between entry and exit entries are loaded; an exception leaves the database as empty as it was."""

    @abstractmethod
    def load(self, entry: str, content: IO[bytes]) -> None:
        """Take one entry."""

    @abstractmethod
    def count(self, table: str) -> int:
        """Rows that were loaded into a table. Raises :class:`BackupError` where the table is damaged."""

    def check(self, rows: dict[str, int]) -> None:
        """Raise :class:`BackupError` where a table has other than the promised rows."""
        for table, promised in rows.items():
            if table != "django_migrations" and (loaded := self.count(table)) != promised:
                raise BackupError(
                    _("Table %(table)s has %(loaded)s rows instead of %(promised)s; nothing was restored.")
                    % {"table": table, "loaded": loaded, "promised": promised}
                )


class EmptySqlite(EmptyDatabase):
    """No file yet, or one without tables. It is written beside its place and takes it at the end."""

    vendor = "sqlite"

    def __init__(self) -> None:
        self._path = Path(str(connection.settings_dict["NAME"]))
        self._part = self._path.with_name(f"{self._path.name}.restoring")

    def is_empty(self) -> bool:
        """As declared."""
        connection.close()
        if not self._path.exists() or not self._path.stat().st_size:
            return True
        with closing(sqlite3.connect(self._path)) as found:
            return not found.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]

    @contextmanager
    def loading(self, migrations: Migrations) -> Iterator[None]:
        """As declared."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield
            for leftover in ("-wal", "-shm"):
                self._path.with_name(self._path.name + leftover).unlink(missing_ok=True)
            self._part.replace(self._path)
        finally:
            self._part.unlink(missing_ok=True)

    def load(self, entry: str, content: IO[bytes]) -> None:
        """The one entry is the file."""
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file, gzip.open(content, "rb") as plain:
            shutil.copyfileobj(plain, file, _BLOCK)
            file.flush()
            os.fsync(file.fileno())

    def check(self, rows: dict[str, int]) -> None:
        """Besides the counts, every page of the file."""
        with closing(sqlite3.connect(self._part)) as found:
            register(found)
            if found.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise BackupError(_("The database in the backup is damaged; take an older backup."))
        super().check(rows)

    def count(self, table: str) -> int:
        """As declared."""
        with closing(sqlite3.connect(self._part)) as found:
            return int(found.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608 - checked below


class EmptyPostgres(EmptyDatabase):
    """A database without tables. Our migrations make them as they were; the rows come in one transaction."""

    vendor = "postgresql"

    def is_empty(self) -> bool:
        """As declared."""
        found = _tables()
        return not found or MARK in found

    @contextmanager
    def loading(self, migrations: Migrations) -> Iterator[None]:
        """Remove the remains of an earlier try, migrate to where the backup was, empty the tables, take the rows."""
        _remove_everything()
        _ask("CREATE TABLE {} ()", MARK)
        try:
            MigrationExecutor(connection).migrate(migrations)
            with transaction.atomic():
                for table in _tables():  # rows that migrations wrote are in the backup, too
                    if table not in {"django_migrations", MARK}:
                        _ask("TRUNCATE {} CASCADE", table)
                yield
                _set_sequences()
                _ask("DROP TABLE {}", MARK)
        except BaseException:
            _remove_everything()
            raise
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def load(self, entry: str, content: IO[bytes]) -> None:
        """One table; its columns are named in the first line."""
        with gzip.open(content, "rb") as lines:
            names = lines.readline().decode().rstrip("\n").split("\t")
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(table_of(entry)), sql.SQL(", ").join(map(sql.Identifier, names))
            )
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                while block := lines.read(_BLOCK):
                    copy.write(block)

    def count(self, table: str) -> int:
        """As declared."""
        [(count,)] = _ask("SELECT count(*) FROM {}", table)
        return int(count)


def empty_database() -> EmptyDatabase:
    """The one of this installation; whether it is empty is still to be asked."""
    return EmptyPostgres() if connection.vendor == "postgresql" else EmptySqlite()


def _ask(statement: str, *names: str) -> list[tuple[Any, ...]]:
    """Run a statement of ours with the names of tables or columns put in; its rows, if it gives any."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
        return list(cursor.fetchall()) if cursor.description else []


def _tables() -> list[str]:
    named = (
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
    )
    return [name for (name,) in _ask(named)]


def _remove_everything() -> None:
    """Only ever what a restore has made: the database was empty, or carried our mark, before."""
    with transaction.atomic():
        for table in _tables():
            if table != MARK:
                _ask("DROP TABLE {} CASCADE", table)
        _ask("DROP TABLE IF EXISTS {}", MARK)


def _set_sequences() -> None:
    """The next number of every table is beyond its highest."""
    numbered = (
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped "
        "AND pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL"
    )
    for table, column in _ask(numbered):
        with connection.cursor() as cursor:
            statement = sql.SQL("SELECT setval(pg_get_serial_sequence(%s, %s), max({})) FROM {}")
            named = statement.format(sql.Identifier(column), sql.Identifier(table))
            cursor.execute(named, [f'"{table}"', column])
