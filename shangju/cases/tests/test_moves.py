"""Every (state, move, role) triple: what the table allows is stored once, everything else changes nothing."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from shangju.cases import chain, moves, services
from shangju.cases.models import Case, CaseClock, CaseEvent
from shangju.cases.rules import REPORTER
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import WAY, case_in, payload_of, raised
from shangju.cases.workflow import MOVES, OPEN_STATES, CaseRole, State
from shangju.core.errors import Conflict, NotAllowed
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]


def everything_stored() -> list[object]:
    tables = (Case.objects, CaseEvent.objects, CaseClock.objects)
    return [sorted(table.values_list(), key=str) for table in tables]


def prepared(state: str, street: Street, now: datetime) -> Case:
    """A case in the state; one that may be closed as unreachable where that is the question."""
    if state == State.MERGED:  # no move of this issue leads there
        case = raised(street, now=now)
        Case.objects.filter(pk=case.pk).update(
            state=State.MERGED,
            is_open=False,
            due_at=None,
            yellow_at=None,
            orange_at=None,
            purple_at=None,
            due_step="",
        )
    else:
        case = case_in(state, street, now=now)
        Case.objects.filter(pk=case.pk).update(call_back_tries=3)
    return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize("role", CaseRole.values)
@pytest.mark.parametrize("state", State.values)
def test_triples(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch, state: str, role: str
) -> None:
    case = prepared(state, street, now)
    monkeypatch.setattr(services, "roles_of", lambda by, case: frozenset({CaseRole(role)}))
    before = everything_stored()
    later = now + timedelta(hours=1)
    for name, move in MOVES.items():
        allowed = state in move.sources and role in move.roles
        kept = transaction.savepoint()
        expected = "stored" if allowed else ("Conflict" if role in move.roles else "NotAllowed")
        assert outcome_of(case, payload_of(name, street, now=later), now=later) == expected, name
        if allowed:
            assert_stored(case, name, role, target=move.target or state)
        else:
            assert everything_stored() == before, name
        transaction.savepoint_rollback(kept)


def outcome_of(case: Case, payload: moves.Payload, *, now: datetime) -> str:
    try:
        apply_move(case, payload, by=REPORTER, now=now)
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
    assert set(WAY) | {State.MERGED} == set(State.values)
