"""Puts every sealed value under the newest key: found by introspection, in batches, restartable."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from shangju.core.sealing import SealedTextField, Unsealable, reseal, unseal

BATCH = 500


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One encrypted column of one table."""

    model: type[models.Model]
    column: str

    def __str__(self) -> str:
        return f"{self.model._meta.label_lower}.{self.column}"

    @property
    def quoted(self) -> tuple[str, str, str]:
        """Table, primary key and column, quoted for SQL: names of our own models, never input."""
        key = self.model._meta.pk.column or ""
        table, at, name = (
            connection.ops.quote_name(word) for word in (self.model._meta.db_table, key, self.column)
        )
        return table, at, name


@dataclass(slots=True)
class Count:
    """What was found in a column."""

    rows: int = 0
    resealed: int = 0
    unsealable: int = 0


def sealed_columns() -> list[SealedColumn]:
    """Every :class:`SealedTextField` of every stored model."""
    return [
        SealedColumn(model, field.column or field.name)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_fields
        if isinstance(field, SealedTextField)
    ]


def is_current(token: str) -> bool:
    """Whether the newest key, and not an older one, sealed this value."""
    try:
        Fernet(settings.FIELD_KEYS[0]).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def batches(column: SealedColumn) -> Iterator[list[tuple[Any, str]]]:
    """Primary keys and stored tokens, in key order. Read past the field, which would open the tokens."""
    table, at, name = column.quoted
    last: Any = None
    while True:
        after, params = (f"AND {at} > %s", [last]) if last is not None else ("", [])
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {at}, {name} FROM {table} WHERE {name} IS NOT NULL AND {name} <> '' {after} "  # noqa: S608 - our own names
                f"ORDER BY {at} LIMIT {BATCH}",
                params,
            )
            rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def reseal_column(column: SealedColumn) -> Iterator[Count]:
    """Reseal a column batch by batch; give the running count after each.

    A value is replaced only if it is still what was read, so a write in between is never undone; each batch is a
    transaction, so a stop loses at most one batch of work and a second run finds only what is left.
    """
    count = Count()
    yield count
    for rows in batches(column):
        with transaction.atomic():
            for key, token in rows:
                count.rows += 1
                if is_current(token):
                    continue
                try:
                    fresh = reseal(token)
                except Unsealable:
                    count.unsealable += 1
                    continue
                count.resealed += _replace(column, key, token, fresh)
        yield count


def _replace(column: SealedColumn, key: Any, token: str, fresh: str) -> int:
    table, at, name = column.quoted
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {name} = %s WHERE {at} = %s AND {name} = %s",  # noqa: S608 - our own names
            [fresh, key, token],
        )
        return int(cursor.rowcount)


def opens_newest_and_oldest(column: SealedColumn) -> bool:
    """Whether the configured keys open the first and the last stored value of a column (a sample, for ``doctor``)."""
    table, at, name = column.quoted
    for direction in ("ASC", "DESC"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL AND {name} <> '' ORDER BY {at} {direction} LIMIT 1"  # noqa: S608 - our own names
            )
            row = cursor.fetchone()
        if row:
            try:
                unseal(row[0])
            except Unsealable:
                return False
    return True
