"""Cards as the tests of supervision tell of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from shangju.cases import moves
from shangju.cases.models import Case
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, go
from shangju.cases.workflow import State
from shangju.supervision.card_rules import CardPlan
from shangju.supervision.cards import (
    answer_card,
    propose_card,
    sign_card,
)
from shangju.supervision.models import Card
from tests.street import Street

DAY = timedelta(days=1)
LATE = 30 * DAY
"""After the cases of these tests came in: everything in work is overdue by then."""


def overdue(street: Street, now: datetime) -> Case:
    """A case of the grid worker's, in the first community, that is long past its day at ``now + LATE``."""
    return go(case_in(State.IN_PROGRESS, street, now=now), "contact", "grid_worker", street, now=now)


def plan_of(street: Street, cases: list[Case], **changes: Any) -> CardPlan:
    return replace(CardPlan(street.areas["first"], "yellow", cases, "两件均超期未办结"), **changes)


def propose(
    street: Street, now: datetime, cases: list[Case], *, who: str = "task_force", **changes: Any
) -> Card:
    plan = plan_of(street, cases, **changes)
    return propose_card(street.areas["subdistrict"], plan=plan, by=street.staff(who), now=now)


def proposed(street: Street, now: datetime, **changes: Any) -> Card:
    """A yellow card for the first community on two of its cases, proposed a month after they came in."""
    return propose(street, now + LATE, [overdue(street, now), overdue(street, now)], **changes)


def stored(card: Card) -> Card:
    return Card.objects.get(pk=card.pk)


def signed(street: Street, now: datetime, card: Card) -> Card:
    answer_card(card, words="人手不足，已整改", by=street.staff("secretary"), now=now)
    return sign_card(card, by=street.staff("leader"), now=now)


def taken_back(step: Callable[[], Any]) -> Any:
    """What a step that goes through returns; nothing of it stays."""
    with transaction.atomic():
        result = step()
        transaction.set_rollback(True)
    return result


def firm_overdue(street: Street, now: datetime) -> Case:
    """A case that the property firm never signed for."""
    case = case_in(State.ACCEPTED, street, now=now)
    given = moves.Dispatch(party=street.parties["property_firm"], party_summary="楼道灯不亮")
    return apply_move(case, given, by=street.staff("officer"), now=now + timedelta(minutes=5))
