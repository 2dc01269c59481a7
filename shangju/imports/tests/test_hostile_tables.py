"""Tables as strangers give them: every row goes in or is refused with its line and a sentence; nothing in between."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from shangju.accounts.actors import COMMAND_LINE
from shangju.areas.services import retire_area
from shangju.cases.models import Case, ReporterContact
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.tests.taking import (
    HEADERS,
    stored_texts,
    take,
    take_text,
    whole_database,
    workbook,
    written,
)
from tests.street import Street

GOOD = "G1,2026-03-01 08:00:00,楼下油烟扰民,A1,东里1幢"
LAST = "G2,2026-03-02 09:30,夜里施工太吵,A2,"
BOTH = {"G1": "楼下油烟扰民", "G2": "夜里施工太吵"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(
    street: Street, tmp_path: Path, now: datetime, encoding: str, delimiter: str, ending: str
) -> None:
    """However it was written, the same two concerns."""
    text = f"{HEADERS}\n{GOOD}\n\n{LAST}\n".replace(",", delimiter).replace("\n", ending)
    taken = take_text(text, tmp_path, now=now, encoding=encoding)
    assert (taken.stopped_by, taken.refusals) == ("", {})
    assert stored_texts() == BOTH


@pytest.mark.parametrize("name", ["t.csv.gz", "t.csv", "t.gz"])
def test_a_packed_file_is_known_by_its_content(
    street: Street, tmp_path: Path, now: datetime, name: str
) -> None:
    content = gzip.compress(f"{HEADERS}\n{GOOD}\n{LAST}\n".encode())
    assert (
        take(written(content, tmp_path, name), now=now).summary == "imported 2, already present 0, refused 0"
    )


def test_title_row_sep_line_and_stars_of_exported_tables(
    street: Street, tmp_path: Path, now: datetime
) -> None:
    text = f"sep=,\n12345热线工单导出表\n*{HEADERS}\n{GOOD}\n{LAST}\n"
    assert take_text(text, tmp_path, now=now).summary == "imported 2, already present 0, refused 0"
    assert stored_texts() == BOTH


BAD_ROWS: list[tuple[str, str, str]] = [
    ("no number", ",2026-03-01,没有编号,A1,", "no number"),
    ("number of spaces", "　 ,2026-03-01,没有编号,A1,", "no number"),
    ("number too long", f"{'9' * 90},2026-03-01,编号太长,A1,", "too long"),
    ("number rounded", "1.23457E+19,2026-03-01,科学计数,A1,", "rounded"),
    ("empty text", "B1,2026-03-01,,A1,", "The row has no text."),
    ("text of spaces", "B1,2026-03-01,　　,A1,", "The row has no text."),
    ("text too long", f"B1,2026-03-01,{'长' * 20_001},A1,", "At most 20000 characters"),
    ("NUL", "B1,2026-03-01,坏\x00字,A1,", "cannot be stored"),
    ("NUL in the number", "B\x001,2026-03-01,坏字,A1,", "cannot be stored"),
    ("no date", "B1,昨天下午,日期不对,A1,", "“昨天下午” is not a time"),
    ("no day of the calendar", "B1,2026-02-30 10:00:00,日期不对,A1,", "“2026-02-30 10:00:00” is not a time"),
    ("before 1900", "B1,1899-12-31 10:00:00,太早,A1,", "before 1970"),
    ("year one", "B1,0001-01-01 00:00:00,太早,A1,", "before 1970"),
    ("future", "B1,2026-03-06 10:00:00,未来,A1,", "in the future"),
    ("year 9999", "B1,9999-12-31 23:59:59,未来,A1,", "in the future"),
    ("wrong sub-district", "B1,2026-03-01,别的街道,金山街道,", "“金山街道” is no area of ours"),
    ("ambiguous area", "B1,2026-03-01,两个东社区,东社区,", "does not name one area clearly"),
    ("retired area", "B1,2026-03-01,撤销的网格,A1G2,", "was closed on 2026-03-01"),
    ("too many cells", "B1,2026-03-01,多了,A1,地址,多出来的", "has 6 cells, the headers 5"),
    ("row cut off", "B1,2026-03-01", "The row has no text."),
    ("spreadsheet fault", "B1,2026-03-01,#REF!,A1,", "spreadsheet's fault “#REF!”"),
    ("quotation never closed", 'B1,2026-03-01,"从来没有关上,A1,', "never closed"),
    ("line without end", f'B1,2026-03-01,"{"长" * 210_000},A1,', "too long to be a row"),
]


@pytest.mark.parametrize(
    ("row", "reason"), [each[1:] for each in BAD_ROWS], ids=[each[0] for each in BAD_ROWS]
)
def test_a_broken_row_is_refused_and_the_rest_goes_in(
    street: Street, tmp_path: Path, now: datetime, row: str, reason: str
) -> None:
    """The reason with the line; the rows around it are in; the same file again says the same and changes nothing."""
    with everywhere(EverywhereReason.SETUP):
        retire_area(
            street.areas["market"],
            on=datetime(2026, 3, 1, tzinfo=UTC).date(),
            reason="并入东一网格",
            by=COMMAND_LINE,
            now=now,
        )
    path = written(f"{HEADERS}\n{GOOD}\n{row}\n{LAST}\n".encode(), tmp_path)
    taken = take(path, now=now)
    assert list(taken.refusals) == [3]
    assert reason in taken.refusals[3]
    assert taken.summary == "imported 2, already present 0, refused 1"
    assert stored_texts() == BOTH
    before = whole_database()
    assert take(path, now=now).summary == "imported 0, already present 2, refused 1"
    assert whole_database() == before


GOOD_ROWS: list[tuple[str, str, str, str]] = [
    ("spaces around the number", "　B 1 ,2026-03-01,诉求,A1,", "B 1", "诉求"),
    ("number kept as text", '"=""00012""",2026-03-01,诉求,A1,', "00012", "诉求"),
    ("control characters", "B1,2026-03-01,响\x07铃\x0b了\x1f,A1,", "B1", "响铃了"),
    ("line break in the text", 'B1,2026-03-01,"第一行\n第二行",A1,', "B1", "第一行\n第二行"),
    ("quotation inside", 'B1,2026-03-01,"他说""吵""",A1,', "B1", '他说"吵"'),
    ("a quotation mark that opens nothing", 'B1,2026-03-01,3" 水管漏,A1,', "B1", '3" 水管漏'),
    ("serial date", "B1,46082.4166667,诉求,A1,", "B1", "诉求"),
    ("date with its zone", "B1,2026-03-01T10:00:00.000+08:00,诉求,A1,", "B1", "诉求"),
    ("Chinese date", "B1,2026年3月1日 10:00,诉求,A1,", "B1", "诉求"),
    ("no date", "B1,,诉求,A1,", "B1", "诉求"),
    ("formula as text", "B1,2026-03-01,=1+1,A1,", "B1", "=1+1"),
    ("fewer cells", "B1,2026-03-01,诉求,A1", "B1", "诉求"),
    ("empty cells too many", "B1,2026-03-01,诉求,A1,,,,", "B1", "诉求"),
    ("signs beyond the first plane", "B1,2026-03-01,𠮷野家太吵😀,A1,", "B1", "𠮷野家太吵😀"),
]


