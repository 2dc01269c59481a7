"""From the row of an export to its file: the same for what is sent at once, what the worker writes and the command line."""

from collections.abc import Callable, Iterable, Iterator
from typing import IO

from django.db.models import Q
from django.utils import translation

from shangju.ledgers.filters import LedgerFilters
from shangju.ledgers.models import Export
from shangju.ledgers.queries import LedgerRow, pieces_of, rows_of
from shangju.ledgers.tables import LEDGERS
from shangju.ledgers.workflow import FileForm, LedgerKind
from shangju.ledgers.writing import Paper, write_ledger
from shangju.posts.rights import Standing

Seen = Callable[[list[LedgerRow]], None]


def produce(
    export: Export,
    stream: IO[bytes],
    *,
    standing: Standing | None,
    mark: str,
    opens: Q | None = None,
    seen: Seen = lambda _piece: None,
) -> int:
    """Write the rows that ``standing`` may see to ``stream``, in the language of the export; how many they are.

    ``seen`` is called with each piece before it is written. ``opens``: the cases whose contact is shown in plain.
    """
    ledger = LEDGERS[LedgerKind(export.kind)]
    columns = ledger.chosen(export.columns)
    with translation.override(export.language):
        rows = rows_of(
            ledger, LedgerFilters.from_data(export.filters), standing=standing, leaving=export.area
        )
        pieces = _told(pieces_of(ledger, columns, rows, opens=opens), seen)
        return write_ledger(stream, Paper(export.name, columns, mark), pieces, FileForm(export.form))


def _told(pieces: Iterable[list[LedgerRow]], seen: Seen) -> Iterator[list[LedgerRow]]:
    for piece in pieces:
        seen(piece)
        yield piece
