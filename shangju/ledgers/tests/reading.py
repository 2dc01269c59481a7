"""Exports as a person would read them: the file's rows."""

import csv
import io
from datetime import datetime

from django.utils import translation
from openpyxl import load_workbook

from shangju.ledgers.exporting import Asking, Taken, ask_export
from shangju.ledgers.filters import LedgerFilters
from shangju.ledgers.tables import LEDGERS
from shangju.ledgers.workflow import FileForm, LedgerKind
from tests.street import Street


def rows_in(content: bytes, form: str) -> list[list[str]]:
    """Every row of a file, its headers and its mark among them, as texts."""
    if form == FileForm.CSV:
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def exported(
    street: Street,
    who: str,
    kind: str = "case",
    *,
    now: datetime,
    form: str = "csv",
    columns: tuple[str, ...] = (),
    of: str = "first",
    is_full: bool = False,
    reason: str = "",
    **filters: object,
) -> Taken:
    """What ``who`` asks to take out, under the scope of their request."""
    asking = Asking(
        street.areas[of],
        "台账",
        columns,
        LedgerFilters(**filters),  # type: ignore[arg-type]
        FileForm(form),
        is_full,
        reason,
    )
    with street.seen_by(who), translation.override("en"):
        return ask_export(LEDGERS[LedgerKind(kind)], asking, by=street.staff(who), now=now)


def content_of(taken: Taken) -> bytes:
    """The file that came at once."""
    assert taken.content is not None
    return taken.content
