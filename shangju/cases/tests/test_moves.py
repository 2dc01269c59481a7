"""Every (state, move, role) triple: what the table allows is stored once, everything else changes nothing."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from shangju.accounts.models import User
from shangju.cases import chain, moves, services
from shangju.cases.effects import joining
from shangju.cases.models import Approval, Case, CaseClock, CaseEvent, ClockPause, SupervisionOrder
from shangju.cases.rules import REPORTER, Actor
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import WAY, case_in, payload_of
from shangju.cases.workflow import MOVES, OPEN_STATES, CaseRole, MoveName, State
from shangju.core.errors import Conflict, NotAllowed
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]


def everything_stored() -> list[object]:
    """The rows as the database has them: objects would take most of this table's time."""
    rows = []
    with connection.cursor() as cursor:
        for model in (Case, CaseEvent, CaseClock):
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY id")
            rows.append(cursor.fetchall())
    return rows


def prepared(state: str, street: Street, now: datetime) -> Case:
    """A case in the state; one that may be closed as unreachable where that is the question."""
    case = case_in(state, street, now=now)
    Case.objects.filter(pk=case.pk).update(call_back_tries=3)
    return Case.objects.get(pk=case.pk)


def give_it_an_object(case: Case, name: str, *, now: datetime, asker: User) -> None:
    """What some moves act on: a request that waits, a pause that runs, an order without a reply."""
    asked = {
        "grant_return": "return",
        "refuse": "return",
        "grant_pause": "pause",
        "grant_extension": "extension",
        "grant_reveal": "reveal",
    }
    if name in asked:
        Approval.objects.create(
            case=case, event=case.events.earliest("sequence"), kind=asked[name], reason="等配件", pause_reason="parts",
            amount=2, until=now + timedelta(days=2), asked_at=now, code="call", asked_by=asker,
        )  # fmt: skip
    if name == "ask_reveal":
        Case.objects.filter(pk=case.pk).update(concerns_minor=True)
    if name == "ask_pause":
        case.clocks.filter(step="first_contact").update(stopped_at=now, is_met=True)
    if name == "resume":
        until = now + timedelta(days=2)
        began = {"event": case.events.earliest("sequence"), "round": 0, "starts_at": now}
        ClockPause.objects.create(case=case, reason="parts", until=until, **began)
        Case.objects.filter(pk=case.pk).update(paused_until=until)
    if name == "reply":
        event = case.events.earliest("sequence")
        SupervisionOrder.objects.create(
            case=case, event=event, number="T1", demand="请回复", reply_by=now.date()
        )
        Case.objects.filter(pk=case.pk).update(open_orders=1)


def target_of(name: str, state: str) -> str:
    """Where the sound payload leads in ``state``."""
    if name == "escalate" and state in {State.DISPATCHED, State.IN_PROGRESS}:
        return State.DISPATCHED
    return State.REGISTERED if name == "unmerge" else (MOVES[MoveName(name)].target or state)


class Trying:
    """One case, tried with every move in one role after the other; nothing of it stays."""

    def __init__(self, state: str, street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
        self.state, self.street, self.now = state, street, now
        self.case, self.roles = prepared(state, street, now), frozenset[CaseRole]()
        for module in (services, joining):
            monkeypatch.setattr(module, "roles_of", lambda by, case: self.roles)

    def expected(self, name: str, role: str) -> str:
        """What the table says of it."""
        move = MOVES[MoveName(name)]
        if role not in move.roles:
            return "NotAllowed"
        return "stored" if self.state in move.sources else "Conflict"

    def try_move(self, name: str, role: str) -> None:
        case, later, street = self.case, self.now + timedelta(hours=1), self.street
        self.roles = frozenset({CaseRole(role)})
        kept = transaction.savepoint()
        payload = payload_of(name, street, now=later)
        give_it_an_object(case, name, now=self.now, asker=street.users["grid_worker"])
        before = everything_stored()
        by = street.staff("second_officer") if name in BY_A_USER else REPORTER
        expected = self.expected(name, role)
        assert outcome_of(case, payload, by=by, now=later) == expected, (name, role)
        if expected == "stored":
            assert_stored(case, name, role, target=target_of(name, self.state))
        else:
            assert everything_stored() == before, (name, role)
        transaction.savepoint_rollback(kept)


@pytest.mark.once(by="shangju.cases.tests.test_moves.test_each_move_by_one_of_each_answer")
@pytest.mark.parametrize("role", CaseRole.values)
@pytest.mark.parametrize("state", State.values)
def test_triples(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch, state: str, role: str
) -> None:
    trying = Trying(state, street, now, monkeypatch)
    for name in MOVES:
        trying.try_move(name, role)


@pytest.mark.postgresql
@pytest.mark.parametrize("state", State.values)
def test_each_move_by_one_of_each_answer(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """Which role may is the same code on both databases: of those answered alike another one in turn makes the move."""
    trying = Trying(state, street, now, monkeypatch)
    for at, name in enumerate(MOVES):
        alike: dict[str, list[str]] = {}
        for role in CaseRole.values:
            alike.setdefault(trying.expected(name, role), []).append(role)
        for roles in alike.values():
            trying.try_move(name, roles[at % len(roles)])


BY_A_USER = (MoveName.RECUSE, MoveName.ASK_REVEAL)
"""What a person is written down for; the role is given by the test."""


def outcome_of(case: Case, payload: moves.Payload, *, by: Actor, now: datetime) -> str:
    try:
        apply_move(case, payload, by=by, now=now)
    except (NotAllowed, Conflict) as refusal:
        return type(refusal).__name__
    return "stored"


def assert_stored(before: Case, name: str, role: str, *, target: str) -> None:
    after = Case.objects.get(pk=before.pk)
    assert after.state == target
    assert after.is_open == (target in OPEN_STATES)
    assert after.history_length == before.history_length + 1
    row = after.events.last()
    assert row is not None
    assert (row.kind, row.role, row.from_state, row.to_state) == (name, role, before.state, target)
    assert chain.first_break(after, after.events.all()) is None


def test_the_states_are_all_looked_at() -> None:
    assert set(WAY) == set(State.values)
