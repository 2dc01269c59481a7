"""Giving a table as staff do, and letting the worker do its part."""

from datetime import datetime
from io import BytesIO
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import load_workbook

from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.models import ImportRow, ImportRun
from shangju.imports.runs import give_table, start_import
from shangju.imports.work import work_on_runs
from tests.street import Street

ORDERS = """工单编号,来电时间,诉求内容,诉求类型,所属社区,诉求地址,联系电话,诉求人,备注
20260301001,2026-03-01 08:00:00,楼下面馆油烟扰民，晚上更重,投诉,A1,东里1幢203室,13912345678,王某某,无
20260301002,2026/03/02 09:30,夜里施工太吵,求助,A2,,,,-5
20260301003,昨天下午,时间写错了,投诉,A1,,13900001111,李某,
,2026-03-02 10:00,没有编号,投诉,金山街道,,,,
"""


def given(
    street: Street,
    content: bytes | str = ORDERS,
    *,
    now: datetime,
    who: str = "duty_desk",
    area: str = "subdistrict",
    name: str = "orders.csv",
    language: str = "en",
) -> ImportRun:
    """A table that ``who`` gave, not looked through yet."""
    data = content if isinstance(content, bytes) else content.encode()
    upload = SimpleUploadedFile(name, data)
    with street.seen_by(who), translation.override(language):
        return give_table(upload, area=street.areas[area], by=street.staff(who), language=language, now=now)


def work(now: datetime, *, passes: int = 20) -> None:
    """Passes of the worker until nothing is left to do."""
    for _pass in range(passes):
        if not work_on_runs(now):
            return


def examined(street: Street, content: bytes | str = ORDERS, **options: object) -> ImportRun:
    """A table that was given and looked through."""
    run = given(street, content, **options)  # type: ignore[arg-type]
    work(options["now"])  # type: ignore[arg-type]
    return again(run)


def imported(
    street: Street, content: bytes | str = ORDERS, *, who: str = "duty_desk", **options: object
) -> ImportRun:
    """A table whose new rows were let in."""
    run = examined(street, content, who=who, **options)
    now = options["now"]
    with street.seen_by(who):
        start_import(run, by=street.staff(who), now=now, masks=False)  # type: ignore[arg-type]
    work(now)  # type: ignore[arg-type]
    return again(run)


def again(run: ImportRun) -> ImportRun:
    """The run as it is stored."""
    with everywhere(EverywhereReason.VERIFICATION):
        return ImportRun.objects.select_related("area").get(pk=run.pk)


def outcomes(run: ImportRun) -> dict[int, str]:
    """The outcome of each line."""
    with everywhere(EverywhereReason.VERIFICATION):
        return dict(ImportRow.objects.filter(run=run).values_list("line", "outcome"))


def refusals(run: ImportRun) -> dict[int, dict[str, str]]:
    """What is wrong with each refused line, by column."""
    with everywhere(EverywhereReason.VERIFICATION):
        return {row.line: row.refusals for row in ImportRow.objects.filter(run=run, outcome="refused")}


def sheet_rows(content: bytes) -> list[list[object]]:
    """The cells of a workbook, none as the empty text."""
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    return [["" if value is None else value for value in row] for row in sheet.iter_rows(values_only=True)]


def csv_rows(content: bytes, folder: Path) -> list[list[str]]:
    """The rows of a CSV file as the import itself reads them."""
    from shangju.core.table_files import read_rows  # noqa: PLC0415 - only where it is needed

    path = folder / "back.csv"
    path.write_bytes(content)
    return [row.cells for row in read_rows(path)]
