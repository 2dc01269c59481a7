"""Everything in the database at one moment, while others write: a copy of the file, or one reading transaction.

SQLite: its backup interface copies the file under one read lock, which in WAL mode keeps nobody from writing.
PostgreSQL: one read-only REPEATABLE READ transaction sees one moment; each table goes out through ``COPY``. That needs no
program of the server's version on this machine, opens on any newer version, and is loaded into a schema that our own
migrations made, so that it may also be brought into a newer Shangju (docs/adr/0008).
"""

import gzip
import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, ClassVar

from django.db import connection
from psycopg import IsolationLevel, sql

LEFT_OUT = "django_session"
"""Who was signed in is of no use elsewhere, and would let whoever has the backup in."""
_LEVEL = 4  # of gzip: twice as fast as the usual 9, some percent larger


class Snapshot(ABC):
    """One moment of the database."""

    vendor: ClassVar[str]

    @abstractmethod
    def ask(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement of ours, streamed."""

    @abstractmethod
    def tables(self) -> list[str]:
        """Every table that has content of its own, the migrations' own list too."""

    @abstractmethod
    def write_entries(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """Write the content as compressed files into ``folder``, one after the other; the entry's name and the file."""

    def count_rows(self) -> dict[str, int]:
        """Rows of every table, without those that are left out."""
        return {table: 0 if table == LEFT_OUT else self._rows_of(table) for table in self.tables()}

    def _rows_of(self, table: str) -> int:
        [(count,)] = self.ask(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a table's own name
        return int(count)

    def migrations(self) -> list[list[str]]:
        """App and name of every migration that was applied."""
        return [list(row) for row in self.ask("SELECT app, name FROM django_migrations ORDER BY id")]


class SqliteSnapshot(Snapshot):
    """A copy of the file."""

    vendor = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._copy = sqlite3.connect(path)

    def ask(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """As declared."""
        yield from self._copy.execute(statement)

    def tables(self) -> list[str]:
        """As declared; the parts of the search index count as tables."""
        named = self.ask("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return sorted(name for (name,) in named)

    def write_entries(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """The whole file as one entry."""
        packed = folder / "database"
        with self._path.open("rb") as plain, gzip.open(packed, "wb", _LEVEL) as out:
            shutil.copyfileobj(plain, out, 1024 * 1024)
        yield "database/database.sqlite3.gz", packed

    def close(self) -> None:
        """Let go of the copy."""
        self._copy.close()


class PostgresSnapshot(Snapshot):
    """A transaction that sees one moment. ``raw`` is a psycopg connection of its own."""

    vendor = "postgresql"

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def ask(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """As declared; a cursor of the server keeps the memory flat."""
        with self._raw.cursor(name="shangju_backup") as cursor:
            cursor.itersize = 5000
            cursor.execute(statement)
            yield from cursor

    def tables(self) -> list[str]:
        """As declared; a table stands behind those that its rows must find at once when they are loaded."""
        needed: dict[str, set[str]] = {
            name: set()
            for (name,) in self.ask(
                "SELECT relname FROM pg_class WHERE relkind = 'r' "
                "AND relnamespace = current_schema()::regnamespace ORDER BY relname"
            )
        }
        for name, other in self.ask(
            "SELECT a.relname, b.relname FROM pg_constraint JOIN pg_class a ON a.oid = conrelid "
            "JOIN pg_class b ON b.oid = confrelid WHERE contype = 'f' AND NOT condeferrable AND a.oid <> b.oid"
        ):
            needed[name].add(other)
        return list(TopologicalSorter(needed).static_order())

    def write_entries(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """Each table as one entry, in the text format, whose first line names the columns."""
        for table in self.tables():
            if table in {LEFT_OUT, "django_migrations"}:
                continue
            packed = folder / "database"
            statement = sql.SQL("COPY {} TO STDOUT (HEADER)").format(sql.Identifier(table))
            with (
                gzip.open(packed, "wb", _LEVEL) as out,
                self._raw.cursor() as cursor,
                cursor.copy(statement) as copy,
            ):
                for block in copy:
                    out.write(block)
            yield f"database/{table}.copy.gz", packed


@contextmanager
def snapshot(folder: Path) -> Iterator[Snapshot]:
    """This moment of the database that Django is connected to; ``folder`` takes the copy of a SQLite file."""
    if connection.vendor == "postgresql":
        own = connection.copy()
        try:
            own.ensure_connection()
            raw: Any = own.connection
            raw.autocommit = False
            raw.isolation_level = IsolationLevel.REPEATABLE_READ
            raw.read_only = True
            yield PostgresSnapshot(raw)
        finally:
            own.close()
    else:
        copy = folder / "copy.sqlite3"
        copy_sqlite(Path(str(connection.settings_dict["NAME"])), copy)
        made = SqliteSnapshot(copy)
        try:
            yield made
        finally:
            made.close()
            copy.unlink()


def copy_sqlite(source: Path, target: Path) -> None:
    """A copy of a SQLite file as of one moment, without what is left out; nobody's writing waits for it."""
    with (
        closing(sqlite3.connect(source.resolve().as_uri() + "?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)  # all pages in one step: one moment
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("PRAGMA secure_delete = ON")
        copy.execute(f"DELETE FROM {LEFT_OUT}")  # noqa: S608 - a constant
        copy.commit()
