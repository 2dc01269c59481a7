"""What many tests begin with is made once, by the services, and copied in from then on: a tenth of the time."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar

from django.db import connection, transaction

from shangju.categories.queries import forget_tree
from shangju.deadlines.queries import forget_reference

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Planted:
    """What was made, ready to be copied."""

    inserts: list[tuple[str, list[tuple[Any, ...]]]]
    """Statement, rows; none where the script holds them."""
    is_bare: str
    """Asks whether all these tables are empty."""
    script: str
    """Where statements travel: all rows, and the sequences behind their ids set ahead, sent at once."""
    returned: bytes


_planted: dict[Callable[[], Any], Planted] = {}


def plant(grow: Callable[[], Result]) -> Result:
    """What ``grow`` makes and returns: copied where it was made before and nothing of its kind is there, else grown.

    The copies have the ids that they had. On PostgreSQL sequences are set ahead of them: another test may have emptied
    the tables and begun the numbers anew.
    """
    kept = _planted.get(grow)
    if kept is not None:
        return _copied(kept) if _is_bare(kept) else grow()
    before = _counts()
    grown = grow()
    new = [name for name, count in _counts().items() if count != before[name]]
    if not any(before[name] for name in new):
        _planted[grow] = _record(new, grown)
    return grown


def _is_bare(kept: Planted) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(kept.is_bare)
        return bool(cursor.fetchone()[0])


def _copied(kept: Planted) -> Any:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, rows in kept.inserts:
            cursor.executemany(statement, rows)
        if kept.script:
            cursor.execute(kept.script)
    forget_tree()
    forget_reference()
    return pickle.loads(kept.returned)


def _record(tables: list[str], grown: object) -> Planted:
    quote, indexes = connection.ops.quote_name, _search_indexes()
    taken = {}
    with connection.cursor() as cursor:
        for table in tables:
            # The number of a row in an index of SQLite's is the number of what it finds.
            cursor.execute(f"SELECT {'rowid, ' if table in indexes else ''}* FROM {quote(table)}")
            columns = [column[0] for column in cursor.description]
            taken[table] = columns, [tuple(map(_written, row)) for row in cursor.fetchall()]
    somewhere = " OR ".join(f"EXISTS(SELECT 1 FROM {quote(table)})" for table in tables)
    is_bare, returned = f"SELECT NOT ({somewhere})", pickle.dumps(grown)
    if connection.vendor == "postgresql":
        return Planted([], is_bare, _script(taken), returned)
    return Planted([_insert(table, *found) for table, found in taken.items()], is_bare, "", returned)


Rows = list[tuple[Any, ...]]


def _insert(table: str, columns: list[str], rows: Rows) -> tuple[str, Rows]:
    quote = connection.ops.quote_name
    names, marks = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", rows


def _script(taken: dict[str, tuple[list[str], Rows]]) -> str:
    """Every row in one text: a journey for each would take ten times as long as what is done at its end."""
    statements = []
    for table, (columns, rows) in taken.items():
        statement, values = _insert(table, columns, rows)[0].split(" VALUES ")
        composed = f"{statement} VALUES {', '.join([values] * len(rows))}"
        statements.append(connection.ops.compose_sql(composed, [value for row in rows for value in row]))
        if columns[0] == "id" and isinstance(rows[0][0], int):
            # To the highest id copied, or left where it is ahead.
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            statements.append(
                f"SELECT setval({sequence}, greatest(nextval({sequence}), {max(r[0] for r in rows)}))"
            )
    return "; ".join(statements)


def _written(value: Any) -> Any:
    """The value as Django writes it: SQLite keeps moments as text and gives them back as what they are."""
    if connection.vendor == "sqlite" and isinstance(value, (datetime, date, time)):
        return str(value)
    return value


def _search_indexes() -> tuple[str, ...]:
    """Tables of SQLite's that keep what they hold in further tables of their own."""
    if connection.vendor != "sqlite":
        return ()
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%%'")
        return tuple(name for (name,) in cursor.fetchall())


def tables() -> list[str]:
    """All tables, without those that an index of SQLite's keeps for itself."""
    inner = tuple(f"{index}_" for index in _search_indexes())
    with connection.cursor() as cursor:
        return [name for name in connection.introspection.table_names(cursor) if not name.startswith(inner)]


def tables_with_rows() -> set[str]:
    """Those that are not empty, asked in one statement."""
    names = tables()
    somewhere = ", ".join(f"EXISTS(SELECT 1 FROM {connection.ops.quote_name(name)})" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {somewhere}")
        return {name for name, filled in zip(names, cursor.fetchone(), strict=True) if filled}


def _counts() -> dict[str, int]:
    counted = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counted[table] = cursor.fetchone()[0]
    return counted
