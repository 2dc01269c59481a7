"""Every kind of ledger on real work: what is in its rows, and that nothing of a contact ever is."""

import string
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shangju.cases import moves
from shangju.cases.models import (
    Case,
    CaseEvent,
    Coordination,
    Mediation,
    ReporterContact,
    SupervisionOrder,
    Visit,
)
from shangju.cases.reporter import reveal_contact
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, go
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.ledgers.filters import LedgerFilters
from shangju.ledgers.queries import page_of, rows_of
from shangju.ledgers.tables import LEDGERS
from shangju.ledgers.tests.reading import content_of, exported, rows_in
from shangju.ledgers.workflow import LedgerKind
from tests.street import Street

pytestmark = pytest.mark.django_db


def worked_on(street: Street, now: datetime, **fields: Any) -> Case:
    """A case on which everything was done that a ledger tells of."""
    case = case_in(State.IN_PROGRESS, street, now=now, **fields)
    done = (
        ("contact", "grid_worker"), ("visit", "grid_worker"), ("mediate", "grid_worker"),
        ("ask_extension", "grid_worker"), ("grant_extension", "officer"), ("urge", "leader"),
        ("supervise", "leader"), ("reply", "grid_worker"), ("convene", "leader"),
    )  # fmt: skip
    for minute, (move, who) in enumerate(done, start=10):
        case = go(case, move, who, street, now=now + timedelta(minutes=minute))
    with everywhere(EverywhereReason.VERIFICATION):
        reveal_contact(
            case, fields=["phone"], code="call", reason="约定上门时间", by=street.staff("grid_worker"),
            now=now + timedelta(minutes=30),
        )  # fmt: skip
    return case


def table(street: Street, kind: str, *columns: str, who: str = "secretary", now: datetime) -> list[list[str]]:
    """The rows of a ledger without headers, running numbers and mark."""
    taken = exported(street, who, kind, now=now, columns=columns)
    return [row[1:] for row in rows_in(content_of(taken), "csv")[1:-1]]


def test_what_was_done_stands_in_its_ledger(street: Street, now: datetime) -> None:
    case = worked_on(street, now)
    number = case.number
    rows = {
        "visit": ("number", "by", "where", "finding"),
        "mediation": ("number", "by", "with_whom", "account", "result", "agreed"),
        "approval": ("kind", "number", "asked_by", "reason", "decision", "decided_by"),
        "supervision": ("kind", "number", "by", "order_number", "demand", "reply", "agreed"),
        "look": ("number", "user", "post", "piece", "code", "reason", "allowed_by"),
        "minor": ("number",),
    }
    with everywhere(EverywhereReason.VERIFICATION):
        order = SupervisionOrder.objects.get().number
    worker, leader = "grid_worker 1号", "subdistrict_leader 1号"
    expected: dict[str, list[list[str]]] = {
        "visit": [[number, worker, "Upstairs", "楼上无异常"]],
        "mediation": [[number, worker, "店主", "劝导更换", "Agreed", "三日内更换"]],
        "approval": [["Extension", number, worker, "施工需要时间", "Granted", "community_officer 1号"]],
        "supervision": [
            ["Urge", number, leader, "", "", "", ""],
            ["Issue a supervision order", number, leader, order, "三日内书面回复", "已约谈店主", ""],
            ["Bring the units together", number, leader, "", "", "", "综合执法队三日内复查"],
        ],
        "look": [[number, worker, worker, "Phone", "To call about the case", "约定上门时间", ""]],
        "minor": [],
    }
    assert {kind: table(street, kind, *columns, now=now) for kind, columns in rows.items()} == expected


