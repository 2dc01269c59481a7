"""A sheet that takes a whole row at once.

``xlsxwriter`` asks of each cell anew which format its column has, how its place is called, and what it is; for a ledger
of a hundred thousand rows these questions cost more than the rest of it. Here they are asked once per sheet. Of the file
nothing changes: the tests hold each cell against the library's own. Only one thing is better than there: a text that
looks like ``<r>…</r>`` stays a text, where the library would take it for markup of its own.

Imported where a workbook is written, not before: see :mod:`shangju.ledgers.writing`.
"""

import re
from collections.abc import Sequence
from functools import cached_property

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from shangju.core.spreadsheets import LONGEST_CELL

_MAY_NEED_CARE = re.compile(r"[&<>\x00-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|^\s|\s\Z")
"""Signs that XML does not take as they are, and blanks at an end; nearly no text has any."""

_LOOKS_ESCAPED = re.compile(r"(_x[0-9a-fA-F]{4}_)")
_CONTROL_SIGNS = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class RowSheet(Worksheet):  # type: ignore[misc] # xlsxwriter carries no types
    """A worksheet in constant memory, whose rows below the header are written by :meth:`write_cells`."""

    def write_cells(self, number: int, cells: Sequence[str | int]) -> None:
        """Write the row ``number``, counted from 0, below all others; empty texts are no cells."""
        if self.table:
            self._write_single_row(number)  # the header, which waits for the next row
        row = number + 1
        made = [
            f'<c r="{name}{row}"{style}><v>{cell:.16G}</v></c>'
            if isinstance(cell, int)
            else f'<c r="{name}{row}"{style} t="inlineStr"><is>{_in_markup(cell)}</is></c>'
            for (name, style), cell in zip(self._places, cells, strict=False)
            if cell != ""
        ]
        self.fh.write(f'<row r="{row}">{"".join(made)}</row>')

    @cached_property
    def _places(self) -> list[tuple[str, str]]:
        """Of each column its letters, and the mark of its format; asked when the header has been written."""
        return [(xl_col_to_name(place), self._mark_of(place)) for place in range(self.dim_colmax + 1)]

    def _mark_of(self, place: int) -> str:
        column = self.col_info.get(place)
        if column is None or column.column_format is None:
            return ""
        return f' s="{column.column_format._get_xf_index()}"'  # noqa: SLF001 - the library's sheets ask so, too


def _in_markup(text: str) -> str:
    """A text as the content of a cell."""
    if len(text) > LONGEST_CELL // 2:
        # The limit is counted in units of UTF-16; half a sign at the end is dropped.
        text = text.encode("utf-16-le", "surrogatepass")[: 2 * LONGEST_CELL].decode("utf-16-le", "ignore")
    if not _MAY_NEED_CARE.search(text):
        return f"<t>{text}</t>"
    text = _CONTROL_SIGNS.sub(_escaped, _LOOKS_ESCAPED.sub(r"_x005F\1", text))
    keeps_blanks = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<t{keeps_blanks}>{text}</t>"


def _escaped(sign: re.Match[str]) -> str:
    return f"_x{ord(sign.group()):04X}_"
