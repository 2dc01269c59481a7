"""Tables as they come: CSV (also gzipped, UTF-8 or GB18030) and XLSX, one row at a time with its line number."""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from shangju.core.errors import DomainError

Row = tuple[int, list[str]]
"""Line number in the file, counted from 1, and the cells as text."""

FIELD_LIMIT = 1_000_000


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a table, its headers first; blank rows are left out.

    Raises ``DomainError`` where the file cannot be read as a table at all.
    """
    rows = _xlsx_rows(path) if path.suffix.lower() == ".xlsx" else _csv_rows(path)
    return ((line, cells) for line, cells in rows if any(cell.strip() for cell in cells))


def _unreadable(path: Path, why: object) -> DomainError:
    return DomainError(_("%(file)s cannot be read: %(why)s.") % {"file": path.name, "why": why})


def _csv_rows(path: Path) -> Iterator[Row]:
    try:
        content = path.read_bytes()
        if path.suffix.lower() == ".gz":
            content = gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise _unreadable(path, error) from error
    csv.field_size_limit(FIELD_LIMIT)
    reader = csv.reader(io.StringIO(_decoded(path, content), newline=""))
    try:
        begins = 1
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _unreadable(path, error) from error


def _decoded(path: Path, content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable(path, _("neither UTF-8 nor GB18030"))


def _xlsx_rows(path: Path) -> Iterator[Row]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise _unreadable(path, error) from error
    try:
        sheet = book.worksheets[0]
        for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield line, [_as_text(value) for value in values]
    finally:
        book.close()


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
