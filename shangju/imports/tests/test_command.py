"""The command: exit status, last line, streams, dry run, what it leaves; two at once on PostgreSQL."""

import random
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from io import StringIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shangju.cases import chain, intake
from shangju.cases.intake import register_concerns
from shangju.cases.models import Case, CaseClock, CaseEvent
from shangju.cases.search import matching
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.mapping import mapping_for, read_mapping
from shangju.imports.tests.taking import HEADERS, Taken, take, take_text, whole_database, written
from tests.street import Street, build_street

WORDS = ("油烟扰民", "占道经营", "夜间施工", "楼道堆物", "垃圾满溢", "风机太响", "井盖松动", "路灯不亮")


def many_rows(count: int) -> str:
    """A hotline table of so many rows, each with words of its own."""
    rng = random.Random(5)
    rows = (
        f"W{n:05},2026-0{1 + n % 2}-{1 + n % 28:02} 10:{n % 60:02}:00,{n}号反映{rng.choice(WORDS)}请处理,A{1 + n % 2},"
        for n in range(count)
    )
    return "\n".join([HEADERS, *rows, ""])


def run(*arguments: str) -> tuple[int, str, str]:
    """Call the command in this process: exit status, standard output, error output."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_concerns", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("rows", "status", "summary"),
    [
        ("1,2026-03-01,诉求,A1,\n", 0, "imported 1, already present 0, refused 0"),
        ("1,2026-03-01,诉求,A1,\n2,2026-03-01,,A1,\n", 1, "imported 1, already present 0, refused 1"),
        ("", 0, "imported 0, already present 0, refused 0"),
    ],
    ids=["all in", "one refused", "headers alone"],
)
def test_status_and_last_line(street: Street, tmp_path: Path, rows: str, status: int, summary: str) -> None:
    path = written(f"{HEADERS}\n{rows}".encode(), tmp_path)
    code, out, err = run(str(path))
    assert (code, out) == (status, f"{summary}\n")
    assert ("3" in err) == (status == 1)


@pytest.mark.parametrize("mapping", ["none.yaml", "folder"])
def test_what_cannot_be_used_is_one_sentence_and_status_1(
    street: Street, tmp_path: Path, mapping: str
) -> None:
    (tmp_path / "folder").mkdir()
    path = written(many_rows(2).encode(), tmp_path)
    for arguments in ([str(tmp_path)], [str(path), "--mapping", str(tmp_path / mapping)]):
        code, out, err = run(*arguments)
        assert (code, out.splitlines()[-1]) == (1, "imported 0, already present 0, refused 0")
        assert len(err.strip().splitlines()) == 1
        assert "Traceback" not in err


def test_misuse_is_an_error_of_the_parser(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("import_concerns")


def test_progress_is_lines_where_nobody_watches(
    street: Street, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No carriage returns, no colours, a line for so many rows."""
    monkeypatch.setattr("shangju.imports.management.commands.import_concerns.LINES_EVERY", 250)
    _code, _out, err = run(str(written(many_rows(600).encode(), tmp_path)))
    lines = [line for line in err.splitlines() if "…" in line]
    assert [line.strip("… ").split()[0] for line in lines if "250" in line or "500" in line]
    assert len(lines) == 2
    assert "\r" not in err
    assert "\x1b" not in err


def test_a_dry_run_counts_the_same_and_stores_nothing(street: Street, tmp_path: Path, now: datetime) -> None:
    """Whole-database counts, the series of numbers among them."""
    text = many_rows(300) + "X,2026-03-01,,A1,\n" + "W00000,2026-03-01,别的,A1,\n"
    path = written(text.encode(), tmp_path)
    before = whole_database()
    told = take(path, now=now, dry_run=True)
    assert whole_database() == before
    done = take(path, now=now)
    assert (told.summary, told.refusals) == (done.summary, done.refusals)
    assert done.summary == "imported 300, already present 0, refused 2"


