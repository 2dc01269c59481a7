"""Two real connections at once: one wins, the other is told so; nothing is taken twice."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier, Lock

import pytest
from django.db import connection

from shangju.cases import chain, moves
from shangju.cases.intake import Submission, register_concern
from shangju.cases.models import Case, CaseClock
from shangju.cases.numbering import take_number
from shangju.cases.places import Place
from shangju.cases.rules import REPORTER
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import WORDS, case_in, payload_of
from shangju.cases.workflow import MoveName, State
from shangju.core.errors import Conflict, DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street, build_street

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
THREADS = 8


@pytest.fixture
def lasting_street(transactional_db: None) -> Street:
    return build_street()


def at_once(work: Callable[[], object], *, times: int) -> list[object]:
    """Run ``work`` in so many threads that start together, each under a scope and a connection of its own."""
    barrier = Barrier(times)

    def run() -> object:
        try:
            with everywhere(EverywhereReason.VERIFICATION):
                barrier.wait(timeout=30)
                return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run) for _ in range(times)]]


@pytest.mark.parametrize("says_what_was_seen", [True, False])
@pytest.mark.parametrize(
    ("state", "name", "who"),
    [
        (State.REGISTERED, MoveName.ACCEPT, "officer"),
        (State.ACCEPTED, MoveName.DISPATCH, "officer"),
        (State.DISPATCHED, MoveName.SIGN, "grid_worker"),
        (State.IN_PROGRESS, MoveName.RESOLVE, "grid_worker"),
        (State.RESOLVED, MoveName.CONFIRM, "reporter"),
    ],
)
def test_the_same_move_twice_is_made_once(
    lasting_street: Street, now: datetime, state: str, name: MoveName, who: str, says_what_was_seen: bool
) -> None:
    street, case = lasting_street, case_in(state, lasting_street, now=now)
    by = REPORTER if who == "reporter" else street.staff(who)
    with everywhere(EverywhereReason.VERIFICATION):
        payload = payload_of(name, street, now=now)
    seen = case.history_length if says_what_was_seen else None

    def move() -> str:
        try:
            apply_move(case, payload, by=by, now=now, expected_sequence=seen)
        except Conflict:
            return "conflict"
        return "made"

    assert Counter(at_once(move, times=2)) == {"made": 1, "conflict": 1}
    with everywhere(EverywhereReason.VERIFICATION):
        after = Case.objects.get(pk=case.pk)
        assert after.events.filter(kind=name).count() == 1
        assert chain.first_break(after, after.events.all()) is None
        keys = list(CaseClock.objects.values_list("step", "round"))
        assert len(keys) == len(set(keys))


def test_a_move_that_stays_is_made_once_by_those_who_saw_the_same(
    lasting_street: Street, now: datetime
) -> None:
    street, case = lasting_street, case_in(State.IN_PROGRESS, lasting_street, now=now)
    by = street.staff("grid_worker")
    with everywhere(EverywhereReason.VERIFICATION):
        payload = payload_of(MoveName.VISIT, street, now=now)

    def visit() -> str:
        try:
            apply_move(case, payload, by=by, now=now, expected_sequence=case.history_length)
        except Conflict:
            return "conflict"
        return "made"

    assert Counter(at_once(visit, times=THREADS)) == {"made": 1, "conflict": THREADS - 1}


@pytest.mark.parametrize("begun", [False, True])
def test_numbers_are_unique_and_without_gaps(transactional_db: None, now: datetime, begun: bool) -> None:
    first = 1
    if begun:
        take_number("AX", now=now)
        first = 2
    numbers = at_once(lambda: take_number("AX", now=now), times=THREADS)
    assert sorted(numbers) == [f"AX26-{n:06d}" for n in range(first, first + THREADS)]


def test_one_key_makes_one_case_and_one_receipt(lasting_street: Street, now: datetime) -> None:
    submission = Submission(WORDS, Place(lasting_street.areas["grid"]))

    def send() -> tuple[str, str]:
        receipt = register_concern(submission, by=REPORTER, now=now, idempotency_key="one-form")
        return receipt.case.number, receipt.tracking_code

    assert len(set(at_once(send, times=THREADS))) == 1
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.count() == 1


def test_cases_that_need_each_other_wait_in_line(lasting_street: Street, now: datetime) -> None:
    """Merges across and results at once: whoever is second is told so, and nobody waits for ever."""
    street = lasting_street
    cases = [case_in(State.IN_PROGRESS, street, now=now) for _one in range(2)]
    officer, worker = street.staff("officer"), street.staff("grid_worker")
    works: list[Callable[[], object]] = [
        lambda: apply_move(cases[0], moves.Merge(cases[1], "同一件事"), by=officer, now=now),
        lambda: apply_move(cases[1], moves.Merge(cases[0], "同一件事"), by=officer, now=now),
        lambda: apply_move(cases[0], moves.Resolve("solved", "好了"), by=worker, now=now),
        lambda: apply_move(cases[1], moves.Resolve("solved", "好了"), by=worker, now=now),
    ]
    queue = iter(works)
    taken = Lock()

    def one() -> str:
        with taken:
            work = next(queue)
        try:
            work()
        except (Conflict, DomainError):
            return "refused"
        return "made"

    outcomes = Counter(at_once(one, times=4))
    assert outcomes["made"] >= 2
    with everywhere(EverywhereReason.VERIFICATION):
        after = list(Case.objects.order_by("pk"))
        assert sum(case.state == State.MERGED for case in after) <= 1
        assert all(chain.first_break(case, case.events.all()) is None for case in after)


def test_two_deciders_at_once_decide_once(lasting_street: Street, now: datetime) -> None:
    street, case = lasting_street, case_in(State.DISPATCHED, lasting_street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        apply_move(case, moves.AskReturn("不属"), by=street.staff("grid_worker"), now=now)

    def grant() -> str:
        try:
            apply_move(case, moves.GrantReturn(), by=street.staff("officer"), now=now)
        except (Conflict, DomainError):
            return "refused"
        return "made"

    assert Counter(at_once(grant, times=2)) == {"made": 1, "refused": 1}
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.get(pk=case.pk).return_count == 1
