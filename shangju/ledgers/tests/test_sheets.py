"""The quick way to write a row says sign for sign what the library's own way says."""

import io
import re
import zipfile

import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from shangju.core.spreadsheets import LONGEST_CELL
from shangju.ledgers.sheets import RowSheet

TEXTS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=" \t\r\n\x00\x0b\x1f&<>\"'_x0041\ufffe\uffff　街😀=+@", max_size=12),
    st.sampled_from(
        ["_x000D_", "a\n", "\u2028b", " ", "😀" * 17_000, "街" * (LONGEST_CELL + 2), "a" * 40_000]
    ),
)
CELLS = st.one_of(TEXTS, st.integers(-9, 10**9))
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=4)
XML = "xl/worksheets/sheet1.xml"


def parts_of(rows: list[list[str | int]], *, quickly: bool) -> dict[str, bytes]:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("1", RowSheet if quickly else None)
        body = book.add_format({"num_format": "@"})
        sheet.set_column(1, 1, 9, body)
        for place in range(3):
            sheet.write_string(0, place, "h", book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            if quickly:
                sheet.write_cells(number, row)
            else:
                write_plainly(sheet, number, row)
        sheet.write_string(len(rows) + 1, 0, "# end")
    with zipfile.ZipFile(out) as made:
        return {name: made.read(name) for name in made.namelist() if name != "docProps/core.xml"}


def write_plainly(sheet, number: int, row: list[str | int]) -> None:  # type: ignore[no-untyped-def] # xlsxwriter's
    for place, cell in enumerate(row):
        if isinstance(cell, int):
            sheet.write_number(number, place, cell)
        elif cell:
            sheet.write_string(number, place, cell[:LONGEST_CELL])


@given(ROWS)
def test_the_file_is_the_one_that_the_library_would_write(rows: list[list[str | int]]) -> None:
    rows = [row if any(cell != "" for cell in row) else [1, *row[1:]] for row in rows]
    quick, plain = parts_of(rows, quickly=True), parts_of(rows, quickly=False)
    assert quick == plain


def test_what_looks_like_markup_stays_a_text() -> None:
    """The library would write such a text into the sheet as it is."""
    sheet = parts_of([["<r><t>街</t></r>", "", ""]], quickly=True)[XML].decode()
    assert re.search(r"<t>&lt;r&gt;&lt;t&gt;街&lt;/t&gt;&lt;/r&gt;</t>", sheet)
