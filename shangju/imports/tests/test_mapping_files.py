"""A mapping that is wrong names the key and what is allowed there."""

from datetime import datetime
from pathlib import Path

import pytest
from django.utils import translation

from shangju.cases.models import Case
from shangju.core.cells import header_key
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.mapping import KNOWN_COLUMNS, MAPPINGS, read_mapping
from shangju.imports.tests.taking import HEADERS, take, whole_database, written
from tests.street import Street

BASE = "source: s\ncolumns: {id: 编号, text: [内容]}\n"

WRONG: list[tuple[str, str, list[str]]] = [
    ("empty", "", ["keys and values"]),
    ("a list", "- a\n- b\n", ["keys and values"]),
    ("no YAML", "source: [a\ncolumns: b", ["line 2", "YAML"]),
    ("unknown key", BASE + "colums: {}\n", ["“colums”", "source", "time_formats"]),
    ("no source", "columns: {id: a, text: b}\n", ["“source” is missing"]),
    ("no columns", "source: s\n", ["“columns” is missing"]),
    ("columns is a list", "source: s\ncolumns: [id, text]\n", ["“columns”", "table"]),
    ("columns is a text", "source: s\ncolumns: id\n", ["“columns”", "table"]),
    (
        "unknown column",
        "source: s\ncolumns: {id: a, text: b, texts: c}\n",
        ["“texts”", "“columns”", "received_at"],
    ),
    ("no id", "source: s\ncolumns: {text: b}\n", ["header of “id”"]),
    (
        "a header that is a table",
        "source: s\ncolumns: {id: {a: b}, text: b}\n",
        ["“columns: id” must be a text"],
    ),
    ("a header that is yes", "source: s\ncolumns: {id: yes, text: b}\n", ["“columns: id” must be a text"]),
    ("source of spaces", BASE.replace("source: s", "source: 'a b'"), ["“source”"]),
    ("source too long", BASE.replace("source: s", f"source: {'s' * 31}"), ["“source”"]),
    ("channel", BASE + "channel: pigeon\n", ["“pigeon”", "“channel”", "hotline"]),
    ("request type", BASE + "request_type: cry\n", ["“cry”", "“request_type”", "complaint"]),
    ("request types", BASE + "request_types: {哭: cry}\n", ["“cry”", "“request_types”", "complaint"]),
    ("clocks", BASE + "clocks_start: never\n", ["“never”", "“clocks_start”", "import, received"]),
    ("zone", BASE + "time_zone: Mars/Olympus\n", ["“Mars/Olympus”", "Asia/Shanghai"]),
    ("zone upwards", BASE + "time_zone: ../etc/passwd\n", ["“../etc/passwd”", "Asia/Shanghai"]),
    ("time formats", BASE + "time_formats: ['%Q']\n", ["“time_formats”", "%Y-%m-%d"]),
    ("time formats empty", BASE + "time_formats: []\n", ["“time_formats”", "%Y-%m-%d"]),
    ("categories a list", BASE + "categories: [a]\n", ["“categories”", "table"]),
]


@pytest.mark.parametrize(("text", "words"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_a_wrong_mapping_names_the_key_and_what_is_allowed(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    with translation.override("en"), pytest.raises(DomainError) as refusal:
        read_mapping(path)
    assert all(word in str(refusal.value) for word in ["wrong.yaml", *words]), str(refusal.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"source: \xd6\xd0"])
def test_a_mapping_that_is_no_text(tmp_path: Path, content: bytes) -> None:
    with translation.override("en"), pytest.raises(DomainError, match="not UTF-8"):
        read_mapping(written(content, tmp_path, "wrong.yaml"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("area: 金山街道", ["“金山街道”", "“area”"]),
        ("areas: {东门: Z9}", ["“Z9”", "“areas”"]),
        ("categories: {油烟: '9901'}", ["“9901”", "“categories”", "0101"]),
    ],
)
def test_what_a_mapping_refers_to_must_be_there(
    street: Street, tmp_path: Path, now: datetime, line: str, words: list[str]
) -> None:
    """Told once for the file, not once for every row; nothing is stored."""
    mapping = read_mapping(written(f"{BASE}{line}\n".encode(), tmp_path, "m.yaml"))
    before = whole_database()
    taken = take(written("编号,内容\n1,诉求\n".encode(), tmp_path), now=now, mapping=mapping)
    assert all(word in taken.stopped_by for word in words), taken.stopped_by
    assert whole_database() == before


def test_foreign_names_of_areas_and_categories(street: Street, tmp_path: Path, now: datetime) -> None:

    text = "source: s\ncolumns: {id: 编号, text: 内容, area: 片区, category: 类}\n"
    text += "areas: {东门: A1}\ncategories: {烟: '0201'}\n"
    mapping = read_mapping(written(text.encode(), tmp_path, "m.yaml"))
    taken = take(written("编号,内容,片区,类\n1,诉求,东门,烟\n".encode(), tmp_path), now=now, mapping=mapping)
    assert taken.summary.startswith("imported 1,"), taken
    with everywhere(EverywhereReason.VERIFICATION):
        assert list(Case.objects.values_list("area__code", "category__code")) == [("A1", "0201")]


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_built_in_mapping_names_a_header_twice(path: Path) -> None:
    mapping = read_mapping(path)
    headers = [header_key(word) for words in mapping.columns.values() for word in words]
    assert len(headers) == len(set(headers))
    assert set(mapping.columns) <= set(KNOWN_COLUMNS)
    assert path.stem in Path("docs/import.md").read_text(encoding="utf-8")


def test_headers_are_known_in_every_width(street: Street, tmp_path: Path, now: datetime) -> None:
    odd = HEADERS.replace("工单编号", "＊工单 编号：").replace("诉求内容", "诉求内容 ")
    taken = take(written(f"{odd}\n1,,诉求,A1,\n".encode(), tmp_path), now=now)
    assert taken.summary.startswith("imported 1,"), taken
