"""Taking concerns over from other systems: each row once, however often the file is given."""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from shangju.cases.intake import Submission, check_submission, register_concerns
from shangju.cases.models import Case
from shangju.cases.rules import SYSTEM
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.mapping import Mapping, mapping_for
from shangju.imports.reading import Row, read_rows
from shangju.imports.table import Table, table_of

logger = logging.getLogger(__name__)

BATCH = 250
"""Rows in one transaction: what a kill can lose of the work, and how long other writers of SQLite wait."""

HEADERS_WITHIN = 10
"""Rows in which the headers are looked for: exported tables often have a title above them."""


@dataclass(slots=True)
class ImportResult:
    """What became of the rows; it grows while the import goes on."""

    imported: int = 0
    already_present: int = 0
    refused: int = 0
    rows: int = 0

    @property
    def summary(self) -> str:
        """The last line of the command, which scripts read: the same in every language."""
        return f"imported {self.imported}, already present {self.already_present}, refused {self.refused}"


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told while the import goes on: of each refusal (line, reason), of the rows done, of things to know."""

    refused: Callable[[int, str], None] = lambda _line, _reason: None
    progress: Callable[[int], None] = lambda _done: None
    note: Callable[[str], None] = lambda _sentence: None


def import_concerns(
    path: Path,
    *,
    mapping: Mapping | None,
    now: datetime,
    result: ImportResult,
    dry_run: bool = False,
    listener: Listener | None = None,
) -> None:
    """Register every row of a table that is not there yet, counting in ``result``.

    A row that cannot be taken is refused with its line and reason, the rest goes in. Raises ``DomainError`` where
    the file or its mapping cannot be used, also where it turns out to be damaged in the middle; what went in before
    stays. With ``dry_run`` the same counts, and nothing is stored.
    """
    told = listener or Listener()
    with everywhere(EverywhereReason.IMPORT):
        table, rows = _table(read_rows(path), mapping)
        if unused := table.unused_headers:
            told.note(_("Columns that are not used: %(columns)s.") % {"columns": ", ".join(unused)})
        taking = _Taking(table, result, told, now=now, dry_run=dry_run)
        while batch := list(islice(rows, BATCH)):
            taking.take(batch)
            told.progress(result.rows)
    if not result.rows:
        told.note(_("The file has headers and no rows."))


def _table(rows: Iterator[Row], mapping: Mapping | None) -> tuple[Table, Iterator[Row]]:
    """The table with the rows below its headers."""
    first = list(islice(rows, HEADERS_WITHIN))
    if not first:
        raise DomainError(_("The file is empty."))
    refusal = None
    for place, row in enumerate(first):
        if len([cell for cell in row.cells if cell.strip()]) < 2:
            continue
        try:
            table = table_of(mapping or mapping_for(row.cells), row.cells)
        except DomainError as why:
            refusal = refusal or why
        else:
            return table, chain(first[place + 1 :], rows)
    raise refusal or DomainError(_("The file has no row of headers."))


@dataclass(slots=True)
class _Fresh:
    """A row that is to go in."""

    line: int
    submission: Submission

    @property
    def key(self) -> str:
        return self.submission.source_key or ""


class _Taking:
    """The rows of one file on their way in."""

    def __init__(
        self, table: Table, result: ImportResult, told: Listener, *, now: datetime, dry_run: bool
    ) -> None:
        self._table, self._result, self._told = table, result, told
        self._now, self._dry_run = now, dry_run
        self._seen: dict[str, tuple[int, bytes]] = {}
        self._refusals: list[tuple[int, str]] = []

    def take(self, rows: Sequence[Row]) -> None:
        """Take a batch: all that can go in goes in with one transaction."""
        stored = self._stored(self._keys(rows))
        fresh = [each for row in rows if (each := self._fresh(row, stored))]
        self._store(fresh)
        self._result.rows += len(rows)
        self._result.refused += len(self._refusals)
        for line, reason in sorted(self._refusals):
            self._told.refused(line, reason)
        self._refusals.clear()

    def _keys(self, rows: Sequence[Row]) -> list[str]:
        keys = []
        for row in rows:
            try:
                keys.append(self._table.key_of(row.cells))
            except DomainError:
                continue  # told when its turn comes
        return keys

    def _stored(self, keys: Sequence[str]) -> set[str]:
        found = Case.objects.filter(source_key__in=keys).values_list("source_key", flat=True)
        return {key for key in found if key}

    def _fresh(self, row: Row, stored: set[str]) -> _Fresh | None:
        try:
            if row.fault:
                raise DomainError(row.fault)  # noqa: TRY301 - every refusal of a row ends in the same place
            key = self._table.key_of(row.cells)
            if self._is_present(row, key, stored):
                self._result.already_present += 1
                return None
            submission = self._table.submission(row.cells, key, now=self._now)
            check_submission(submission, by=SYSTEM)
        except DomainError as refusal:
            self._refuse(row.line, refusal)
            return None
        self._seen[key] = (row.line, _digest(row))
        return _Fresh(row.line, submission)

    def _is_present(self, row: Row, key: str, stored: set[str]) -> bool:
        """Whether the row is there already. Raises ``DomainError`` where another row of the file has its number."""
        digest = _digest(row)
        if key in stored:
            self._seen.setdefault(key, (row.line, digest))
        if key not in self._seen:
            return False
        line, first = self._seen[key]
        if first != digest:
            sentence = _("The number was given to another row before, in line %(line)s.")
            raise DomainError(sentence % {"line": line})
        return True

    def _refuse(self, line: int, refusal: DomainError) -> None:
        reasons = [str(reason) for reason in refusal.fields.values()] or [str(refusal)]
        self._refusals.append((line, " ".join(dict.fromkeys(reasons))))

    def _store(self, fresh: list[_Fresh]) -> None:
        while fresh:
            try:
                self._register(fresh)
            except (IntegrityError, DataError):
                remaining = self._without_stored(fresh)
                if len(remaining) == len(fresh):
                    self._store_each(fresh)
                    return
                # Another import of the same rows was first; the others are still ours to take.
                fresh = remaining
            else:
                self._result.imported += len(fresh)
                return

    def _store_each(self, fresh: Sequence[_Fresh]) -> None:
        """One at a time, so that the row that the database refuses is found and the others go in."""
        for each in fresh:
            try:
                self._register([each])
            except (IntegrityError, DataError) as fault:
                if not self._without_stored([each]):
                    continue
                logger.exception("a row of an import was refused by the database", extra={"line": each.line})
                refusal = DomainError(_("The database cannot store this row."))
                refusal.__cause__ = fault
                self._refuse(each.line, refusal)
            else:
                self._result.imported += 1

    def _without_stored(self, fresh: Sequence[_Fresh]) -> list[_Fresh]:
        stored = self._stored([each.key for each in fresh])
        self._result.already_present += sum(each.key in stored for each in fresh)
        return [each for each in fresh if each.key not in stored]

    def _register(self, fresh: Sequence[_Fresh]) -> None:
        with transaction.atomic():
            register_concerns([each.submission for each in fresh], by=SYSTEM, now=self._now)
            if self._dry_run:
                transaction.set_rollback(True)


def _digest(row: Row) -> bytes:
    """A short mark of what a row says, so that a file of any length can be remembered."""
    return hashlib.blake2b("\x1f".join(row.cells).encode("utf-8", "replace"), digest_size=12).digest()
