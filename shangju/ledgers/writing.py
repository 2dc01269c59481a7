"""Ledgers as files: a workbook in constant memory, or CSV; each says who took it out and when (cases.md §7).

A workbook bears that mark on every printed page, in its properties and in a last row; a CSV in its last row, which begins
with ``#``: programs that read CSV know such rows as comments, and a person sees it at once.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shangju.core.spreadsheets import guarded
from shangju.ledgers.columns import Cell, Column
from shangju.ledgers.queries import LedgerRow
from shangju.ledgers.workflow import FileForm

Pieces = Iterable[list[LedgerRow]]
COMMENT = "#"
BEGINNINGS_OF_A_SHEET_NAME = 31


@dataclass(frozen=True, slots=True)
class Paper:
    """What a file is called, what stands in its columns, and its mark."""

    title: str
    columns: Sequence[Column]
    mark: str

    @property
    def headers(self) -> list[str]:
        """The labels, behind that of the running number."""
        return [pgettext("column of a ledger", "Row"), *(str(column.label) for column in self.columns)]

    @property
    def closing(self) -> str:
        """The words of the last row."""
        return _("Taken out by %(mark)s") % {"mark": self.mark}


def write_ledger(stream: IO[bytes], paper: Paper, pieces: Pieces, form: FileForm) -> int:
    """Write all pieces to ``stream``; the number of rows."""
    return (
        _write_workbook(stream, paper, pieces)
        if form == FileForm.XLSX
        else _write_text(stream, paper, pieces)
    )


def _write_text(stream: IO[bytes], paper: Paper, pieces: Pieces) -> int:
    """UTF-8 with its mark, without which spreadsheets garble Chinese."""
    out = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(paper.headers)
        written = 0
        for piece in pieces:
            numbered = enumerate(piece, start=written + 1)
            writer.writerows((number, *map(_guarded, row.cells)) for number, row in numbered)
            written += len(piece)
        writer.writerow([f"{COMMENT} {paper.closing}"])
    finally:
        out.detach()  # the stream is the caller's and stays open
    return written


def _guarded(cell: Cell) -> Cell:
    return guarded(cell) if isinstance(cell, str) else cell


def _write_workbook(stream: IO[bytes], paper: Paper, pieces: Pieces) -> int:
    """XLSX, row by row to the disk; every cell but a count is a text, so that nothing in it is run or loses digits."""
    import xlsxwriter  # noqa: PLC0415 - six megabytes that most web processes never need

    from shangju.ledgers.sheets import RowSheet  # noqa: PLC0415 - as above

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        mark = _printable(paper.mark)
        book.set_properties({"title": _printable(paper.title), "author": mark, "comments": mark})
        sheet = book.add_worksheet(_sheet_name(paper.title), RowSheet)
        _lay_out(sheet, book, paper)
        written = 0
        for piece in pieces:
            for number, row in enumerate(piece, start=written + 1):
                sheet.write_cells(number, (number, *row.cells))
            written += len(piece)
        sheet.autofilter(0, 0, max(written, 1), len(paper.columns))
        sheet.write_string(written + 1, 0, _printable(f"{COMMENT} {paper.closing}"))
    return written


def _lay_out(sheet, book, paper: Paper) -> None:  # type: ignore[no-untyped-def] # xlsxwriter carries none
    """Widths, headers that stay, and a page as an office prints it: A4 across, as wide as the sheet, with the mark."""
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
    body = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
    sheet.set_column(0, 0, 7)
    for place, column in enumerate(paper.columns, start=1):
        sheet.set_column(place, place, column.width, body)
    for place, header in enumerate(paper.headers):
        sheet.write_string(0, place, header, bold)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&C&B{_for_page(paper.title)}")
    sheet.set_footer(f"&L{_for_page(paper.mark)}&R&P / &N")


def _for_page(words: str) -> str:
    """Text of a header or footer, which knows ``&`` as a sign of its own, and at most 255 signs."""
    return _printable(words).replace("&", "&&")[:110]


def _printable(words: str) -> str:
    """Words on one line, without the signs that no workbook can hold: names come from outside."""
    return "".join(sign for sign in " ".join(words.split()) if sign.isprintable())


def _sheet_name(title: str) -> str:
    kept = "".join(sign for sign in _printable(title) if sign not in "[]:*?/\\'").strip()
    # Spreadsheets keep this one name for themselves.
    return f"{kept} 1" if kept.lower() == "history" else kept[:BEGINNINGS_OF_A_SHEET_NAME] or "1"


def digest_of(stream: IO[bytes]) -> tuple[int, str]:
    """Size in bytes and SHA-256 of what was written; the stream stands at its beginning afterwards."""
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while block := stream.read(1 << 20):
        digest.update(block)
        size += len(block)
    stream.seek(0)
    return size, digest.hexdigest()
