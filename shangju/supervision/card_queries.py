"""Reads about cards: which may be seen, what a unit could be held to, which steps are open to whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shangju.areas.models import Area, AreaKind
from shangju.cases.models import Case, CaseEvent
from shangju.cases.rules import Actor, visible_to
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.models import Party, PartyStatus
from shangju.posts.rights import Right, Standing
from shangju.supervision.card_rules import CASES_AT_MOST, answers_for, is_bound_up
from shangju.supervision.faults import Found, Unit, faults_of, may_hold_fault
from shangju.supervision.models import Card, CardGround
from shangju.supervision.workflow import STEPS, CardStep

LOOKED_BACK = timedelta(days=365)
LOOKED_AT = 100
"""Cases of a unit that are looked through for faults on one page, the latest first."""


def cards_for(standing: Standing) -> QuerySet[Card]:
    """The cards that a supervisor may read: those of their sub-districts and those to their communities.

    Not one to a unit in which they have a stake: that they see, if at all, as its delegate.
    """
    seen = Q(pk__in=[])
    for area in standing.areas_with(Right.SUPERVISE):
        seen |= Q(area__path__startswith=area.path) | Q(community__path__startswith=area.path)
    found = Card.objects.filter(seen).exclude(party__in=standing.walled_parties)
    return found.select_related("area", "party", "community", "earlier")


def cards_to(standing: Standing) -> QuerySet[Card]:
    """The cards to the members that somebody speaks for."""
    return Card.objects.filter(party__in=standing.parties).select_related("area", "party")


def open_steps(by: Actor, card: Card, *, now: datetime) -> list[CardStep]:
    """The steps that are open to ``by`` in the present state, in the table's order."""
    return [step for step, way in STEPS.items() if way.source == card.state and _is_open(step, by, card, now)]


def _is_open(step: CardStep, by: Actor, card: Card, now: datetime) -> bool:
    if step is CardStep.ANSWER:
        return card.answered_at is None and answers_for(by, card)
    if is_bound_up(by, card.unit):
        return False
    if step is CardStep.WITHDRAW:
        return by.standing.may(Right.SUPERVISE, path=card.area.path)
    if not by.standing.may(Right.SIGN_CARD, path=card.area.path):
        return False
    if step is CardStep.SIGN:
        is_heard = card.answered_at is not None or timezone.localdate(now) > card.heard_until
        return is_heard and card.proposed_by_id != by.user_id
    return True


def units_of(subdistrict: Area) -> tuple[list[Area], list[Party]]:
    """The communities and the active members of a sub-district that are in scope."""
    communities = Area.objects.filter(
        kind=AreaKind.COMMUNITY, path__startswith=subdistrict.path, retired_on__isnull=True
    )
    parties = Party.objects.filter(status=PartyStatus.ACTIVE, area__path__startswith=subdistrict.path)
    return list(communities.defer("outline").order_by("path")), list(parties.order_by("name", "pk"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case with what is stored against the unit in it; ``is_used`` where a card of the colour cites it already."""

    case: Case
    found: Found | None
    used_for: frozenset[str]


def named_candidates(
    numbers: list[str], unit: Unit, standing: Standing, *, subdistrict: Area, now: datetime
) -> list[Candidate]:
    """The cases with these numbers that the reader may open, whether or not something is stored in them."""
    seen = Case.objects.filter(visible_to(standing), subdistrict=subdistrict)
    cases = list(seen.filter(number__in=numbers[:CASES_AT_MOST]).order_by("due_at", "pk"))
    return _as_candidates(cases, unit, now=now)


def candidates(
    unit: Unit, standing: Standing, *, subdistrict: Area, page: int, now: datetime
) -> tuple[list[Candidate], bool]:
    """The cases of the last year in which something is stored against ``unit``; whether there is a further page.

    A page is ``LOOKED_AT`` of those in which something may be stored, so that it may list fewer.
    """
    seen = Case.objects.filter(visible_to(standing), subdistrict=subdistrict)
    late = seen.filter(_of_unit(unit), may_hold_fault(now), registered_at__gte=now - LOOKED_BACK)
    begin = (page - 1) * LOOKED_AT
    cases = list(late.order_by("-registered_at", "-pk")[begin : begin + LOOKED_AT + 1])
    rows = _as_candidates(cases[:LOOKED_AT], unit, now=now)
    return [row for row in rows if row.found is not None], len(cases) > LOOKED_AT


def _as_candidates(cases: list[Case], unit: Unit, *, now: datetime) -> list[Candidate]:
    faults = faults_of(cases, unit, now=now)
    used: dict[int, set[str]] = {}
    for pk, colour in CardGround.objects.filter(case__in=cases, is_live=True).values_list(
        "case_id", "colour"
    ):
        used.setdefault(pk, set()).add(colour)
    return [
        Candidate(case, next(iter(faults[case.pk]), None), frozenset(used.get(case.pk, ()))) for case in cases
    ]


def _of_unit(unit: Unit) -> Q:
    if isinstance(unit, Party):
        led = CaseEvent.objects.filter(case=OuterRef("pk"), data__handler_party=unit.pk)
        return Q(handler_party=unit) | Q(concerned_party=unit) | Q(Exists(led))
    return Q(community=unit)


def grounds_of(card: Card, standing: Standing) -> list[tuple[Any, bool]]:
    """What the card rests on, each with whether the reader may open the case."""
    with everywhere(EverywhereReason.JOINED_CASES):
        grounds: list[Any] = list(
            CardGround.objects.filter(card=card).select_related("case__category").order_by("case_id")
        )
        cases = [ground.case_id for ground in grounds]
    open_ones = set(Case.objects.filter(visible_to(standing), pk__in=cases).values_list("pk", flat=True))
    return [(ground, ground.case_id in open_ones) for ground in grounds]
