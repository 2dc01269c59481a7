"""Taking concerns over from other systems: each row once, however often the file is given."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from django.utils.translation import gettext as _

from shangju.cases.rules import SYSTEM
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.table_files import Row, read_rows
from shangju.imports.mapping import Mapping, mapping_for
from shangju.imports.table import Table, table_of
from shangju.imports.taking import Judged, Taking
from shangju.imports.workflow import RowOutcome

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
    with_personal_data: int = 0
    """New rows whose text names a phone, a plate or the like."""

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
    masks: bool = False,
    listener: Listener | None = None,
) -> None:
    """Register every row of a table that is not there yet, counting in ``result``.

    With ``masks`` personal data in the texts is starred on the way in (docs/adr/0009); the contact stays sealed.

    A row that cannot be taken is refused with its line and reason, the rest goes in. Raises ``DomainError`` where
    the file or its mapping cannot be used, also where it turns out to be damaged in the middle; what went in before
    stays. With ``dry_run`` the same counts, and nothing is stored.
    """
    told = listener or Listener()
    with everywhere(EverywhereReason.IMPORT):
        table, rows = _table(read_rows(path), mapping)
        if unused := table.unused_headers:
            told.note(_("Columns that are not used: %(columns)s.") % {"columns": ", ".join(unused)})
        taking = Taking(table, by=SYSTEM, now=now, dry_run=dry_run, masks=masks)
        while batch := list(islice(rows, BATCH)):
            judged = taking.judge(batch)
            taking.store([each for each in judged if each.outcome is RowOutcome.FRESH])
            _count(judged, result, told)
            told.progress(result.rows)
    if not result.rows:
        told.note(_("The file has headers and no rows."))


def _count(judged: Sequence[Judged], result: ImportResult, told: Listener) -> None:
    result.rows += len(judged)
    for each in judged:
        result.with_personal_data += each.holds_personal_data and each.outcome is RowOutcome.IMPORTED
        if each.outcome is RowOutcome.REFUSED:
            result.refused += 1
            told.refused(each.row.line, each.reason)
        elif each.outcome is RowOutcome.IMPORTED:
            result.imported += 1
        else:
            result.already_present += 1
        if each.outcome is RowOutcome.CHANGED and each.case is not None:
            words = {"line": each.row.line, "number": each.case.number}
            told.note(
                _("line %(line)s: there already as %(number)s, with other words; nothing was changed.")
                % words
            )


def header_rows(first: Sequence[Row]) -> Iterator[tuple[int, Row]]:
    """Rows that may be the headers, each with its place: a title above them fills one cell only."""
    for place, row in enumerate(first):
        if len([cell for cell in row.cells if cell.strip()]) > 1:
            yield place, row


def _table(rows: Iterator[Row], mapping: Mapping | None) -> tuple[Table, Iterator[Row]]:
    """The table with the rows below its headers."""
    first = list(islice(rows, HEADERS_WITHIN))
    if not first:
        raise DomainError(_("The file is empty."))
    refusal = None
    for place, row in header_rows(first):
        try:
            table = table_of(mapping or mapping_for(row.cells), row.cells)
        except DomainError as why:
            refusal = refusal or why
        else:
            return table, chain(first[place + 1 :], rows)
    raise refusal or DomainError(_("The file has no row of headers."))
