"""Tables as they come, one row at a time with its line number, never the whole file at once.

CSV (see :mod:`shangju.core.encodings`) and XLSX; what a file is, its first bytes say, not its name.
"""

import csv
import gzip
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, cast
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _

from shangju.core.encodings import encoding_of, text_of
from shangju.core.errors import DomainError

FIELD_LIMIT = 200_000
"""Signs in one cell; ten times the longest text that is taken. More is a quotation mark that was never closed."""

DELIMITERS = ",;\t|"
EXACT_DIGITS = 10**15
"""From here on a spreadsheet keeps no longer every digit of a number."""

FOREIGN_KINDS = {
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"{\\rt": "RTF",
    b"<htm": "HTML",
    b"<!do": "HTML",
    b"<!DO": "HTML",
}
XLSX_FAULTS = (
    OSError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    ParseError,
    EOFError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    RuntimeError,
)
"""What openpyxl lets through for a damaged or protected workbook, besides its own exception."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its line in the file, counted from 1, its cells as text, and why it cannot be read where it cannot."""

    line: int
    cells: list[str]
    fault: str = ""


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a table, its headers first; blank rows are left out.

    A row that is broken in itself comes with its ``fault``, the rest follows. Raises ``DomainError`` where the file
    cannot be read as a table at all, also in the middle of it.
    """
    rows = _xlsx_rows(path) if _is_workbook(path) else _csv_rows(path)
    return (row for row in rows if row.fault or any(cell.strip() for cell in row.cells))


@dataclass(frozen=True, slots=True)
class FileForm:
    """In which form a table was written, so that an answer can be written in the same."""

    kind: str
    encoding: str = ""
    delimiter: str = ""


def form_of(path: Path) -> FileForm:
    """The form of a table that :func:`read_rows` reads. Raises ``DomainError`` where it is none."""
    if _is_workbook(path):
        return FileForm("xlsx")
    with _csv_text(path) as (encoding, text):
        records = _Records(text)
        records.read_delimiter()
        return FileForm("csv", encoding, records.delimiter)


def _unreadable(path: Path, why: object) -> DomainError:
    return DomainError(_("%(file)s cannot be read: %(why)s.") % {"file": path.name, "why": why})


def _why(error: BaseException) -> str:
    if isinstance(error, FileNotFoundError):
        return _("there is no such file")
    if isinstance(error, IsADirectoryError):
        return _("this is a folder, not a file")
    if isinstance(error, PermissionError):
        return _("the permission to read it is missing")
    return _("it is damaged or not what its name says")


def _is_workbook(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
    except (OSError, ValueError) as error:
        raise _unreadable(path, _why(error)) from error
    if not start:
        raise _unreadable(path, _("it is empty"))
    kind = next((name for mark, name in FOREIGN_KINDS.items() if start.startswith(mark)), "")
    if kind:
        why = _("it is a file of the kind %(kind)s; save the table as .xlsx or .csv") % {"kind": kind}
        raise _unreadable(path, why)
    is_zip = start.startswith(b"PK\x03\x04")
    if not is_zip and path.suffix.lower() in {".xlsx", ".xlsm"}:
        raise _unreadable(path, _("it is damaged or not what its name says"))
    return is_zip


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(path)) if packed else path.open("rb")


def _csv_rows(path: Path) -> Iterator[Row]:
    csv.field_size_limit(FIELD_LIMIT)
    with _csv_text(path) as (_encoding, text):
        yield from _Records(text).rows()


@contextmanager
def _csv_text(path: Path) -> Iterator[tuple[str, IO[str]]]:
    """The text of a file with its encoding; what breaks while it is read is a ``DomainError``."""
    try:
        with _open(path) as stream:
            encoding = encoding_of(stream)
        if not encoding:
            raise _unreadable(path, _("it is neither UTF-8 nor GB18030 nor UTF-16 text"))
        with _open(path) as stream, text_of(stream, encoding) as text:
            yield encoding, text
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, _why(error)) from error


class _Records:
    """Records of a CSV text, resuming at the next line after one whose quotation mark is never closed."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self._at_end = False
        self.delimiter = ","
        self._width = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._waiting:
            line = self._waiting.popleft()
        else:
            line = self._text.readline(FIELD_LIMIT)
            if len(line) == FIELD_LIMIT:
                self._skip_line(line)
        if not line:
            self._at_end = True
            raise StopIteration
        self._taken.append(line)
        return line

    def _skip_line(self, line: str) -> None:
        while line and not line.endswith(("\n", "\r")):
            line = self._text.readline(FIELD_LIMIT)

    def rows(self) -> Iterator[Row]:
        """Every record with the line on which it begins."""
        line = 1 + self.read_delimiter()
        while True:
            self._taken, self._at_end = [], False
            cells = self._record()
            if not self._taken:
                return
            if cells is None:
                self._waiting.extendleft(reversed(self._taken[1:]))
                del self._taken[1:]
                yield Row(line, [], self._why_broken())
            else:
                # A title above the headers is one filled cell; the headers are the first row of several.
                if not self._width and len([cell for cell in cells if cell.strip()]) > 1:
                    self._width = len(cells)
                yield Row(line, cells, self._fault(cells))
            line += len(self._taken)

    def read_delimiter(self) -> int:
        """Find the delimiter in the first line that says anything; returns how many lines were used up."""
        used = 0
        for first in self:
            if first.lower().startswith("sep=") and len(first.strip()) == len("sep=?"):
                self.delimiter = first.strip()[-1]
                return used + 1
            if first.strip():
                self.delimiter = max(DELIMITERS, key=first.count)
                self._waiting.appendleft(first)
                return used
            used += 1
        return used

    def _record(self) -> list[str] | None:
        """The next record, empty at the end; ``None`` where a quotation mark is not closed as it should be."""
        try:
            cells = next(csv.reader(self, delimiter=self.delimiter), [])
        except csv.Error:
            return None
        if any(len(line) == FIELD_LIMIT for line in self._taken):
            return None
        if len(self._taken) <= 1 and not self._at_end:
            return cells
        return cells if not self._taken or self._is_sound(len(cells)) else None

    def _why_broken(self) -> str:
        if len(self._taken[0]) == FIELD_LIMIT:
            return _("The line is too long to be a row of a table.")
        return _("A quotation mark opens in this line and is never closed.")

    def _is_sound(self, count: int) -> bool:
        """Whether lines taken together are one record by the strict rules, and as wide as the headers."""
        try:
            found = list(csv.reader(self._taken, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return False
        return len(found) == 1 and count == (self._width or count)

    def _fault(self, cells: list[str]) -> str:
        if self._width and any(cell.strip() for cell in cells[self._width :]):
            return _("The row has %(count)s cells, the headers %(headers)s.") % {
                "count": len(cells),
                "headers": self._width,
            }
        return ""


def _xlsx_rows(path: Path) -> Iterator[Row]:
    # With numpy, which it takes where it finds it, twenty megabytes; most processes never read a workbook.
    from openpyxl import load_workbook  # noqa: PLC0415 - as said
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - as said

    try:
        with path.open("rb") as stream:
            book = load_workbook(stream, read_only=True, data_only=True)
            sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
            if sheet is None:
                raise _unreadable(path, _("it has no sheet"))
            # The size that a file states may be wrong; the rows are what is there.
            sheet.reset_dimensions()
            for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield Row(line, [_as_text(value) for value in values])
    except (InvalidFileException, *XLSX_FAULTS) as error:
        raise _unreadable(path, _why(error)) from error


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return f"{value.isoformat()} 00:00:00"
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= EXACT_DIGITS:
        return f"{float(value):E}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
