"""Giving a table to the import in a test, and looking at everything that is stored afterwards."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.utils import translation
from openpyxl import Workbook

from shangju.cases.models import Case
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.mapping import Mapping
from shangju.imports.services import ImportResult, Listener, import_concerns

HEADERS = "工单编号,来电时间,诉求内容,所属社区,诉求地址"


@dataclass(slots=True)
class Taken:
    """What an import counted, said and left."""

    summary: str = ""
    refusals: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    progress: list[int] = field(default_factory=list)
    stopped_by: str = ""


def take(
    path: Path, *, now: datetime, mapping: Mapping | None = None, dry_run: bool = False, language: str = "en"
) -> Taken:
    """Import a file as the command does, with its sentences in English."""
    taken, result = Taken(), ImportResult()
    listener = Listener(taken.refusals.__setitem__, taken.progress.append, taken.notes.append)
    with translation.override(language):
        try:
            import_concerns(path, mapping=mapping, now=now, result=result, dry_run=dry_run, listener=listener)
        except DomainError as refusal:
            taken.stopped_by = str(refusal)
    taken.summary = result.summary
    return taken


def take_text(
    text: str, folder: Path, *, now: datetime, encoding: str = "utf-8", name: str = "t.csv"
) -> Taken:
    """Write a text as a file and import it."""
    return take(written(text.encode(encoding), folder, name), now=now)


def written(content: bytes, folder: Path, name: str = "t.csv") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content)
    return path


def workbook(rows: list[list[object]], folder: Path, name: str = "t.xlsx") -> Path:
    """A workbook with these rows on its first sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(folder / name)
    return folder / name


def stored_texts() -> dict[str, str]:
    """The text of every imported case by its number at the source."""
    with everywhere(EverywhereReason.VERIFICATION):
        return {
            (key or "").partition(":")[2]: text
            for key, text in Case.objects.values_list("source_key", "text")
        }


def whole_database() -> dict[str, int]:
    """How many rows every table holds, those without a model too."""
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = cursor.fetchone()[0]
    return counts


def many_rows_of(count: int) -> str:
    """A table of orders, each of its own number."""
    rows = (
        f"W{n:05},2026-02-{1 + n % 28:02} 10:{n % 60:02}:00,{n}号反映油烟扰民,A{1 + n % 2}"
        for n in range(count)
    )
    return "\n".join(["工单编号,来电时间,诉求内容,社区", *rows, ""])
