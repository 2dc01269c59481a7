"""The rules of a card that the database cannot keep alone: asked before it is proposed, and before it is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shangju.areas.models import Area, AreaKind
from shangju.cases.models import Case
from shangju.cases.rules import Actor, ActorKind
from shangju.core.errors import DomainError, NotAllowed
from shangju.deadlines.queries import calendar_for
from shangju.parties.models import Party, PartyStatus
from shangju.posts.rights import Right
from shangju.supervision.faults import Found, Unit, faults_of
from shangju.supervision.ladder import later
from shangju.supervision.models import Card, CardGround
from shangju.supervision.workflow import (
    CASES_AT_LEAST,
    HEARING_DAYS_AT_MOST,
    HEARING_WORKING_DAYS,
    YELLOW_WITHIN_MONTHS,
    CardState,
    Colour,
)

CASES_AT_MOST = 20
"""On one card; more say nothing more."""


@dataclass(frozen=True, slots=True)
class CardPlan:
    """What is proposed; without ``heard_until`` the unit has the shortest term."""

    unit: Unit
    colour: str
    cases: Sequence[Case]
    grounds: str
    heard_until: date | None = None
    exception_reason: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan that passed: different cases in the order of their ids, two of them that are different matters, the fault
    of each, the last day of the hearing.
    """

    cases: list[Case]
    pair: tuple[Case, Case]
    faults: dict[int, Found]
    heard_until: date


def check_plan(subdistrict: Area, plan: CardPlan, *, by: Actor, now: datetime) -> Checked:
    """Every rule of a proposal; ``DomainError`` with all faults at their fields, ``NotAllowed`` with a stake in the unit."""
    if is_bound_up(by, plan.unit):
        raise NotAllowed(_("You have a stake in this unit. Somebody else must decide."))
    cases = sorted({case.pk: case for case in plan.cases}.values(), key=lambda case: case.pk)
    faults = faults_of(cases, plan.unit, now=now)
    earliest = hearing_until(subdistrict, now=now)
    until = plan.heard_until or earliest
    refusals = {
        "unit": _fault_of_unit(subdistrict, plan),
        "colour": "" if plan.colour in Colour.values else _("Choose one of the answers."),
        "cases": _fault_of_cases(subdistrict, plan, cases, faults),
        "grounds": "" if plan.grounds.strip() else _("Please fill this in."),
        "heard_until": _fault_of_hearing(until, earliest=earliest, now=now),
        "exception_reason": _fault_of_red(plan, now=now),
    }
    fields = {name: sentence for name, sentence in refusals.items() if sentence}
    if fields:
        raise DomainError(_("Please correct the marked fields."), fields=fields)
    matters = matters_of(cases)
    other = next(case for case in cases if matters[case.pk] != matters[cases[0].pk])
    return Checked(cases, (cases[0], other), {pk: found[0] for pk, found in faults.items()}, until)


def _fault_of_hearing(until: date, *, earliest: date, now: datetime) -> str:
    latest = timezone.localdate(now) + timedelta(days=HEARING_DAYS_AT_MOST)
    if until < earliest:
        return _("The unit has at least %(days)s working days: choose %(day)s or a later day.") % {
            "days": HEARING_WORKING_DAYS, "day": date_format(earliest, "Y-m-d"),
        }  # fmt: skip
    if until > latest:
        return _("At most %(days)s days: choose %(day)s or an earlier day.") % {
            "days": HEARING_DAYS_AT_MOST, "day": date_format(latest, "Y-m-d"),
        }  # fmt: skip
    return ""


def is_bound_up(by: Actor, unit: Unit) -> bool:
    """Whether somebody speaks for the unit or has a stake in it (回避)."""
    if isinstance(unit, Party):
        return unit.pk in by.standing.walled_parties
    speaks_for_it = unit.kind == AreaKind.COMMUNITY and _supervises_in(unit, by)
    return speaks_for_it or any(path.startswith(unit.path) for path in by.standing.stake_paths)


def _fault_of_unit(subdistrict: Area, plan: CardPlan) -> str:
    """A member organisation at work here, or a community of the sub-district; never a person or a post."""
    unit = plan.unit
    if isinstance(unit, Party):
        is_here = unit.status == PartyStatus.ACTIVE and unit.area.path.startswith(subdistrict.path)
    else:
        is_here = unit.kind == AreaKind.COMMUNITY and unit.path.startswith(subdistrict.path)
    if not is_here:
        return _("Choose an active member or a community of this sub-district.")
    if _cards_to(unit).filter(colour=plan.colour, state=CardState.PROPOSED).exists():
        return _("Such a card is proposed for it already. Wait until that one is decided.")
    return ""


def _cards_to(unit: Unit) -> QuerySet[Card]:
    return Card.objects.filter(**({"party": unit} if isinstance(unit, Party) else {"community": unit}))


