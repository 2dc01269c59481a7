"""Writes about cards (cases.md §5): proposed by one person, answered by the unit, signed by another, lifted.

Each step is a row (``cite``) in the history of every case that the card rests on, in the same transaction.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.areas.models import Area
from shangju.cases import moves
from shangju.cases.models import Case
from shangju.cases.numbering import number_prefix, take_card_number
from shangju.cases.rules import SYSTEM, Actor
from shangju.cases.rungs import Receiver
from shangju.cases.services import apply_move
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.models import Party
from shangju.posts.rights import Right
from shangju.supervision.card_rules import (
    CardPlan,
    answers_for,
    check_plan,
    demand_grounds,
    demand_heard,
    is_bound_up,
    months_later,
    yellow_before,
)
from shangju.supervision.models import Card, CardGround
from shangju.supervision.workflow import GIVEN_UP, LASTS_MONTHS, STEPS, CardStep, Colour


@transaction.atomic
def propose_card(subdistrict: Area, *, plan: CardPlan, by: Actor, now: datetime) -> Card:
    """Propose a card; the unit is told, and until when it may state its view.

    Raises ``NotAllowed`` without the right or with a stake, ``DomainError`` at ``unit``, ``cases``, ``grounds``,
    ``heard_until`` or ``exception_reason``; the rules are in :mod:`shangju.supervision.card_rules`.
    """
    if not by.standing.may(Right.SUPERVISE, path=subdistrict.path):
        raise NotAllowed(_("Only those who supervise the sub-district propose a card."))
    assert by.user is not None, "only staff has this right"
    with everywhere(EverywhereReason.STRUCTURE):
        # Proposals take turns: what is cited already is seen by who comes second.
        Area.objects.select_for_update(of=("self",)).get(pk=subdistrict.pk)
    # As they are now, and as they stay until they are cited: one may have been merged since the page was opened.
    held = Case.objects.select_for_update(of=("self",)).filter(pk__in=[case.pk for case in plan.cases])
    plan = replace(plan, cases=list(held.order_by("pk")))
    checked = check_plan(subdistrict, plan, by=by, now=now)
    first, second = checked.pair
    card = Card.objects.create(
        area=subdistrict,
        party=plan.unit if isinstance(plan.unit, Party) else None,
        community=plan.unit if isinstance(plan.unit, Area) else None,
        colour=plan.colour,
        grounds=plan.grounds.strip(),
        first_case=first,
        second_case=second,
        earlier=yellow_before(plan, now=now) if plan.colour == Colour.RED else None,
        exception_reason=plan.exception_reason.strip(),
        proposed_by=by.user,
        proposed_post=_post_of(by, subdistrict, Right.SUPERVISE),
        proposed_at=now,
        proposed_on=timezone.localdate(now),
        heard_until=checked.heard_until,
    )
    for case in checked.cases:
        found = checked.faults[case.pk]
        is_first = case.pk == first.pk
        cited = apply_move(case, _row(card, "proposed", found.fault, tells=is_first), by=by, now=now)
        CardGround.objects.create(
            card=card,
            case=cited,
            event=cited.events.get(sequence=cited.history_length),
            colour=card.colour,
            fault=found.fault,
            happened_at=found.at,
        )
    return card


def _post_of(by: Actor, area: Area, right: Right) -> str:
    """The name of the post by which somebody acts."""
    fitting = [
        holding
        for holding in by.standing.holdings
        if right in holding.rights and area.path.startswith(holding.area.path)
    ]
    return fitting[-1].post_name if fitting else ""


def _row(card: Card, stage: str, fault: str, *, tells: bool) -> moves.Cite:
    """The row of one case; of a card's cases the first one's tells whom it concerns, so that nobody hears it twice."""
    told: tuple[Receiver, ...] = ()
    if tells:
        told = TOLD[stage] if card.community_id is None else (*TOLD[stage], *TOLD_COMMUNITY[stage])
    tells_party = tells and stage != "answered"
    return moves.Cite(
        card=card.pk,
        colour=card.colour,
        stage=stage,
        unit=card.unit.name,
        fault=fault,
        number=card.number or "",
        heard_until=card.heard_until if stage == "proposed" else None,
        party=card.party_id if tells_party else None,
        receivers=[receiver.value for receiver in told],
    )


TOLD: dict[str, tuple[Receiver, ...]] = {
    "proposed": (Receiver.LEADER,),
    "answered": (Receiver.LEADER, Receiver.TASK_FORCE),
    "signed": (Receiver.TASK_FORCE,),
    "refused": (Receiver.TASK_FORCE,),
    "withdrawn": (Receiver.LEADER,),
    "lifted": (Receiver.TASK_FORCE,),
}
"""Who hears of a stage besides the unit."""

TOLD_COMMUNITY: dict[str, tuple[Receiver, ...]] = dict.fromkeys(TOLD, (Receiver.COMMUNITY_SECRETARY,)) | {
    "answered": ()
}


@transaction.atomic
def answer_card(card: Card, *, words: str, by: Actor, now: datetime) -> Card:
    """The unit states its view, once, in writing; whoever signs has to read it first.

    Raises ``NotAllowed`` for anybody who does not speak for the unit, ``DomainError`` at ``words``, ``Conflict`` where
    the card was decided meanwhile.
    """
    held = _locked(card, CardStep.ANSWER)
    if not answers_for(by, held):
        raise NotAllowed(_("Only the unit itself states its view."))
    if held.answered_at is not None:
        raise Conflict(_("The unit has stated its view already."))
    if not words.strip():
        raise DomainError(_("Something is missing."), fields={"words": _("Please fill this in.")})
    held.answer, held.answered_by, held.answered_at = words.strip(), by.user, now
    held.save()
    # Who speaks for the unit stands in no role to the cases of a card as such, and one may have moved on to another
    # community: the rows are the system's.
    with everywhere(EverywhereReason.JOINED_CASES):
        _tell_cases(held, "answered", by=SYSTEM, now=now)
    return held


@transaction.atomic
def sign_card(card: Card, *, by: Actor, now: datetime) -> Card:
    """The card is in force and has its number.

    Raises ``NotAllowed`` for whoever proposed it, ``DomainError`` before the hearing is over or where what it rests on
    is gone.
    """
    held = _decided_by(card, CardStep.SIGN, by)
    if held.proposed_by_id == by.user_id:
        raise NotAllowed(_("Whoever proposed a card cannot sign it. Somebody else must."))
    demand_heard(held, now=now)
    demand_grounds(held, now=now)
    day = timezone.localdate(now)
    held.number = take_card_number(number_prefix(held.area), now=now)
    held.signed_by, held.signed_post = by.user, _post_of(by, held.area, Right.SIGN_CARD)
    held.signed_at, held.signed_on, held.ends_on = now, day, months_later(day, LASTS_MONTHS)
    return _stored(held, CardStep.SIGN, by=by, now=now)


@transaction.atomic
def refuse_card(card: Card, *, reason: str, by: Actor, now: datetime) -> Card:
    """It is not signed; its cases may be cited again."""
    return _closed(_decided_by(card, CardStep.REFUSE, by), CardStep.REFUSE, reason, by=by, now=now)


@transaction.atomic
def lift_card(card: Card, *, reason: str, by: Actor, now: datetime) -> Card:
    """撤销: a signed card is taken back by those who sign cards; its cases stay used for this colour."""
    return _closed(_decided_by(card, CardStep.LIFT, by), CardStep.LIFT, reason, by=by, now=now)


@transaction.atomic
def withdraw_card(card: Card, *, reason: str, by: Actor, now: datetime) -> Card:
    """The proposal is taken back by those who may propose; its cases may be cited again."""
    held = _locked(card, CardStep.WITHDRAW)
    if not by.standing.may(Right.SUPERVISE, path=held.area.path) or is_bound_up(by, held.unit):
        raise NotAllowed(_("Only those who supervise the sub-district withdraw a proposal."))
    return _closed(held, CardStep.WITHDRAW, reason, by=by, now=now)


def _decided_by(card: Card, step: CardStep, by: Actor) -> Card:
    held = _locked(card, step)
    if not by.standing.may(Right.SIGN_CARD, path=held.area.path):
        raise NotAllowed(_("Only the leaders of the sub-district decide about cards."))
    if is_bound_up(by, held.unit):
        raise NotAllowed(_("You have a stake in this unit. Somebody else must decide."))
    return held


def _locked(card: Card, step: CardStep) -> Card:
    """The card as it is now, locked; ``Conflict`` where the step is not possible any more."""
    held = Card.objects.select_for_update(of=("self",)).get(pk=card.pk)
    with everywhere(EverywhereReason.STRUCTURE):
        held.area, held.community = held.area, held.community
    if held.state != STEPS[step].source:
        raise Conflict(
            _("The card is “%(state)s” by now; this step is not possible any more.")
            % {"state": held.get_state_display()}
        )
    return held


def _closed(held: Card, step: CardStep, reason: str, *, by: Actor, now: datetime) -> Card:
    if not reason.strip():
        raise DomainError(_("Something is missing."), fields={"reason": _("Please fill this in.")})
    held.close_reason, held.closed_by, held.closed_at = reason.strip(), by.user, now
    held.closed_post = _post_of(by, held.area, Right.SUPERVISE)
    return _stored(held, step, by=by, now=now)


def _stored(held: Card, step: CardStep, *, by: Actor, now: datetime) -> Card:
    held.state = STEPS[step].target
    held.save()
    if held.state in GIVEN_UP:
        CardGround.objects.filter(card=held).update(is_live=False)
    _tell_cases(held, STEPS[step].stage, by=by, now=now)
    return held


def _tell_cases(held: Card, stage: str, *, by: Actor, now: datetime) -> None:
    grounds: Any = CardGround.objects.filter(card=held).select_related("case").order_by("case_id")
    for number, ground in enumerate(grounds):
        apply_move(ground.case, _row(held, stage, ground.fault, tells=number == 0), by=by, now=now)
