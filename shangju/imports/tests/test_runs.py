"""A table that staff give: looked through, corrected, let in by the worker, whole rows only, each once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection

from shangju.cases.models import Case, ReporterContact
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports import taking, work
from shangju.imports.models import ImportRow, ImportRun
from shangju.imports.queries import counts_of, run_for, runs_for
from shangju.imports.runs import discard_run, give_table, name_columns, start_import
from shangju.imports.tests.giving import ORDERS, again, examined, given, imported, outcomes, refusals
from shangju.imports.tests.giving import work as work_through
from shangju.imports.tests.taking import many_rows_of
from shangju.imports.workflow import STEPS, WORKED_ON, Stage, StepName
from shangju.posts.models import Appointment
from shangju.posts.rights import RIGHTS_OF_POST, PostKind, Right
from tests.street import Street

pytestmark = pytest.mark.django_db


def stored() -> dict[str, Case]:
    with everywhere(EverywhereReason.VERIFICATION):
        cases = Case.objects.filter(source_key__isnull=False).select_related("area", "category")
        return {(case.source_key or "").partition(":")[2]: case for case in cases}


# ---- the table of stages


def test_the_stages_are_the_table_and_nothing_else() -> None:
    """Pinned by hand: what leads where."""
    assert {name.value: (sorted(step.sources), step.target.value) for name, step in STEPS.items()} == {
        "name_columns": (["choosing", "examining", "ready"], "examining"),
        "examined": (["examining"], "ready"),
        "start": (["ready", "stopped"], "importing"),
        "finish": (["importing"], "done"),
        "stop": (["examining", "importing"], "stopped"),
        "discard": (["choosing", "examining", "ready"], "discarded"),
    }


@pytest.mark.parametrize("stage", Stage.values)
def test_steps_of_persons_are_open_where_the_table_says_so(street: Street, now: datetime, stage: str) -> None:
    run, by = examined(street, now=now), street.staff("duty_desk")
    steps: dict[StepName, Any] = {
        StepName.START: lambda: start_import(run, by=by, now=now),
        StepName.DISCARD: lambda: discard_run(run, by=by, now=now),
        StepName.NAME_COLUMNS: lambda: name_columns(run, positions=run.positions, by=by, now=now),
    }
    for name, step in steps.items():
        with everywhere(EverywhereReason.VERIFICATION):
            because = "right_gone" if stage == "stopped" else ""
            ImportRun.objects.update(stage=stage, started_by=by.user, stopped_because=because)
        with street.seen_by("duty_desk"):
            if stage in STEPS[name].sources:
                assert step().stage == STEPS[name].target
            else:
                with pytest.raises(Conflict):
                    step()
                assert again(run).stage == stage


# ---- looking through


def test_a_table_is_looked_through_and_nothing_is_stored_as_a_case(street: Street, now: datetime) -> None:
    run = given(street, now=now)
    assert (run.stage, run.row_count, run.file_kind, run.encoding) == ("examining", 4, "csv", "utf-8")
    run = examined(street, now=now)
    assert run.stage == "ready"
    assert outcomes(run) == {2: "fresh", 3: "fresh", 4: "refused", 5: "refused"}
    assert refusals(run)[4] == {"received_at": "“昨天下午” is not a time in a form that the mapping names."}
    assert refusals(run)[5] == {"id": "The row has no number."}
    assert stored() == {}


def test_every_column_that_cannot_be_taken_is_told(street: Street, now: datetime) -> None:
    rows = "工单编号,诉求内容,来电时间,社区\nE1,,明年,B1\n"
    run = examined(street, rows, now=now)
    assert refusals(run)[2] == {
        "text": "The row has no text.",
        "received_at": "“明年” is not a time in a form that the mapping names.",
        "area": f"“{street.areas['far:first'].name}” lies outside {street.areas['subdistrict'].name}.",
    }


def test_what_staff_give_is_sealed_and_the_file_is_not_kept(street: Street, now: datetime) -> None:
    given(street, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT cells_sealed FROM imports_importrow")
        kept = "".join(row[0] for row in cursor.fetchall())
    assert kept
    assert "13912345678" not in kept
    assert "王某某" not in kept


def test_an_unknown_area_is_no_refusal_but_is_counted(street: Street, now: datetime) -> None:
    rows = "工单编号,诉求内容,社区\nE1,油烟,天边社区\nE2,噪音,A1\n"
    run = imported(street, rows, now=now)
    assert outcomes(run) == {2: "imported", 3: "imported"}
    with street.seen_by("duty_desk"):
        assert counts_of([run])[run.pk].without_area == 1
    assert stored()["E1"].area == street.areas["subdistrict"]
    assert stored()["E2"].area == street.areas["first"]


def test_a_communitys_officer_takes_in_what_lies_there(street: Street, now: datetime) -> None:
    rows = "工单编号,诉求内容,街道,社区\nE1,油烟,A,A1\nE2,噪音,A,A2\nE3,停车,A,\n"
    run = imported(street, rows, now=now, who="officer", area="first")
    assert outcomes(run) == {2: "imported", 3: "refused", 4: "imported"}
    assert stored()["E3"].area == street.areas["first"]
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.get(source_key="hotline12345:E1").registered_by == street.users["officer"]


@pytest.mark.parametrize("name", ["far_desk", "grid_worker", "leader", "task_force", "other_officer"])
def test_who_may_not_take_orders_in(street: Street, now: datetime, name: str) -> None:
    run = examined(street, now=now, who="officer", area="first")
    by = street.staff(name)
    with street.seen_by(name):
        for step in (start_import, discard_run):
            with pytest.raises(NotAllowed):
                step(run, by=by, now=now)
        with pytest.raises(NotAllowed):
            give_table(
                SimpleUploadedFile("t.csv", ORDERS.encode()),
                area=street.areas["first"],
                by=by,
                language="en",
                now=now,
            )
        assert runs_for(by.standing) == []
        refusal = NotAllowed if name in {"leader", "task_force"} else ImportRun.DoesNotExist
        with pytest.raises(refusal):
            run_for(by.standing, run.pk)
    assert again(run).stage == "ready"


def test_the_right_belongs_to_those_who_dispatch() -> None:
    holders = {kind for kind, rights in RIGHTS_OF_POST.items() if Right.IMPORT_ORDERS in rights}
    assert holders == {PostKind.DUTY_DESK, PostKind.COMMUNITY_OFFICER, PostKind.COMMUNITY_SECRETARY}


# ---- files


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "t.csv", "it is empty"),
        (b"%PDF-1.7 ...", "t.csv", "PDF"),
        (b"PK\x03\x04broken", "t.xlsx", "damaged"),
        ("只有一句话\n".encode(), "t.csv", "no row of headers"),
        ("工单编号,诉求内容\n".encode(), "t.csv", "headers and no rows"),
        (b"\x1f\x8b\x08\x00", "t.csv.gz", "packed"),
        ((",".join(f"h{n}" for n in range(121)) + "\n1,2\n").encode(), "t.csv", "more than 120 columns"),
        (b"a,b\n" + b"1,2\n" * 20_001, "t.csv", "more than 20000 rows"),
    ],
)
def test_what_is_no_table_is_refused_at_the_field_and_leaves_nothing(
    street: Street, now: datetime, content: bytes, name: str, says: str
) -> None:
    from django.utils import translation  # noqa: PLC0415 - the sentence is compared in English

    with translation.override("en"), pytest.raises(DomainError) as refused:
        given(street, content, now=now, name=name)
    assert says in str(refused.value.fields["file"])
    with everywhere(EverywhereReason.VERIFICATION):
        assert (ImportRun.objects.count(), ImportRow.objects.count()) == (0, 0)


def test_a_workbook_that_unpacks_to_a_flood_is_refused(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shangju.core.table_files import FileForm  # noqa: PLC0415
    from shangju.imports import runs  # noqa: PLC0415 - its limit is lowered here
    from shangju.imports.writing import written_table  # noqa: PLC0415

    monkeypatch.setattr(runs, "UNPACKED_AT_MOST", 500)
    book = written_table([["工单编号", "诉求内容"], ["1", "油烟" * 900]], FileForm("xlsx"))
    with pytest.raises(DomainError):
        given(street, book, now=now, name="t.xlsx")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "C:\\tables\\a.csv", "长" * 300 + ".csv", "\x00.csv", ""]
)
def test_names_of_files_lead_nowhere(street: Street, now: datetime, name: str) -> None:
    upload = SimpleUploadedFile("x.csv", ORDERS.encode())
    upload._name = name  # as a hand-made request sends it
    with street.seen_by("duty_desk"):
        run = give_table(
            upload, area=street.areas["subdistrict"], by=street.staff("duty_desk"), language="en", now=now
        )
    assert "/" not in run.file_name
    assert run.row_count == 4


def test_a_broken_line_stays_refused_whatever_the_columns_mean(street: Street, now: datetime) -> None:
    rows = '工单编号,诉求内容\nE1,"没有结束\nE2,停车\n'
    run = examined(street, rows, now=now)
    assert outcomes(run) == {2: "refused", 3: "fresh"}
    with street.seen_by("duty_desk"):
        name_columns(run, positions={"id": [0], "text": [1]}, by=street.staff("duty_desk"), now=now)
    work_through(now)
    assert outcomes(run) == {2: "refused", 3: "fresh"}
    assert "quotation mark" in refusals(run)[2][""]


# ---- letting in


def test_new_rows_become_cases_with_all_that_belongs_to_them(street: Street, now: datetime) -> None:
    run = imported(street, now=now)
    assert (run.stage, run.ended_at) == ("done", now)
    assert outcomes(run) == {2: "imported", 3: "imported", 4: "refused", 5: "refused"}
    case = stored()["20260301001"]
    assert (case.state, case.channel, case.request_type) == ("registered", "hotline", "complaint")
    assert case.registered_by == street.users["duty_desk"]
    with everywhere(EverywhereReason.VERIFICATION):
        assert ReporterContact.objects.get(case=case).phone == "13912345678"
        assert ImportRow.objects.get(run=run, line=2).case == case
        assert [event.kind for event in case.events.all()] == ["register"]
        assert case.clocks.exists()
        actions = AuditEvent.objects.filter(object_type="imports.importrun").order_by("pk")
        assert list(actions.values_list("action", flat=True)) == [
            "import.given",
            "import.examined",
            "import.start",
            "import.finish",
        ]


def test_an_order_that_is_there_is_shown_and_one_with_other_words_is_named(
    street: Street, now: datetime
) -> None:
    imported(street, now=now)
    text = "楼下面馆油烟扰民，晚上更重"
    second = examined(street, ORDERS.replace("夜里施工太吵", "夜里不吵了"), now=now)
    assert outcomes(second) == {2: "present", 3: "changed", 4: "refused", 5: "refused"}
    with street.seen_by("duty_desk"):
        start_import(second, by=street.staff("duty_desk"), now=now)
    work_through(now)
    assert {number: case.text for number, case in stored().items()} == {
        "20260301001": text,
        "20260301002": "夜里施工太吵",
    }
    with everywhere(EverywhereReason.VERIFICATION):
        assert ImportRow.objects.get(run=second, line=3).case == stored()["20260301002"]


def test_rows_twice_in_a_table(street: Street, now: datetime) -> None:
    rows = "工单编号,诉求内容\nE1,油烟\nE1,油烟\nE1,别的\n"
    run = imported(street, rows, now=now)
    assert outcomes(run) == {2: "imported", 3: "present", 4: "refused"}
    assert "in line 2" in refusals(run)[4]["id"]
    with everywhere(EverywhereReason.VERIFICATION):
        cases = set(ImportRow.objects.filter(run=run, line__lte=3).values_list("case", flat=True))
    assert cases == {stored()["E1"].pk}


def test_twice_across_batches_is_twice(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "BATCH", 1)
    rows = "工单编号,诉求内容\nE1,油烟\nE1,油烟\nE1,别的\n"
    assert outcomes(imported(street, rows, now=now)) == {2: "imported", 3: "present", 4: "refused"}


def test_an_import_that_breaks_in_a_batch_goes_on_where_it_was(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch is whole or not in: cases and the marks of their rows stand and fall together."""
    monkeypatch.setattr(work, "BATCH", 3)
    run = examined(street, many_rows_of(10), now=now)
    with street.seen_by("duty_desk"):
        start_import(run, by=street.staff("duty_desk"), now=now)
    mark, calls = work._mark, 0

    def failing(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise DatabaseError
        mark(*arguments)

    monkeypatch.setattr(work, "_mark", failing)
    work.work_on_runs(now)
    assert len(stored()) == 6
    assert list(outcomes(run).values()).count("imported") == 6
    monkeypatch.setattr(work, "_mark", mark)
    work_through(now + timedelta(minutes=5))
    assert again(run).stage == "done"
    assert len(stored()) == 10
    assert set(outcomes(run).values()) == {"imported"}


def test_another_import_of_the_same_rows_was_first(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the write: the rows are there already, and are linked to the cases of the first."""
    first, second = (examined(street, many_rows_of(4), now=now) for _run in range(2))
    with street.seen_by("duty_desk"):
        for run in (first, second):
            start_import(run, by=street.staff("duty_desk"), now=now)
    look, blind = taking.stored_cases, [True]

    def looking(keys: Any) -> Any:
        return {} if blind and blind.pop() else look(keys)

    with everywhere(EverywhereReason.VERIFICATION):
        work._work_on(first.pk, now=now)
        monkeypatch.setattr(taking, "stored_cases", looking)
        work._work_on(second.pk, now=now)
    assert set(outcomes(first).values()) == {"imported"}
    assert set(outcomes(second).values()) == {"present"}
    assert len(stored()) == 4


def test_whoever_lost_the_right_imports_no_more(street: Street, now: datetime) -> None:
    run = examined(street, now=now)
    with street.seen_by("duty_desk"):
        start_import(run, by=street.staff("duty_desk"), now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        Appointment.objects.filter(user=street.users["duty_desk"]).delete()
    work_through(now)
    run = again(run)
    assert (run.stage, run.stopped_because, stored()) == ("stopped", "right_gone", {})


# ---- clearing


def test_rows_are_cleared_when_their_time_is_over(street: Street, now: datetime, settings: Any) -> None:
    settings.IMPORT_KEEP_DAYS = 30
    run = imported(street, now=now)
    assert work.clear_old_runs(now + timedelta(days=29)) == 0
    assert work.clear_old_runs(now + timedelta(days=31)) == 1
    assert work.clear_old_runs(now + timedelta(days=32)) == 0
    with everywhere(EverywhereReason.VERIFICATION):
        rows = list(ImportRow.objects.filter(run=run))
    assert {(row.cells_sealed, row.refusals_sealed, row.digest) for row in rows} == {("", "", "")}
    assert len(stored()) == 2
    assert again(run).cleared_at == now + timedelta(days=31)


def test_a_table_that_nobody_let_in_is_discarded(street: Street, now: datetime) -> None:
    run = examined(street, now=now)
    assert work.clear_old_runs(now + timedelta(days=6)) == 0
    assert work.clear_old_runs(now + timedelta(days=8)) == 1
    assert (again(run).stage, outcomes(run)) == ("discarded", {})


def test_a_discarded_table_leaves_no_rows(street: Street, now: datetime) -> None:
    run = examined(street, now=now)
    with street.seen_by("duty_desk"):
        discard_run(run, by=street.staff("duty_desk"), now=now)
    assert outcomes(run) == {}
    assert again(run).stage not in WORKED_ON