def _fault_of_cases(
    subdistrict: Area, plan: CardPlan, cases: Sequence[Case], faults: dict[int, list[Found]]
) -> str:
    if any(case.subdistrict_id != subdistrict.pk for case in cases):
        return _("Choose cases of this sub-district.")
    if _are_one_matter(cases):
        return _("A card never rests on one case. Name at least two different ones.")
    if len(cases) > CASES_AT_MOST:
        return _("At most %(count)s cases.") % {"count": CASES_AT_MOST}
    without = [case.number for case in cases if not faults[case.pk]]
    if without:
        return _(
            "No fault of the unit is stored in %(numbers)s: nothing was missed while it had the case, or the clock "
            "stood still or a request waited then. Leave them out."
        ) % {"numbers": "、".join(without)}
    used = CardGround.objects.filter(case__in=cases, colour=plan.colour, is_live=True)
    numbers = sorted(used.values_list("case__number", flat=True))
    if numbers:
        return _("Cited for another card of this colour already: %(numbers)s. Leave them out.") % {
            "numbers": "、".join(numbers)
        }
    return ""


def _are_one_matter(cases: Sequence[Case]) -> bool:
    return len(set(matters_of(cases).values())) < CASES_AT_LEAST


def matters_of(cases: Sequence[Case]) -> dict[int, int]:
    """The matter of each case, both by id: its parts, and what was merged into it or into one of them, are one matter."""
    above = {case.pk: case.merged_into_id or case.part_of_id for case in cases}
    while unknown := {pk for pk in above.values() if pk is not None} - above.keys():
        rows = Case.objects.filter(pk__in=unknown).values_list("pk", "merged_into_id", "part_of_id")
        above |= dict.fromkeys(unknown) | {pk: into or whole for pk, into, whole in rows}

    def top_of(pk: int) -> int:
        up = above[pk]
        return pk if up is None else top_of(up)

    return {case.pk: top_of(case.pk) for case in cases}


def _fault_of_red(plan: CardPlan, *, now: datetime) -> str:
    if plan.colour != Colour.RED or plan.exception_reason.strip() or yellow_before(plan, now=now):
        return ""
    return _(
        "A red card follows a yellow one of the last %(months)s months. There is none: say why it is to be red at once."
    ) % {"months": YELLOW_WITHIN_MONTHS}


def yellow_before(plan: CardPlan, *, now: datetime) -> Card | None:
    """The last yellow card of the unit that a red one may follow: signed within the term and not lifted."""
    since = months_later(timezone.localdate(now), -YELLOW_WITHIN_MONTHS)
    yellow = _cards_to(plan.unit).filter(colour=Colour.YELLOW, state=CardState.SIGNED, signed_on__gte=since)
    return yellow.order_by("-signed_at").first()


def hearing_until(subdistrict: Area, *, now: datetime) -> date:
    """The first day that may be the last of the hearing: the third working day after today."""
    return timezone.localdate(later(now, HEARING_WORKING_DAYS, calendar=calendar_for(subdistrict.pk)))


def months_later(day: date, months: int) -> date:
    """The same day so many months later or earlier, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(number, day.day))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def demand_heard(card: Card, *, now: datetime) -> None:
    """Refuse a signature before the unit has answered or its last day is over."""
    if card.answered_at is None and timezone.localdate(now) <= card.heard_until:
        raise DomainError(
            _("The unit may state its view until %(day)s. Sign after it has answered, or the day after.")
            % {"day": date_format(card.heard_until, "Y-m-d")}
        )


def demand_grounds(card: Card, *, now: datetime) -> None:
    """Refuse a signature where the card has lost since it was proposed what it rests on.

    What it rests on is locked, the yellow card first: nothing of it is lifted, merged or extended before the signature.
    """
    earlier = Card.objects.select_for_update(of=("self",)).filter(followed_by=card).first()
    grounds = CardGround.objects.filter(card=card).values("case")
    cases = list(Case.objects.select_for_update(of=("self",)).filter(pk__in=grounds).order_by("pk"))
    if _are_one_matter(cases):
        raise DomainError(
            _(
                "Its cases have become one since it was proposed, and a card never rests on one case. Do not sign it."
            )
        )
    faults = faults_of(cases, card.unit, now=now)
    without = [case.number for case in cases if not faults[case.pk]]
    if without:
        raise DomainError(
            _(
                "No fault of the unit is stored in %(numbers)s any more. Do not sign it; propose it anew on others."
            )
            % {"numbers": "、".join(without)}
        )
    if earlier is not None and earlier.state != CardState.SIGNED and not card.exception_reason:
        raise DomainError(
            _(
                "The yellow card before it was lifted. Do not sign it; propose it anew and say why it is to be red at once."
            )
        )


def answers_for(by: Actor, card: Card) -> bool:
    """Whether ``by`` speaks for the unit: a delegate of the member, or who supervises in the community itself."""
    if card.party_id is not None:
        return by.kind is ActorKind.PARTY and card.party_id in by.standing.parties
    assert card.community is not None, "the database demands one of them"
    return by.kind is ActorKind.STAFF and _supervises_in(card.community, by)


def _supervises_in(community: Area, by: Actor) -> bool:
    """Whether one of their posts is the community's own and supervises there: such a post speaks for it."""
    return any(
        Right.SUPERVISE in holding.rights and holding.area.path.startswith(community.path)
        for holding in by.standing.holdings
    )
