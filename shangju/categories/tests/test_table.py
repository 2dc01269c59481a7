"""The table of categories, pinned by hand: a test derived from the seed could not notice a wrong seed."""

import pytest

from shangju.categories.table import RUNGS, TableError, check_classes, check_ladder, seed_rows

PINNED = """
0101 B N | 0102 C N | 0103 D   | 0104 B   | 0105 C N | 0106 C N
0201 C   | 0202 D   | 0203 E   | 0204 B   | 0205 C   | 0206 D
0301 B   | 0302 B   | 0303 C   | 0304 D   | 0305 E   | 0306 B
0401 B   | 0402 C   | 0403 B   | 0404 C   | 0405 C   | 0406 C
0501 A2  | 0502 C   | 0503 A1  | 0504 C   | 0505 C   | 0506 A2
0601 B   | 0602 B   | 0603 B   | 0604 C   | 0605 D   | 0606 E
0701 A1  | 0702 B   | 0703 A1  | 0704 C   | 0705 A1  | 0706 C
0801 A2  | 0802 D   | 0803 D   | 0804 C   | 0805 C   | 0806 E
0901 D   | 0902 C   | 0903 D   | 0904 E   | 0905 D   | 0906 D
1001 D   | 1002 D   | 1003 E   | 1004 C   | 1005 R   | 1006 A1
1101 C   | 1102 C   | 1103 D   | 1104 D   | 1105 C   | 1106 D
1201 K   | 1202 D   | 1203 D   | 1204 D   | 1205 K   | 1206 R
"""

ROOTS = {
    "01": "噪声",
    "02": "油烟异味",
    "03": "占道秩序",
    "04": "环境卫生",
    "05": "管网市政",
    "06": "停车交通",
    "07": "消防安全",
    "08": "物业房屋",
    "09": "消费经营",
    "10": "矛盾纠纷",
    "11": "民生服务",
    "12": "咨询联盟",
}

LADDERS = {
    "0101": (("merchant",), ("community",), ("enforcement",)),
    "0102": (("merchant",), ("community",), ("police",)),
    "0103": (("merchant",), ("community",), ("environment", "enforcement")),
    "0106": (("operator",), ("enforcement",)),
    "0201": (("merchant",), ("community",), ("enforcement", "environment")),
    "0302": (("enforcement",),),
    "0305": (("enforcement",), ("housing",)),
    "0401": (("property", "sanitation"), ("enforcement",)),
    "0503": (("utility",), ("housing",)),
    "0604": (("operator",), ("community",), ("enforcement",)),
    "0701": (("property", "merchant"), ("fire", "enforcement")),
    "0901": (("merchant",), ("community",), ("market",)),
    "1002": (("community",), ("justice",), ("police",)),
    "1006": (("emergency",), ("police",), ("community",)),
    "1103": (("community",), ("civil_affairs",)),
    "1206": (("discipline",),),
}

ROWS = {row.code: row for row in seed_rows()}
LEAVES = {code: row for code, row in ROWS.items() if row.parent_code}


def test_all_seventy_two_leaves_have_the_class_of_the_table():
    pinned = {}
    for cell in PINNED.replace("\n", "|").split("|"):
        if parts := cell.split():
            pinned[parts[0]] = (parts[1], parts[2] if len(parts) > 2 else "")
    assert len(pinned) == 72
    assert {code: (row.deadline_class, row.night_class) for code, row in LEAVES.items()} == pinned


def test_the_twelve_roots_have_six_leaves_each():
    assert {code: row.name_zh for code, row in ROWS.items() if not row.parent_code} == ROOTS
    assert [sum(row.parent_code == root for row in LEAVES.values()) for root in ROOTS] == [6] * 12
    assert all(code.startswith(row.parent_code) for code, row in LEAVES.items())


@pytest.mark.parametrize("code", LADDERS)
def test_ladder(code):
    assert ROWS[code].ladder == LADDERS[code]


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("0305", "B"),
        ("0504", "B"),
        ("0505", "A1"),
        ("0901", "R"),
        ("0904", "R"),
        ("1003", "R"),
        ("1006", "R"),
    ],
)
def test_a_class_in_brackets_is_an_alternative_with_its_circumstances(code, other):
    (alternative,) = ROWS[code].alternatives
    assert alternative["class"] == other
    assert alternative["when_zh"]
    assert alternative["when_en"]


def test_no_other_category_has_alternatives():
    assert {code for code, row in LEAVES.items() if row.alternatives} == {
        "0305",
        "0504",
        "0505",
        "0901",
        "0904",
        "1003",
        "1006",
    }


def test_walls_seals_and_windows():
    assert {code for code, row in ROWS.items() if row.privacy_wall} == {"1101", "1102", "1103", "1104"}
    assert {code for code, row in ROWS.items() if row.sealed} == {"1206"}
    assert {code: row.self_fix_hours for code, row in ROWS.items() if row.self_fix_hours} == {"0201": 24}


def test_the_community_leads_nothing_that_belongs_to_others():
    assert not any(ROWS[code].community_may_lead for code in ("0302", "0503", "0902", "1005", "1206"))
    assert all(ROWS[code].community_may_lead for code in ("0101", "0105", "1001", "1101"))


@pytest.mark.parametrize("code", LEAVES)
def test_every_leaf_is_complete(code):
    row = LEAVES[code]
    assert row.name_zh and row.name_en and row.name_en.isascii()  # noqa: PT018 - one row, one look
    assert row.legal_basis and row.legal_basis_en  # noqa: PT018
    assert row.filing_condition and row.closing_condition  # noqa: PT018
    assert len(row.keywords) == len(set(row.keywords)) >= 5
    assert set().union(*row.ladder) <= RUNGS


def test_the_basis_is_readable():
    assert ROWS["0101"].legal_basis == "《中华人民共和国噪声污染防治法》第六十三条、第八十一条"
    assert ROWS["0102"].legal_basis_en.endswith("Public Security Administration Punishments Law, art. 88")


def test_an_unknown_class_and_an_unknown_rung_are_refused():
    with pytest.raises(TableError, match="no deadline class 'X'"):
        check_classes("0101", deadline_class="X", night_class="", alternatives=[])
    with pytest.raises(TableError, match="no deadline class 'Z'"):
        check_classes("0101", deadline_class="B", night_class="", alternatives=[{"class": "Z"}])
    with pytest.raises(TableError, match="no night class"):
        check_classes("0101", deadline_class="B", night_class="M", alternatives=[])
    with pytest.raises(TableError, match="'mayor'"):
        check_ladder("0101", [["merchant"], ["mayor"]])
    with pytest.raises(TableError, match="at least one rung"):
        check_ladder("0101", [["merchant"], []])
