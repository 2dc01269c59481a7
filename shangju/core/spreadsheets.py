"""What every table that leaves the house has in common: no cell that a spreadsheet would run, and its kind of content."""

import re

FORMULA_SIGNS = frozenset("=+-@＝＋－＠")
"""With those of full width: spreadsheets in Chinese and Japanese take them for the others."""
HARMLESS = re.compile(r'[+-]?[\d.,]+|="\d*"')
"""Numbers, and the way in which exports keep a number as text."""

LINE_SIGNS = "\t\r\n"
_MAY_BEGIN_ONE = FORMULA_SIGNS.union(LINE_SIGNS, " ")
LONGEST_CELL = 32_767
"""Signs that a cell of a workbook can hold."""

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: marked with ``'``, which the import takes away again."""
    if cell[:1] not in _MAY_BEGIN_ONE:
        return cell  # nearly every cell: a ledger asks this ten million times
    start = cell.lstrip(LINE_SIGNS + " ")[:1]
    return f"'{cell}" if start in FORMULA_SIGNS and not HARMLESS.fullmatch(cell) else cell
