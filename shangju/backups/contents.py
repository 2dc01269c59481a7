"""What must be in a backup besides the database: the files that rows name, and the ends of all histories."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from shangju.backups.snapshots import Snapshot
from shangju.cases.models import Case
from shangju.core.sealing import Unsealable, fingerprint, seal, unseal

PROBE = "whose backup is this"


def file_columns() -> list[tuple[str, str]]:
    """Table and column of every field that names a file in the storage."""
    return [
        (model._meta.db_table, str(field.column))
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_fields
        if isinstance(field, models.FileField)
    ]


def named_files(snapshot: Snapshot) -> Iterator[str]:
    """Every file that a row of the snapshot names; only plain names below the storage's root."""
    for table, column in file_columns():
        for (name,) in snapshot.ask(f'SELECT "{column}" FROM "{table}" ORDER BY "{column}"'):  # noqa: S608
            if name and is_plain(name):
                yield name


def is_plain(name: str) -> bool:
    """Whether a name stays below the folder that it is put into."""
    return not name.startswith("/") and "\\" not in name and not {"", ".", ".."} & set(name.split("/"))


def is_still_named(name: str) -> bool:
    """Whether a row of the living database names the file now."""
    with connection.cursor() as cursor:
        for table, column in file_columns():
            cursor.execute(f'SELECT 1 FROM "{table}" WHERE "{column}" = %s', [name])  # noqa: S608 - our own names
            if cursor.fetchone():
                return True
    return False


def digest_of_heads(heads: Iterable[tuple[Any, ...]]) -> tuple[int, str]:
    """Number of cases, and one digest over ``(number, length, head)`` of all, in the order of their ids."""
    count, digest = 0, hashlib.sha256()
    for number, length, head in heads:
        count += 1
        digest.update(f"{number} {length} {head}\n".encode())
    return count, digest.hexdigest()


def heads_statement() -> str:
    """What to ask a snapshot for :func:`digest_of_heads`."""
    return f'SELECT number, history_length, history_head FROM "{Case._meta.db_table}" ORDER BY id'  # noqa: S608


def key_probes() -> dict[str, str]:
    """See :class:`~shangju.backups.manifest.About`."""
    return {"field_keys": seal(PROBE), "secret_key": fingerprint(PROBE, purpose="backup")}


def wrong_keys(probes: dict[str, str]) -> list[str]:
    """The settings whose value is not the one that the backup was made under."""
    wrong = []
    try:
        unseal(probes.get("field_keys", ""))
    except Unsealable:
        wrong.append("SHANGJU_FIELD_KEYS")
    if settings.SECRET_KEY and fingerprint(PROBE, purpose="backup") != probes.get("secret_key"):
        wrong.append("SHANGJU_SECRET_KEY")
    return wrong
