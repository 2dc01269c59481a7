"""Which move is proposed next, and how the history is shown."""

import pytest

from shangju.cases.models import Case
from shangju.cases.workflow import REGISTER, MoveName, State, VisitPlace
from shangju.desk.timeline import LOOKS, PLACE_ICONS, made_since_taken_up, steps_of, usual_next_move

WORK = ["contact", "visit", "find_cause", "mediate", "resolve"]


@pytest.mark.parametrize(
    ("state", "concerned", "offered", "made", "proposed"),
    [
        (State.REGISTERED, False, ["decline", "accept"], [], "accept"),
        (State.ACCEPTED, False, ["answer_directly", "dispatch"], ["accept"], "dispatch"),
        (State.ACCEPTED, False, ["answer_directly"], ["accept"], "answer_directly"),
        (State.DISPATCHED, False, ["sign"], [], "sign"),
        (State.IN_PROGRESS, False, WORK, ["sign"], "contact"),
        (State.IN_PROGRESS, False, WORK, ["contact", "sign"], "visit"),
        (State.IN_PROGRESS, False, WORK, ["visit", "contact"], "find_cause"),
        (State.IN_PROGRESS, False, WORK, ["find_cause", "visit", "contact"], "resolve"),
        (State.IN_PROGRESS, True, WORK, ["find_cause", "visit", "contact"], "mediate"),
        (State.IN_PROGRESS, True, WORK, ["mediate", "find_cause", "visit", "contact"], "resolve"),
        (State.IN_PROGRESS, True, ["visit"], ["visit", "contact"], None),
        (State.RESOLVED, False, ["confirm", "reopen"], ["resolve"], "confirm"),
        (State.CLOSED, False, ["reopen"], [], None),
        (State.REGISTERED, False, [], [], None),
    ],
)
def test_the_usual_next_move(
    state: str, concerned: bool, offered: list[str], made: list[str], proposed: str | None
) -> None:
    case = Case(state=state, concerned_party_id=1 if concerned else None)
    assert usual_next_move(case, offered, made=made) == proposed


def test_the_step_line_speaks_to_staff() -> None:
    assert dict(steps_of(Case(state=State.RESOLVED)))[State.RESOLVED] == str(State.RESOLVED.label)
    assert [step for step, _label in steps_of(Case(state=State.DECLINED))] == [
        "registered",
        "accepted",
        "declined",
    ]


def test_after_a_reopening_the_work_begins_anew() -> None:
    class Row:
        def __init__(self, kind: str) -> None:
            self.kind = kind

    newest_first = [Row(kind) for kind in ("sign", "dispatch", "reopen", "resolve", "visit", "contact")]
    assert made_since_taken_up(newest_first) == ["sign"]
    assert made_since_taken_up([]) == []


def test_every_kind_of_row_and_place_has_its_own_look() -> None:
    assert set(LOOKS) == {REGISTER, *MoveName.values}
    assert set(PLACE_ICONS) == set(VisitPlace.values)
    assert PLACE_ICONS[VisitPlace.UPSTAIRS] != PLACE_ICONS[VisitPlace.DOWNSTAIRS]