@pytest.mark.parametrize(
    ("row", "number", "text"), [each[1:] for each in GOOD_ROWS], ids=[each[0] for each in GOOD_ROWS]
)
def test_an_odd_row_that_means_something_goes_in(
    street: Street, tmp_path: Path, now: datetime, row: str, number: str, text: str
) -> None:
    taken = take_text(f"{HEADERS}\n{GOOD}\n{row}\n{LAST}\n", tmp_path, now=now)
    assert taken.refusals == {}
    assert stored_texts() == {**BOTH, number: text}


@pytest.mark.parametrize(
    "told",
    [
        "2026-03-01 10:00:00",
        "2026/03/01 10:00",
        "46082.4166667",
        "2026-03-01T02:00:00Z",
        "2026年03月01日 10:00",
    ],
)
def test_every_way_to_write_a_time_means_the_same_instant(
    street: Street, tmp_path: Path, now: datetime, told: str
) -> None:
    take_text(f"{HEADERS}\nB1,{told},诉求,A1,\n", tmp_path, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.get().received_at == datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def test_many_broken_quotations_each_cost_one_line(street: Street, tmp_path: Path, now: datetime) -> None:
    rows = [GOOD, 'B1,2026-03-01,"没关,A1,', 'B2,2026-03-01,"也没关,A1,', LAST, 'G3,2026-03-01,"好的",A1,']
    taken = take_text("\n".join([HEADERS, *rows]), tmp_path, now=now)
    assert list(taken.refusals) == [3, 4]
    assert stored_texts() == {**BOTH, "G3": "好的"}


def test_damaged_bytes_refuse_their_row_and_do_not_turn_the_file_into_another_encoding(
    street: Street, tmp_path: Path, now: datetime
) -> None:
    row = b"B1,2026-03-01," + "坏".encode()[:2] + b",A1,"
    content = b"\n".join([HEADERS.encode(), GOOD.encode(), row, LAST.encode(), b""])
    taken = take(written(content, tmp_path), now=now)
    assert list(taken.refusals) == [3]
    assert "damaged" in taken.refusals[3]
    assert stored_texts() == BOTH


def test_a_number_twice_in_the_file(street: Street, tmp_path: Path, now: datetime) -> None:
    """The same row again is present; another row under its number is refused; a refused row does not take it."""
    other, refused_first = GOOD.replace("油烟", "噪声"), LAST.replace("夜里施工太吵", "")
    text = "\n".join([HEADERS, GOOD, GOOD, other, refused_first, LAST])
    taken = take_text(text, tmp_path, now=now)
    assert taken.summary == "imported 2, already present 1, refused 2"
    assert "line 2" in taken.refusals[4]
    assert stored_texts() == BOTH
    again = take_text(text, tmp_path, now=now)
    assert (again.summary.split(",")[0], again.refusals[4]) == ("imported 0", taken.refusals[4])


def test_columns_that_are_unknown_are_told_and_double_ones_fill_each_other(
    street: Street, tmp_path: Path, now: datetime
) -> None:
    text = "工单编号,诉求内容,内容,街道,所属社区,星级\n1,,第二栏,A街道,,5\n2,第一栏,别的,A街道,东社区,4\n"
    taken = take_text(text, tmp_path, now=now)
    assert taken.notes == ["Columns that are not used: 星级."]
    assert stored_texts() == {"1": "第二栏", "2": "第一栏"}
    with everywhere(EverywhereReason.VERIFICATION):
        areas = dict(Case.objects.values_list("text", "area__code"))
    assert areas == {"第二栏": "A", "第一栏": "A1"}, (
        "the community of a name that two have, in this sub-district"
    )


def test_a_masked_phone_is_left_out_and_a_whole_one_is_sealed(
    street: Street, tmp_path: Path, now: datetime
) -> None:
    text = "工单编号,诉求内容,社区,联系电话\n1,甲,A1,138****5678\n2,乙,A1,13800005678\n3,丙,A1,无\n"
    assert take_text(text, tmp_path, now=now).refusals == {}
    with everywhere(EverywhereReason.VERIFICATION):
        phones = dict(ReporterContact.objects.values_list("case__text", "phone"))
    assert phones == {"乙": "13800005678"}


UNUSABLE: list[tuple[str, bytes, str, str]] = [
    ("empty", b"", "t.csv", "it is empty"),
    ("blank lines", b"\n\n\n", "t.csv", "The file is empty"),
    ("PDF named csv", b"%PDF-1.7\n%\xe2\xe3", "t.csv", "kind PDF"),
    ("old Excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "t.xls", "kind XLS"),
    ("page named xls", b"<html><table>", "t.xls", "kind HTML"),
    ("text named xlsx", b"a,b\n1,2\n", "t.xlsx", "damaged or not what its name says"),
    ("damaged workbook", b"PK\x03\x04rubbish", "t.xlsx", "damaged or not what its name says"),
    ("damaged archive", b"\x1f\x8b\x08rubbish", "t.csv.gz", "damaged or not what its name says"),
    ("noise", b"\xff" * 3000, "t.csv", "neither UTF-8 nor GB18030"),
    ("no headers known", "甲,乙\n1,2\n".encode(), "t.csv", "No built-in mapping fits"),
    ("a column missing", "工单编号,来电时间\n1,2\n".encode(), "t.csv", "No built-in mapping fits"),
    ("one column", "诉求内容\n太吵\n".encode(), "t.csv", "no row of headers"),
]


@pytest.mark.parametrize(
    ("content", "name", "reason"), [each[1:] for each in UNUSABLE], ids=[each[0] for each in UNUSABLE]
)
def test_a_file_that_is_no_table_is_refused_whole(
    street: Street, tmp_path: Path, now: datetime, content: bytes, name: str, reason: str
) -> None:
    before = whole_database()
    taken = take(written(content, tmp_path, name), now=now)
    assert reason in taken.stopped_by
    assert taken.summary == "imported 0, already present 0, refused 0"
    assert whole_database() == before


def test_folder_and_missing_path(street: Street, tmp_path: Path, now: datetime) -> None:
    assert "folder" in take(tmp_path, now=now).stopped_by
    assert "no such file" in take(tmp_path / "none.csv", now=now).stopped_by


def test_headers_alone_are_no_fault(street: Street, tmp_path: Path, now: datetime) -> None:
    taken = take_text(f"{HEADERS}\n", tmp_path, now=now)
    assert (taken.stopped_by, taken.notes) == ("", ["The file has headers and no rows."])


def test_an_archive_that_breaks_off_keeps_what_went_in(street: Street, tmp_path: Path, now: datetime) -> None:
    """The end is refused with a sentence; the rows before it are whole, and the whole file completes them."""
    rows = "".join(f"N{n},2026-03-01,{n * 7919:x}号诉求,A1,\n" for n in range(6000))
    whole = gzip.compress(f"{HEADERS}\n{rows}".encode())
    taken = take(written(whole[: len(whole) * 2 // 3], tmp_path, "t.csv.gz"), now=now)
    assert "cannot be read" in taken.stopped_by
    stored = len(stored_texts())
    assert f"imported {stored}," in taken.summary


def test_workbook_cells_of_every_kind(street: Street, tmp_path: Path, now: datetime) -> None:
    """Numbers, days, empty formulas, faults: as text, or refused where digits were lost."""
    path = workbook(
        [
            HEADERS.split(","),
            [12345, datetime(2026, 3, 1, 8), "整数编号", "A1", None],  # noqa: DTZ001 - a spreadsheet knows no zones
            [12346.0, 46082.5, "序列日期", "A1", 7],
            [12345678901234567890, "2026-03-01", "丢了数字", "A1", None],
            ["X1", "2026-03-01", "=CONCATENATE(1,2)", "A1", None],
            ["X2", "2026-03-01", "#N/A", "A1", None],
            [],
            ["X3", date(2026, 3, 1), True, "A1", None],
        ],
        tmp_path,
    )
    taken = take(path, now=now)
    assert {line: reason[:20] for line, reason in taken.refusals.items()} == {
        4: "The spreadsheet has ",
        5: "The row has no text."[:20],
        6: "A cell holds the spr",
    }
    assert stored_texts() == {"12345": "整数编号", "12346": "序列日期", "X3": "True"}


def test_a_workbook_may_be_named_anything(street: Street, tmp_path: Path, now: datetime) -> None:
    rows: list[list[object]] = [HEADERS.split(","), ["1", "2026-03-01", "诉求", "A1", ""]]
    assert take(workbook(rows, tmp_path, "t.csv"), now=now).summary.startswith("imported 1,")


def test_an_empty_workbook(street: Street, tmp_path: Path, now: datetime) -> None:
    Workbook().save(tmp_path / "t.xlsx")
    assert take(tmp_path / "t.xlsx", now=now).stopped_by == "The file is empty."
