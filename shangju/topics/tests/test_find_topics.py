"""``shangju find-topics``: any table in, two tables out, and a sentence where something is wrong."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from shangju.core.errors import DomainError
from shangju.topics.table import _instant, read_concerns

TEXTS = ("丽发新城小区旁搅拌站噪音扰民", "丽发新城搅拌站粉尘大，噪音大", "丽发新城附近搅拌站夜间噪音扰民")
ROWS = [
    ["编号", "标题", "内容", "时间", "用户", "点赞数"],
    ["a1", TEXTS[0], "整夜施工", "2026-03-01 08:00:00", "u1", "3"],
    ["a2", TEXTS[1], "窗户不敢开", "2026/3/5 9:30", "u2", "0"],
    ["a3", TEXTS[2], "影响睡眠", "2026-04-20", "u3", ""],
    ["b1", "公积金贷款怎么申请", "需要什么材料", "2026-03-02", "u4", "1"],
]


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def find(path: Path, tmp_path: Path, **options: Any) -> tuple[list[list[str]], list[list[str]]]:
    """The table of topics and the table of rows."""
    topics, rows = tmp_path / "topics.csv", tmp_path / "rows.csv"
    call_command("find_topics", str(path), topics=topics, rows=rows, **options)
    return read(topics), read(rows)


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))


def test_the_hottest_topic_with_its_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    topics, rows = find(write(tmp_path / "board.csv", ROWS), tmp_path)
    head, first = topics
    assert head == ["rank", "heat", "from", "to", "place", "description", "rows", "ids"]
    told = dict(zip(head, first, strict=True))
    assert (told["rank"], told["from"], told["to"], told["rows"]) == ("1", "2026-03-01", "2026-04-20", "3")
    assert (told["ids"], told["place"]) == ("a1 a2 a3", "丽发新城")
    assert told["description"] in TEXTS
    assert rows == [["id", "topic"], ["a1", "1"], ["a2", "1"], ["a3", "1"], ["b1", ""]]
    assert "丽发新城" in capsys.readouterr().out


def test_a_window_parts_what_lies_far_apart_in_time(tmp_path: Path) -> None:
    _topics, rows = find(write(tmp_path / "board.csv", ROWS), tmp_path, days=30.0)
    assert rows[1:] == [["a1", "1"], ["a2", "1"], ["a3", ""], ["b1", ""]]


def test_a_table_of_points_has_its_own_window_and_a_town_hall_is_no_place(tmp_path: Path) -> None:
    """The first sixty rows bear the point that the system writes where it knows none."""
    head = ["id", "title", "time", "latitude", "longitude"]
    hall = [[f"h{number}", "Other comment", "2026-03-01 08:00", "42.36", "-71.06"] for number in range(60)]
    lamps = [
        [
            f"l{number}{again}",
            "Street light outage",
            f"2026-03-0{1 + again} 08:00",
            f"42.{300 + number}",
            "-71.1",
        ]
        for number in range(70)
        for again in range(2 if number < 3 else 1)
    ]
    late = [["late", "Street light outage", "2026-03-20 08:00", "42.300", "-71.1"]]
    _topics, rows = find(write(tmp_path / "city.csv", [head, *hall, *lamps, *late]), tmp_path)
    told = dict(rows[1:])
    assert {key for key, topic in told.items() if topic} == {
        f"l{number}{again}" for number in range(3) for again in (0, 1)
    }


def test_a_workbook_and_named_columns(tmp_path: Path) -> None:
    book = Workbook()
    for row in [["key", "what", *ROWS[0][2:]], *ROWS[1:]]:
        book.active.append(row)
    book.save(tmp_path / "board.xlsx")
    _topics, rows = find(tmp_path / "board.xlsx", tmp_path, column=[("id", "key"), ("title", "what")])
    assert [row[1] for row in rows[1:]] == ["1", "1", "1", ""]


def test_rows_that_cannot_be_taken_are_told_and_the_others_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = [
        *ROWS,
        ["a1", "again", "again", "2026-03-01", "u", ""],
        ["c1", "x", "y", "someday", "u", ""],
        ["c2", "", "", "", "", ""],
    ]
    _topics, rows = find(write(tmp_path / "board.csv", odd), tmp_path)
    assert [row[0] for row in rows[1:]] == ["a1", "a2", "a3", "b1"]
    told = capsys.readouterr().err
    assert "6" in told
    assert "someday" in told


@pytest.mark.parametrize(
    "told",
    [
        "2026-03-01 08:05", "2026-3-1 8:05", "2026/3/1 8:05:00", "2026.3.1 8:05", "2026年3月1日 8:05", "2026年3月1日8时5分",
        "２０２６-0３-01 08：05", "03/01/2026 08:05:00 AM", "3/1/2026 8:05 AM", "2026-03-01T00:05:00Z", "46082.336805556",
    ],
)  # fmt: skip
def test_times_as_tables_write_them(told: str) -> None:
    instant = _instant(told, ZoneInfo("Asia/Shanghai"))
    assert instant is not None
    assert instant.astimezone(UTC) == datetime(2026, 3, 1, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "told", ["2026-13-01", "2026-3-1 25:00", "26-3-1", "1e400", "nan", "下周", "9999999999999"]
)
def test_what_is_no_time_is_said_to_be_none(told: str) -> None:
    with pytest.raises(DomainError, match=told):
        _instant(told, ZoneInfo("Asia/Shanghai"))


def test_what_is_no_point_on_the_globe_is_no_place(tmp_path: Path) -> None:
    odd = [("nan", "nan"), ("inf", "-inf"), ("1e308", "1e308"), ("91", "181"), ("0", "0"), ("", "119.4")]
    rows = [[f"n{number}", "Street light outage", "2026-03-01", *point] for number, point in enumerate(odd)]
    table = read_concerns(
        write(tmp_path / "city.csv", [["id", "title", "time", "latitude", "longitude"], *rows]),
        named={},
        zone=ZoneInfo("Asia/Shanghai"),
    )
    assert [concern.spot for concern in table.concerns] == [None] * len(odd)


def test_a_table_of_one_column_below_its_title(tmp_path: Path) -> None:
    rows = [["三月留言"], ["标题"], *([text] for text in TEXTS)]
    _topics, found = find(write(tmp_path / "board.csv", rows), tmp_path)
    assert [row[1] for row in found[1:]] == ["1", "1", "1"]


@pytest.mark.parametrize("option", ["--days=1e12", "--days=nan", "--threshold=7", "--radius=inf", "--top=-1"])
def test_numbers_that_mean_nothing_are_misuse(tmp_path: Path, option: str) -> None:
    with pytest.raises(CommandError, match=option.partition("=")[0]):
        call_command("find_topics", str(write(tmp_path / "board.csv", ROWS)), option)


@pytest.mark.parametrize(
    ("rows", "options", "word"),
    [
        ([["x", "y"], ["1", "2"]], {}, "--column"),
        (ROWS, {"column": [("title", "nothing")]}, "nothing"),
        ([["x"]], {}, "board"),
    ],
)
def test_a_table_without_texts_is_refused_with_a_sentence(
    tmp_path: Path, rows: list[list[str]], options: dict[str, Any], word: str
) -> None:
    with pytest.raises(CommandError, match=word):
        find(write(tmp_path / "board.csv", rows), tmp_path, **options)


def test_no_file_and_no_place_to_write(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="gone"):
        find(tmp_path / "gone.csv", tmp_path)
    with pytest.raises(CommandError, match="nowhere"):
        find(write(tmp_path / "board.csv", ROWS), tmp_path / "nowhere")


def test_nothing_that_a_spreadsheet_would_run_goes_out(tmp_path: Path) -> None:
    rows = [
        ROWS[0],
        *([f"={number}", "=丽发新城搅拌站噪音扰民", "整夜施工", "2026-03-01", "u", ""] for number in "ABC"),
    ]
    topics, out = find(write(tmp_path / "board.csv", rows), tmp_path)
    cells = [cell for row in [*topics, *out] for cell in row]
    assert not any(cell.startswith("=") for cell in cells)
