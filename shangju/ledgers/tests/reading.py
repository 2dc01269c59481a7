"""Exports as a person would read them: the file's rows."""

import csv
import io
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import translation
from openpyxl import load_workbook

from shangju.accounts.models import User
from shangju.ledgers.exporting import Asking, Taken, ask_export
from shangju.ledgers.filters import LedgerFilters
from shangju.ledgers.models import Export, LedgerView
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


def taken_out(street: Street, *, now: datetime) -> dict[str, int]:
    """A saved ledger of the officer's and exports of theirs in the states that pages are about, by the page."""
    officer, area = street.users["officer"], street.areas["first"]
    of = {"area": area, "owner": officer, "kind": "case", "name": "本月台账", "changed_at": now}
    view, _made = LedgerView.objects.get_or_create(owner=officer, name=of["name"], defaults=of)
    facts: dict[str, Any] = {
        "area": area, "kind": "case", "name": "台账", "form": "csv", "language": "en", "asked_by": officer,
        "asked_at": now, "columns": ["number", "reporter_name"],
    }  # fmt: skip
    full = {**facts, "is_full": True, "reason": "电话核对未办结事项"}
    decision = {"decided_by": User.objects.exclude(pk=officer.pk)[0], "decided_at": now}
    name = default_storage.save(f"exports/{now:%Y/%m}/{uuid4().hex}.csv", ContentFile(b"1"))
    asked = Export.objects.create(state="asked", **full)
    allowed = Export.objects.create(state="allowed", **full, **decision)
    done = Export.objects.create(state="done", file=name, sha256="1", ended_at=now, **facts)
    return {
        "view": view.pk, "remove": view.pk, "row": asked.pk, "decide": asked.pk, "take": allowed.pk, "file": done.pk,
    }  # fmt: skip
