"""Stores generated rows in bulk: COPY on PostgreSQL, ``executemany`` on SQLite, with the indexes away meanwhile."""

import json
import multiprocessing
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, connections

from bench.case_maker import EVENT_COLUMNS, Batch
from bench.concerns import Told
from shangju.cases.search import mark_of
from shangju.core.text_search import gram_numbers, search_grams

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copied(value: Any) -> str:
    """One value in the text format of COPY."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(ESCAPES) if "\\" in value or "\n" in value or "\t" in value else value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return json.dumps(value).translate(ESCAPES)
    return str(value)


def _copy(table: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        copy.write("".join("\t".join(map(_copied, row)) + "\n" for row in rows))


def _insert(table: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})", [tuple(map(_adapted, row)) for row in rows]
        )


def _adapted(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return json.dumps(value) if isinstance(value, dict) else value


def write(batch: Batch) -> None:
    """Store a batch of cases with their histories and enter them into the search index."""
    put = _copy if connection.vendor == "postgresql" else _insert
    put("cases_case", list(batch.cases[0]), (row.values() for row in batch.cases))
    put(
        "cases_caseevent",
        EVENT_COLUMNS,
        ([getattr(event, name) for name in EVENT_COLUMNS] for event in batch.events),
    )
    if connection.vendor == "postgresql":
        _copy(
            "cases_search",
            ["case_id", "grams"],
            ((pk, _numbers_of(mark, told, rest)) for pk, mark, told, rest in batch.searched),
        )
    else:
        _insert(
            "cases_search",
            ["rowid", "grams"],
            ((pk, _grams_of(mark, told, rest)) for pk, mark, told, rest in batch.searched),
        )


def _rest_grams(rest: str) -> list[str]:
    return [gram for part in rest.split("\0") for gram in search_grams(part)]


def _numbers_of(mark: int, told: Told, rest: str) -> str:
    numbers = {mark, *told.numbers, *gram_numbers(_rest_grams(rest))}
    return "{" + ",".join(map(str, sorted(numbers))) + "}"


def _grams_of(mark: int, told: Told, rest: str) -> str:
    return " ".join(dict.fromkeys((mark_of(mark), *told.grams, *_rest_grams(rest))))


def take_indexes_away(*tables: str) -> list[str]:
    """Drop what only speeds up reading these tables, on PostgreSQL; returns the statements that bring it back."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
            " AND indexdef NOT LIKE 'CREATE UNIQUE%%'",
            [list(tables)],
        )
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


def bring_back(definition: str) -> None:
    """Make one of the indexes that :func:`take_indexes_away` took."""
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(definition)


def in_parallel(work: Any, arguments: list[tuple[Any, ...]]) -> None:
    """``work`` in one process a core on PostgreSQL, else here, one after the other."""
    if connection.vendor != "postgresql" or len(arguments) < 2 or connection.in_atomic_block:
        for values in arguments:
            work(*values)
        return
    connections.close_all()
    connection.close_pool()  # a connection of the pool must not be shared by two processes
    with multiprocessing.get_context("fork").Pool(min(len(arguments), os.cpu_count() or 1)) as pool:
        pool.starmap(work, arguments, chunksize=1)