def test_looks_at_minors_say_who_allowed_them(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(concerns_minor=True)
        case = Case.objects.get(pk=case.pk)
        case = go(case, "ask_reveal", "grid_worker", street, now=now)
        apply_move(case, moves.GrantReveal("同意"), by=street.staff("officer"), now=now)
        worker = street.staff("grid_worker")
        reveal_contact(
            Case.objects.get(pk=case.pk),
            fields=["phone"],
            code="call",
            reason="联系监护人",
            by=worker,
            now=now,
        )
    columns = ("number", "post", "piece", "allowed_by", "reason")
    row = [case.number, "grid_worker 1号", "Phone", "community_officer 1号", "联系监护人"]
    for who in ("task_force", "audit_administrator"):
        scope = everywhere(EverywhereReason.AUDIT) if who == "audit_administrator" else street.seen_by(who)
        with scope, translation.override("en"):
            assert table_of(street, "minor", columns, who=who, now=now) == [row]


def table_of(
    street: Street, kind: str, columns: tuple[str, ...], *, who: str, now: datetime
) -> list[list[str]]:
    """As on screen, under the scope that is open."""
    ledger = LEDGERS[LedgerKind(kind)]
    rows = rows_of(ledger, LedgerFilters(), standing=street.staff(who).standing)
    return [
        [str(cell) for cell in row.cells]
        for row in page_of(ledger, ledger.chosen(columns), rows, before=None)[0]
    ]


@pytest.mark.parametrize("kind", LedgerKind.values)
def test_a_ledger_costs_the_same_statements_for_one_row_and_for_many(
    street: Street, now: datetime, kind: str
) -> None:
    every = tuple(LEDGERS[LedgerKind(kind)].by_key)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            exported(street, "secretary", kind, now=now, columns=every)
        return len(captured)

    worked_on(street, now)
    exported(street, "secretary", kind, now=now, columns=every)
    few = statements()
    for _one in range(3):
        worked_on(street, now)
    assert statements() == few


NAMES = st.text("王李张刘陈杨小红国强美丽欧阳", min_size=2, max_size=4)
PHONES = st.builds(
    "{}{}".format, st.sampled_from(["138", "159", "186"]), st.text(string.digits, min_size=8, max_size=8)
)
HOMES = st.builds("东里{}幢{}单元{}室".format, st.integers(1, 30), st.integers(1, 4), st.integers(101, 2801))
SPELLINGS = st.sampled_from(["{}", "：{}。", "电话{}", "我叫 {}，", "住在{}楼上漏水", "“{}”"])


def spaced(piece: str) -> str:
    """As people write it: with blanks between, a phone with hyphens, in full-width signs."""
    return f"{piece[:3]}-{piece[3:7]}-{piece[7:]}" if piece.isdigit() else " ".join(piece)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, phone=PHONES, home=HOMES, spelling=SPELLINGS, is_spaced=st.booleans())
def test_no_masked_export_of_any_kind_holds_anything_of_a_contact(
    street: Street, now: datetime, name: str, phone: str, home: str, spelling: str, is_spaced: bool
) -> None:
    """Name, phone and exact home stand in every free text of the case, and in no file."""
    told = "，".join(spelling.format(spaced(piece) if is_spaced else piece) for piece in (name, phone, home))
    case = _remembered(street, now)
    with everywhere(EverywhereReason.VERIFICATION):
        ReporterContact.objects.filter(case=case).update(name=name, phone=phone, exact_address=home)
        Case.objects.filter(pk=case.pk).update(text=told, title=told[:60], place_note=told[:120])
        _say_everywhere(case, told)
    for kind, ledger in LEDGERS.items():
        taken = exported(street, "secretary", kind, now=now, columns=tuple(ledger.by_key))
        text = content_of(taken).decode("utf-8-sig")
        if kind != LedgerKind.MINOR:
            assert case.number in text
        for piece in (name, phone, home, spaced(name), spaced(phone), spaced(home)):
            assert piece not in text, (kind, piece)


def _remembered(street: Street, now: datetime) -> Case:
    with everywhere(EverywhereReason.VERIFICATION):
        found = Case.objects.order_by("pk").first()
    return found or worked_on(street, now)


def _say_everywhere(case: Case, told: str) -> None:
    """Put a text into everything that people write freely about a case."""
    CaseEvent.objects.filter(case=case).update(note=told)
    Visit.objects.filter(case=case).update(finding=told, place_note=told[:80], people_met=told[:120])
    Mediation.objects.filter(case=case).update(
        with_whom=told[:120], place_note=told[:80], account=told, agreed=told
    )
    case.approvals.update(reason=told)
    case.findings.update(root_cause=told)
    case.contact_reveals.update(reason=told[:120])
    SupervisionOrder.objects.filter(case=case).update(demand=told, reply=told)
    Coordination.objects.filter(case=case).update(units=told, agreed=told)
