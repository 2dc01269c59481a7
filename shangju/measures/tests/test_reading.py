"""What each course of a case counts as: a story of moves, and the verdict of each measure (cases.md §8)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shangju.cases import moves
from shangju.cases.intake import ContactDetails
from shangju.cases.models import Case
from shangju.cases.rules import REPORTER, SYSTEM
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, go, payload_of, raised
from shangju.cases.workflow import State
from shangju.measures.definitions import MeasureName, Verdict
from shangju.measures.keeping import fresh_rounds
from shangju.measures.models import Round
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

YES, NO, OUT = Verdict.YES, Verdict.NO, Verdict.EXCLUDED
NAMES = (
    MeasureName.SIGNED,
    MeasureName.CONTACTED,
    MeasureName.CLOSED,
    MeasureName.SOLVED,
    MeasureName.SATISFIED,
    MeasureName.RETURNED,
    MeasureName.REOPENED,
)

Step = tuple[int, str, str]
"""Minutes after the one before, the move, by whom."""

TO_WORK: tuple[Step, ...] = ((1, "accept", "officer"), (1, "dispatch", "officer"), (1, "sign", "grid_worker"))
DONE: tuple[Step, ...] = ((1, "find_cause", "grid_worker"), (1, "resolve", "grid_worker"))
LATE = 60 * 24 * 40

COURSES: dict[str, tuple[tuple[Step, ...], list[tuple[Verdict, ...]]]] = {
    "in time, solved, satisfied": (
        (*TO_WORK, (1, "visit", "grid_worker"), *DONE, (1, "confirm", "reporter")),
        [(YES, YES, YES, YES, YES, NO, NO)],
    ),
    "a result without a contact": ((*TO_WORK, *DONE), [(YES, NO, YES, OUT, OUT, NO, NO)]),
    "signed late, contacted late, closed late": (
        (*TO_WORK[:2], (LATE, "sign", "grid_worker"), (1, "contact", "grid_worker"), *DONE),
        [(NO, NO, NO, OUT, OUT, NO, NO)],
    ),
    "open": ((*TO_WORK, (1, "contact", "grid_worker")), [(YES, YES, NO, OUT, OUT, NO, OUT)]),
    "not accepted yet": ((), [(OUT, NO, NO, OUT, OUT, OUT, OUT)]),
    "answered at once": (
        ((1, "answer_directly", "officer"), (1, "confirm", "reporter")),
        [(OUT, YES, YES, YES, YES, OUT, NO)],
    ),
    "returned, then handled": (
        (
            *TO_WORK,
            (1, "ask_return", "grid_worker"),
            (1, "grant_return", "officer"),
            (1, "dispatch", "officer"),
            (1, "sign", "grid_worker"),
            *DONE,
        ),
        [(YES, NO, YES, OUT, OUT, YES, NO)],
    ),
    "reopened by the reporter's no": (
        (
            *TO_WORK,
            (1, "visit", "grid_worker"),
            *DONE,
            (1, "confirm no", "reporter"),
            (1, "contact", "grid_worker"),
            *DONE,
        ),
        [(YES, YES, YES, NO, NO, NO, YES), (OUT, YES, YES, OUT, OUT, NO, NO)],
    ),
    "reopened by supervision after a good word": (
        (*TO_WORK, *DONE, (1, "confirm", "reporter"), (1, "reopen", "task_force")),
        [(YES, NO, YES, YES, YES, NO, YES), (OUT, NO, NO, OUT, OUT, NO, OUT)],
    ),
    "declined": (((1, "decline", "officer"),), [(OUT,) * 7]),
    "withdrawn at work": ((*TO_WORK, (1, "withdraw", "reporter")), [(OUT,) * 7]),
    "merged and parted again": (
        ((1, "merge", "officer"), (1, "unmerge", "officer")),
        [(OUT, NO, NO, OUT, OUT, OUT, OUT)],
    ),
}


def led(case: Case, steps: tuple[Step, ...], street: Street, *, now: datetime) -> list[Round]:
    for minutes, name, who in steps:
        now += timedelta(minutes=minutes)
        if name == "confirm no":
            case = apply_move(case, moves.Confirm("no", "dissatisfied", "还在响"), by=REPORTER, now=now)
        else:
            case = go(case, name, who, street, now=now)
    return fresh_rounds([case.pk])


@pytest.mark.parametrize("course", COURSES)
def test_course(street: Street, now: datetime, course: str) -> None:
    steps, expected = COURSES[course]
    rounds = led(raised(street, now=now), steps, street, now=now)
    assert [tuple(getattr(each, name) for name in NAMES) for each in rounds] == expected
    ended = [each.ended_at is not None for each in rounds]
    assert ended == [each[-1] != OUT or each == (OUT,) * 7 for each in expected]


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({}, YES),
        ({"is_anonymous": True}, OUT),
        ({"contact": ContactDetails(phone="13800005678", may_be_called=False)}, OUT),
        ({"contact": ContactDetails()}, OUT),
    ],
)
def test_only_who_can_and_wants_to_be_reached_counts_in_the_response(
    street: Street, now: datetime, fields: dict[str, Any], verdict: Verdict
) -> None:
    case = raised(street, now=now, **fields)
    rounds = led(case, (*TO_WORK, (1, "visit", "grid_worker")), street, now=now)
    assert rounds[0].contacted == verdict


def test_a_round_counts_for_whoever_had_it_then(street: Street, now: datetime) -> None:
    case = case_in(State.CLOSED, street, now=now)
    later = now + timedelta(hours=1)
    case = go(case, "reopen", "reporter", street, now=later)
    apply_move(
        case, moves.Escalate("久拖未决"), by=street.staff("task_force"), now=later + timedelta(hours=1)
    )
    rounds = fresh_rounds([case.pk])
    assert [each.handler_post_id for each in rounds] == [
        street.posts["grid_worker"].pk,
        street.posts["secretary"].pk,
    ]


def test_a_case_that_nobody_has_yet_keeps_no_handler_when_it_climbs(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    apply_move(case, moves.Escalate("久拖未决"), by=street.staff("task_force"), now=now)
    assert fresh_rounds([case.pk])[0].handler_post_id is None


def test_minutes_run_from_the_report_to_the_result(street: Street, now: datetime) -> None:
    case = raised(street, now=now, received_at=now - timedelta(hours=3))
    rounds = led(case, (*TO_WORK, *DONE, (90, "confirm", "reporter")), street, now=now)
    assert rounds[0].minutes == 3 * 60 + 5


def test_a_late_row_of_a_merged_case_does_not_move_its_end(street: Street, now: datetime) -> None:
    case, into = raised(street, now=now), raised(street, now=now)
    case = apply_move(
        case, moves.Merge(into, "同一件事"), by=street.staff("officer"), now=now + timedelta(minutes=5)
    )
    apply_move(
        into, payload_of("accept", street, now=now), by=street.staff("officer"), now=now + timedelta(hours=5)
    )
    apply_move(case, moves.AddWords("夜里更响"), by=REPORTER, now=now + timedelta(hours=6))
    found = fresh_rounds([case.pk])[0]
    assert found.is_aside
    assert found.ended_at == now + timedelta(minutes=5)


def test_an_automatic_end_is_no_word_of_the_reporter(street: Street, now: datetime) -> None:
    case = case_in(State.RESOLVED, street, now=now)
    later = now + timedelta(days=9)
    apply_move(case, moves.CloseUnreachable(), by=SYSTEM, now=later)
    found = fresh_rounds([case.pk])[0]
    assert (found.solved, found.satisfied, found.reopened) == (OUT, OUT, NO)
