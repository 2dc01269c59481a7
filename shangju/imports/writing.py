"""Tables on their way out: in the form in which they came, and with nothing that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable, Sequence

from shangju.core.spreadsheets import LONGEST_CELL, guarded
from shangju.core.table_files import FileForm

WIDEST = 60


def written_table(rows: Iterable[Sequence[str]], form: FileForm, *, mark: str = "") -> bytes:
    """A table as a file of the given form; the first row are its headers.

    ``mark`` says who took it out and when (cases.md §7). A workbook bears it on every printed page and in its
    properties; a text file has no place for it beside its columns, there the record of exports alone says it.
    """
    return _workbook(rows, mark) if form.kind == "xlsx" else _text(rows, form)


def _text(rows: Iterable[Sequence[str]], form: FileForm) -> bytes:
    """CSV in the encoding in which it came; UTF-8 always with its mark, without which spreadsheets garble it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=form.delimiter or ",", lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    encoding = {"utf-8": "utf-8-sig", "": "utf-8-sig"}.get(form.encoding, form.encoding)
    text = out.getvalue()
    if encoding.startswith("utf-16-"):
        text = f"\ufeff{text}"
    return text.encode(encoding, "replace")


def _workbook(rows: Iterable[Sequence[str]], mark: str) -> bytes:
    """XLSX with every cell a text: order numbers keep all their digits."""
    import xlsxwriter  # noqa: PLC0415 - six megabytes that most web processes never need

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        if mark:
            book.set_properties({"author": mark, "comments": mark})
            sheet.set_header(f"&C{mark.replace('&', '&&')[:200]}")
        as_text, bold = (
            book.add_format({"num_format": "@"}),
            book.add_format({"bold": True, "num_format": "@"}),
        )
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell[:LONGEST_CELL], as_text if number else bold)
            if not number:
                sheet.freeze_panes(1, 0)
                for place, cell in enumerate(row):
                    sheet.set_column(place, place, min(WIDEST, max(12, 2 * len(cell) + 2)), as_text)
    return out.getvalue()
