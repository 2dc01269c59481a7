"""Two people at one card, or at one case, at the same moment: one wins, the other is told."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from shangju.cases.models import Case, CaseEvent
from shangju.cases.rules import staff
from shangju.cases.tests.stories import case_in, go
from shangju.cases.tests.test_races import at_once
from shangju.cases.workflow import State
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.supervision.card_rules import CardPlan
from shangju.supervision.cards import propose_card, sign_card
from shangju.supervision.models import Card, CardGround, Entrustment
from shangju.supervision.task_forces import entrust_case
from tests.street import Street, build_street
from tests.supervised import task_force_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

LATE = timedelta(days=30)
TIMES = 4


@pytest.fixture
def lasting_street(transactional_db: None) -> Street:
    return build_street()


def overdue(street: Street, now: datetime, count: int) -> list[Case]:
    made = [case_in(State.IN_PROGRESS, street, now=now) for _each in range(count)]
    return [go(case, "contact", "grid_worker", street, now=now) for case in made]


def outcomes_of(work: Callable[[], object]) -> Counter[str]:
    """How often it went through, and how often it was refused with a sentence; anything else fails the test."""

    def tried() -> str:
        try:
            work()
        except DomainError:
            return "refused"
        return "done"

    return Counter(str(each) for each in at_once(tried, times=TIMES))


def test_one_signature_and_one_number(lasting_street: Street, now: datetime) -> None:
    street, at = lasting_street, now + LATE
    with everywhere(EverywhereReason.VERIFICATION):
        plan = CardPlan(street.areas["first"], "yellow", overdue(street, now, 2), "两件均超期未办结")
        card = propose_card(street.areas["subdistrict"], plan=plan, by=street.staff("task_force"), now=at)
    leader = street.users["leader"]
    signing = at + timedelta(days=20)
    assert outcomes_of(lambda: sign_card(card, by=staff(leader), now=signing)) == {
        "done": 1,
        "refused": TIMES - 1,
    }
    with everywhere(EverywhereReason.VERIFICATION):
        signed = Card.objects.get()
        assert (signed.state, signed.number is not None) == ("signed", True)
        rows = CaseEvent.objects.filter(kind="cite").values_list("case_id", "data__stage")
        assert Counter(stage for _case, stage in rows) == {"proposed": 2, "signed": 2}


def test_one_case_serves_one_card_of_several_proposed_at_once(lasting_street: Street, now: datetime) -> None:
    street, at = lasting_street, now + LATE
    with everywhere(EverywhereReason.VERIFICATION):
        cases = overdue(street, now, 2)
        plan = CardPlan(street.areas["first"], "yellow", cases, "两件均超期未办结")
    area, user = street.areas["subdistrict"], street.users["task_force"]
    done = outcomes_of(lambda: propose_card(area, plan=plan, by=staff(user), now=at))
    assert done == {"done": 1, "refused": TIMES - 1}
    with everywhere(EverywhereReason.VERIFICATION):
        assert (Card.objects.count(), CardGround.objects.count()) == (1, 2)


def test_one_task_force_gets_the_case(lasting_street: Street, now: datetime) -> None:
    street = lasting_street
    with everywhere(EverywhereReason.VERIFICATION):
        force = task_force_of(street, now=now).task_force
        (case,) = overdue(street, now, 1)
    user = street.users["task_force"]
    given = outcomes_of(
        lambda: entrust_case(case, task_force=force, reason="久拖未决", by=staff(user), now=now)
    )
    assert given == {"done": 1, "refused": TIMES - 1}
    with everywhere(EverywhereReason.VERIFICATION):
        assert Entrustment.objects.count() == 1
        assert CaseEvent.objects.filter(kind="entrust").count() == 1
