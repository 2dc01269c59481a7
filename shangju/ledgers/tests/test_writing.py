"""No cell of a file is a formula, whatever people wrote; and the log knows the file by its print."""

import csv
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangju.core.spreadsheets import FORMULA_SIGNS, HARMLESS, LINE_SIGNS, guarded
from shangju.ledgers.case_columns import CASES
from shangju.ledgers.queries import LedgerRow
from shangju.ledgers.workflow import FileForm
from shangju.ledgers.writing import Paper, write_ledger

WORDS = st.one_of(
    st.sampled_from(
        ['=HYPERLINK("http://example.cn","x")', "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\t=1+1", "＝1"]
    ),
    st.text(max_size=20),
)
PAPER = Paper("台账 [一]/二:三", CASES.chosen(["number", "title"]), "值班员 1号 & 街道")


def written(cells: list[list[str]], form: FileForm) -> bytes:
    out = io.BytesIO()
    pieces = [[LedgerRow(number, number, list(row))] for number, row in enumerate(cells, start=1)]
    assert write_ledger(out, PAPER, pieces, form) == len(cells)
    return out.getvalue()


@given(st.lists(st.tuples(WORDS, WORDS).map(list), max_size=4))
def test_no_cell_of_a_csv_begins_a_formula(cells: list[list[str]]) -> None:
    rows = list(csv.reader(io.StringIO(written(cells, FileForm.CSV).decode("utf-8-sig"), newline="")))
    for row in rows:
        for cell in row:
            assert cell.lstrip("\t\r\n ")[:1] not in FORMULA_SIGNS or HARMLESS.fullmatch(cell), cell
    assert rows[-1][0].startswith("# ")


@given(WORDS)
def test_the_quick_look_at_a_cell_guards_what_a_slow_one_would(cell: str) -> None:
    is_formula = cell.lstrip(LINE_SIGNS + " ")[:1] in FORMULA_SIGNS and not HARMLESS.fullmatch(cell)
    assert guarded(cell) == (f"'{cell}" if is_formula else cell)


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://example.cn","x")', "+cmd|' /C calc'!A0", "{=1+1}"])
def test_no_cell_of_a_workbook_is_a_formula(cell: str) -> None:
    with zipfile.ZipFile(io.BytesIO(written([[cell, cell]], FileForm.XLSX))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        properties = book.read("docProps/core.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert "值班员 1号 &amp;&amp; 街道" in sheet
    assert "值班员 1号 &amp; 街道" in properties