def test_each_stored_case_is_whole(street: Street, tmp_path: Path, now: datetime) -> None:
    """Number without gaps, history that verifies, clocks with their due instants, search index: as entered by hand."""
    take_text(many_rows(260), tmp_path, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        cases = list(Case.objects.order_by("number"))
        assert [case.number for case in cases] == [f"AX26-{n:06}" for n in range(1, 261)]
        assert [case.source_key for case in cases] == [f"hotline12345:W{n:05}" for n in range(260)]
        for case in cases:
            events = list(CaseEvent.objects.filter(case=case))
            assert chain.first_break(case, events) is None
            assert [event.notified_at for event in events] == [None]
            steps = {clock.step: clock.due_at for clock in CaseClock.objects.filter(case=case)}
            assert {"accept", "first_contact", "close"} <= set(steps)
            assert (case.due_at, case.close_due_at) == (min(steps.values()), steps["close"])
            assert case.area_path.startswith(street.areas["subdistrict"].path)
        assert [case.text for case in matching(Case.objects.all(), "77号反映")] == [
            case.text for case in cases if "77号反映" in case.text
        ]


def test_statements_grow_with_batches_not_with_rows(street: Street, tmp_path: Path, now: datetime) -> None:
    """One by one it was eleven a row; what is left is a constant for each batch and the parts of its inserts."""
    take_text(many_rows(3), tmp_path, now=now)
    with CaptureQueriesContext(connection) as captured:
        take_text(many_rows(503), tmp_path, now=now)
    assert len(captured) < 500 * 0.4


def test_the_file_is_read_as_it_is_needed(
    street: Street, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches come and go: never more rows at once than two batches."""
    sizes: list[int] = []
    take_in = "shangju.imports.taking.register_concerns"

    def watch(submissions: Any, **options: Any) -> Any:
        sizes.append(len(submissions))
        return register_concerns(submissions, **options)

    monkeypatch.setattr(take_in, watch)
    take_text(many_rows(600), tmp_path, now=now)
    assert sizes == [250, 250, 100]


def test_what_the_database_refuses_is_one_row(
    street: Street, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that breaks a rule of the database is found among its batch and told; the batch goes in."""
    prepare = intake.prepare_concern

    def spoil(submission: Any, **options: Any) -> Any:
        prepared = prepare(submission, **options)
        if submission.source_key.endswith("W00007"):
            prepared.case.state = "nowhere"
        return prepared

    monkeypatch.setattr(intake, "prepare_concern", spoil)
    taken = take_text(many_rows(20), tmp_path, now=now)
    assert taken.refusals == {9: "The database cannot store this row."}
    assert taken.summary == "imported 19, already present 0, refused 1"


GENERATED = {
    "taidi2020c": (
        "msg_id,user,title,time,body,likes,dislikes,att2_label",
        "188006,A0001,楼下油烟,2019-02-28T11:25:05,楼下饭店油烟很大，请处理,0,0,",
    ),
    "taidi2020c_labeled": (
        "row,msg_id,user,title,time,body,label,source",
        "2,,,,,楼下饭店油烟很大,环境保护,x",
    ),
    "hotline_12345": (
        "order_id,title,case_content,case_goal,address_detail,call_time,area_code_city,area_code_street,case_lnglat,"  # noqa: ISC004
        "case_accord_type_first_name,case_accord_type_second_name,case_accord_code,order_source,order_type",
        'T1,油烟,楼下饭店油烟很大,要求处理,东里1幢,2026-03-01 08:00:00,市,A街道,"119.45,32.2",环境,油烟,0102,电话,举报',
    ),
}


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_built_in_mappings_take_the_columns_that_they_name(
    street: Street, tmp_path: Path, now: datetime, name: str
) -> None:
    """By its headers alone, and by name; the source, the channel and what was said are stored."""
    mapping = read_mapping(Path(name))
    headers, row = GENERATED[name]
    if "area" not in mapping.columns:
        # There are two sub-districts here: whoever imports says which is meant.
        assert mapping_for(headers.split(",")) == mapping
        mapping = replace(mapping, area="A")
    path = written(f"{headers}\n{row}\n".encode(), tmp_path)
    taken = take(path, now=now, mapping=mapping if mapping.area else None)
    assert (taken.stopped_by, taken.refusals) == ("", {})
    with everywhere(EverywhereReason.VERIFICATION):
        case = Case.objects.get()
    assert (case.channel, case.source_key) == (mapping.channel, f"{mapping.source}:{row.split(',')[0]}")
    assert case.text.startswith("楼下饭店油烟很大")
    assert case.request_type == ("report" if name == "hotline_12345" else "complaint")


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
@pytest.mark.parametrize("turned", [False, True], ids=["the same order", "the other way round"])
def test_two_imports_at_once_store_each_row_once(
    transactional_db: None, tmp_path: Path, now: datetime, *, turned: bool
) -> None:
    """Two connections with the same rows: each row in one of them imported, in the other present."""
    build_street()
    headers, *rows = many_rows(400).strip().split("\n")
    second = list(reversed(rows)) if turned else rows
    paths = [
        written("\n".join([headers, *each]).encode(), tmp_path, f"{n}.csv")
        for n, each in enumerate((rows, second))
    ]
    barrier = Barrier(2)

    def work(path: Path) -> Taken:
        try:
            barrier.wait(timeout=30)
            return take(path, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(work, paths))
    assert [(each.stopped_by, each.refusals) for each in taken] == [("", {}), ("", {})]
    figures = [[int(word) for word in re.findall(r"\d+", each.summary)] for each in taken]
    assert [sum(column) for column in zip(*figures, strict=True)] == [400, 400, 0]
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.values("source_key").distinct().count() == Case.objects.count() == 400
        assert sorted(Case.objects.values_list("number", flat=True)) == [
            f"AX26-{n:06}" for n in range(1, 401)
        ]
