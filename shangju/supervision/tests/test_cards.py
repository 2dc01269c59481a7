"""Cards to units: the rules against unjust ones, each step, and what the database refuses by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shangju.cases import chain, moves
from shangju.cases.models import Case
from shangju.cases.numbering import number_prefix
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import MARKERS, WORDS, case_in, go, raised
from shangju.cases.workflow import State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.notices.models import Notice
from shangju.notices.telling import tell_of_events
from shangju.parties.models import PartyStatus
from shangju.posts.stakes import declare_stake
from shangju.supervision.card_rules import CardPlan, hearing_until, months_later
from shangju.supervision.cards import (
    answer_card,
    lift_card,
    propose_card,
    refuse_card,
    sign_card,
    withdraw_card,
)
from shangju.supervision.models import Card, CardGround
from shangju.supervision.workflow import STEPS, CardState
from tests.street import Street, build_street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

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


def test_a_card_from_proposal_to_signature(street: Street, now: datetime) -> None:
    card, at = proposed(street, now), now + LATE
    assert (card.state, card.number, card.unit) == ("proposed", None, street.areas["first"])
    assert card.heard_until == hearing_until(street.areas["subdistrict"], now=at)
    grounds = list(CardGround.objects.filter(card=card))
    assert {row.fault for row in grounds} == {"overdue"}
    assert {row.case_id for row in grounds} == {card.first_case_id, card.second_case_id}
    card = signed(street, at + DAY, card)
    day = timezone.localdate(at + DAY)
    assert (card.state, card.number) == (
        "signed",
        f"{number_prefix(street.areas['subdistrict'])}牌〔2026〕1号",
    )
    assert (card.signed_by, card.ends_on) == (street.users["leader"], months_later(day, 6))
    assert [card.holds_on(each) for each in (day, card.ends_on, card.ends_on + DAY)] == [True, True, False]
    for ground in grounds:
        case = Case.objects.get(pk=ground.case_id)
        rows = case.events.filter(kind="cite").order_by("sequence")
        assert [row.data["stage"] for row in rows] == ["proposed", "answered", "signed"]
        assert {(row.from_state, row.to_state, row.reporter_text) for row in rows} == {
            ("in_progress",) * 2 + ("",)
        }
        assert chain.first_break(case, case.events.all()) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cases": 0}, "cases"),
        ({"cases": 1}, "cases"),
        ({"cases": "same"}, "cases"),
        ({"cases": "parts"}, "cases"),
        ({"cases": "faultless"}, "cases"),
        ({"cases": "far"}, "cases"),
        ({"unit": "second"}, "cases"),  # nothing in them is its fault
        ({"unit": "grid"}, "unit"),
        ({"unit": "subdistrict"}, "unit"),
        ({"unit": "far:first"}, "unit"),
        ({"unit": "far_shop"}, "unit"),
        ({"colour": "green"}, "colour"),
        ({"colour": "red"}, "exception_reason"),
        ({"grounds": "  "}, "grounds"),
        ({"heard_until": 2}, "heard_until"),
    ],
)
def test_an_unjust_proposal_is_refused_at_its_field(
    street: Street, now: datetime, changes: dict[str, Any], field: str
) -> None:
    first, second = overdue(street, now), overdue(street, now)
    cases = [first, second]
    wanted = changes.get("cases")
    if wanted == "parts":
        whole = go(case_in(State.ACCEPTED, street, now=now), "split", "officer", street, now=now)
        cases = list(whole.parts.all())
    elif wanted is not None:
        done = go(overdue(street, now), "resolve", "grid_worker", street, now=now)
        far = raised(street, now=now, area="far:building")
        cases = {
            0: [],
            1: [first],
            "same": [first, first],
            "faultless": [*cases, done],
            "far": [*cases, far],
        }[wanted]
    made: dict[str, Any] = {**changes, "cases": cases}
    if "unit" in changes:
        name = changes["unit"]
        made["unit"] = street.areas.get(name) or street.parties[name]
    if "heard_until" in changes:
        made["heard_until"] = timezone.localdate(now + LATE) + changes["heard_until"] * DAY
    with pytest.raises(DomainError) as refusal:
        propose(street, now + LATE, **made)
    assert field in refusal.value.fields
    assert not Card.objects.exists()
    assert not Case.objects.filter(events__kind="cite").exists()


@pytest.mark.parametrize("who", ["secretary", "officer", "duty_desk", "unit", "grid_worker", "far_desk"])
def test_who_may_not_propose(street: Street, now: datetime, who: str) -> None:
    with pytest.raises(NotAllowed):
        proposed(street, now, who=who)
    assert not Card.objects.exists()


def test_a_member_that_left_and_one_with_a_stake(street: Street, now: datetime) -> None:
    firm = street.parties["property_firm"]
    firm.status = PartyStatus.LEFT
    with pytest.raises(DomainError) as refusal:
        proposed(street, now, unit=firm)
    assert "unit" in refusal.value.fields
    declare_stake(
        street.users["task_force"],
        party=street.parties["shop"],
        reason="family",
        by=street.users["task_force"],
        now=now,
    )
    with pytest.raises(NotAllowed):
        proposed(street, now, unit=street.parties["shop"])


def test_a_case_serves_one_card_of_a_colour(street: Street, now: datetime) -> None:
    card, third = proposed(street, now), overdue(street, now)
    used = card.first_case
    at = now + LATE
    refuse_card(card, reason="证据不足", by=street.staff("leader"), now=at)
    again = propose(street, at, [used, third])
    assert again.state == "proposed", "what was not signed leaves its cases free"
    signed(street, at + DAY, again)
    with pytest.raises(DomainError) as refusal:
        propose(street, at + DAY, [used, overdue(street, now)])
    assert used.number in refusal.value.fields["cases"]
    red = propose(street, at + DAY, [used, third], colour="red")
    assert red.earlier == again, "another colour may rest on it"
    lift_card(again, reason="复核后撤销", by=street.staff("leader"), now=at + 2 * DAY)
    with pytest.raises(DomainError):
        propose(street, at + 2 * DAY, [used, overdue(street, now)])
    assert stored(red).earlier == again


def test_a_red_card_follows_a_yellow_one_within_a_year_or_says_why(street: Street, now: datetime) -> None:
    cases = [overdue(street, now), overdue(street, now)]
    yellow = signed(street, now + LATE + DAY, proposed(street, now))
    assert yellow.signed_on is not None
    over = now + LATE + 367 * DAY
    with pytest.raises(DomainError) as refusal:
        propose(street, over, cases, colour="red")
    assert set(refusal.value.fields) == {"exception_reason"}
    red = propose(street, over - 5 * DAY, cases, colour="red")
    assert red.earlier == yellow
    withdraw_card(red, reason="误报", by=street.staff("leader"), now=over)
    bare = propose(street, over, cases, colour="red", exception_reason="多次造成危险")
    assert (bare.earlier, bare.exception_reason) == (None, "多次造成危险")


def test_one_proposal_of_a_colour_at_a_time(street: Street, now: datetime) -> None:
    proposed(street, now)
    with pytest.raises(DomainError) as refusal:
        proposed(street, now)
    assert set(refusal.value.fields) == {"unit"}


def test_nobody_signs_before_the_unit_was_heard(street: Street, now: datetime) -> None:
    card, leader = proposed(street, now), street.staff("leader")
    assert card.heard_until > timezone.localdate(now + LATE) + 2 * DAY
    last = timezone.make_aware(datetime.combine(card.heard_until, datetime.max.time()))
    for moment in (now + LATE, last):
        with pytest.raises(DomainError):
            sign_card(card, by=leader, now=moment)
    assert sign_card(card, by=leader, now=last + timedelta(seconds=1)).state == "signed"
    other = propose(street, now + LATE, [overdue(street, now), overdue(street, now)])
    answer_card(other, words="已整改", by=street.staff("secretary"), now=now + LATE)
    assert sign_card(other, by=leader, now=now + LATE).state == "signed", "who has answered need not wait"


@pytest.mark.parametrize(
    ("who", "steps"),
    [
        ("leader", {"sign", "refuse", "lift", "withdraw"}),
        ("task_force", {"withdraw"}),
        ("secretary", {"answer"}),
        ("officer", set()),
        ("duty_desk", set()),
        ("unit", set()),
        ("far_desk", set()),
    ],
)
def test_who_may_take_which_step(street: Street, now: datetime, who: str, steps: set[str]) -> None:
    cards = [proposed(street, now)]
    at = now + LATE + 10 * DAY
    by, allowed = street.staff(who), set()
    tried: dict[str, Callable[[Card], object]] = {
        "answer": lambda card: answer_card(card, words="已整改", by=by, now=at),
        "sign": lambda card: sign_card(card, by=by, now=at),
        "refuse": lambda card: refuse_card(card, reason="不成立", by=by, now=at),
        "withdraw": lambda card: withdraw_card(card, reason="误报", by=by, now=at),
    }
    for name, step in tried.items():
        try:
            taken_back(lambda step=step: step(cards[0]))  # type: ignore[misc] # bound at once
        except NotAllowed:
            continue
        allowed.add(name)
    sign_card(cards[0], by=street.staff("leader"), now=at)
    try:
        lift_card(cards[0], reason="复核后撤销", by=by, now=at)
        allowed.add("lift")
    except NotAllowed:
        pass
    assert allowed == steps


def taken_back(step: Callable[[], Any]) -> Any:
    """What a step that goes through returns; nothing of it stays."""
    with transaction.atomic():
        result = step()
        transaction.set_rollback(True)
    return result


def test_whoever_proposes_does_not_sign(street: Street, now: datetime) -> None:
    card = proposed(street, now, who="leader")
    with pytest.raises(NotAllowed):
        sign_card(card, by=street.staff("leader"), now=now + LATE + 20 * DAY)
    assert stored(card).state == "proposed"


@pytest.mark.parametrize("state", list(CardState))
def test_the_table_of_states(street: Street, now: datetime, state: CardState) -> None:
    """Each step from each state: it leads where the table says, or is a conflict that changes nothing."""
    at, leader, secretary = now + LATE + 10 * DAY, street.staff("leader"), street.staff("secretary")
    make: dict[str, Callable[[Card], Card]] = {
        "answer": lambda card: answer_card(card, words="已整改", by=secretary, now=at),
        "sign": lambda card: sign_card(card, by=leader, now=at),
        "refuse": lambda card: refuse_card(card, reason="不成立", by=leader, now=at),
        "withdraw": lambda card: withdraw_card(card, reason="误报", by=leader, now=at),
        "lift": lambda card: lift_card(card, reason="复核后撤销", by=leader, now=at),
    }
    way: dict[CardState, list[str]] = {
        CardState.PROPOSED: [],
        CardState.SIGNED: ["sign"],
        CardState.REFUSED: ["refuse"],
        CardState.WITHDRAWN: ["withdraw"],
        CardState.LIFTED: ["sign", "lift"],
    }
    card = proposed(street, now)
    for name in way[state]:
        card = make[name](card)
    for step, said in STEPS.items():
        before = Card.objects.filter(pk=card.pk).values().get()
        if said.source != state:
            with pytest.raises(Conflict):
                make[step](card)
            assert Card.objects.filter(pk=card.pk).values().get() == before
            continue
        after = taken_back(lambda step=step: make[step](card))  # type: ignore[misc] # bound at once
        assert after.state == said.target


def test_an_end_needs_a_reason_and_an_answer_its_words(street: Street, now: datetime) -> None:
    card, leader = proposed(street, now), street.staff("leader")
    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: answer_card(card, words=" ", by=street.staff("secretary"), now=now + LATE), "words"),
        (lambda: refuse_card(card, reason="", by=leader, now=now + LATE), "reason"),
        (lambda: withdraw_card(card, reason=" ", by=leader, now=now + LATE), "reason"),
    ]
    for step, field in refused:
        with pytest.raises(DomainError) as refusal:
            step()
        assert set(refusal.value.fields) == {field}
    assert stored(card).state == "proposed"
    answer_card(card, words="已整改", by=street.staff("secretary"), now=now + LATE)
    with pytest.raises(Conflict):
        answer_card(card, words="再说一遍", by=street.staff("secretary"), now=now + LATE)
    assert stored(card).answer == "已整改"


def firm_overdue(street: Street, now: datetime) -> Case:
    """A case that the property firm never signed for."""
    case = case_in(State.ACCEPTED, street, now=now)
    given = moves.Dispatch(party=street.parties["property_firm"], party_summary="楼道灯不亮")
    return apply_move(case, given, by=street.staff("officer"), now=now + timedelta(minutes=5))


def test_a_member_is_told_and_answers_in_its_own_scope(street: Street, now: datetime) -> None:
    firm, at = street.parties["property_firm"], now + LATE
    card = propose(street, at, [firm_overdue(street, now), firm_overdue(street, now)], unit=firm)
    Notice.objects.all().delete()
    tell_of_events(at)
    told = {notice.user: notice for notice in Notice.objects.filter(event__kind="cite")}
    assert set(told) == {street.users["property_clerk"], street.users["leader"]}
    words = told[street.users["property_clerk"]]
    assert words.link == f"/my/cards/{card.pk}/"
    said = "".join(f"{notice.subject}{notice.body}" for notice in told.values())
    assert not [marker for marker in (*MARKERS.values(), WORDS) if marker in said]
    with street.seen_by("property_clerk"):
        answer_card(card, words="当日值班空缺", by=street.party("property_clerk"), now=at + DAY)
    assert (stored(card).answer, stored(card).answered_by) == ("当日值班空缺", street.users["property_clerk"])
    with street.seen_by("shopkeeper"):
        assert not Card.objects.exists(), "another member's card"
    for stranger in (street.party("shopkeeper"), street.staff("secretary")):
        with pytest.raises(NotAllowed):
            answer_card(card, words="与我何干", by=stranger, now=at + DAY)
    with street.seen_by("far_desk"):
        assert not Card.objects.exists(), "another sub-district's"


def test_the_database_refuses_what_no_service_would_write(street: Street, now: datetime) -> None:
    card = proposed(street, now)
    third = overdue(street, now)
    cards, ground = Card.objects.filter(pk=card.pk), CardGround.objects.get(case=card.first_case)
    day, leader = timezone.localdate(now + LATE), street.users["leader"]
    signing: dict[str, Any] = {
        "state": "signed", "number": "T牌〔2026〕9号", "signed_by": leader, "signed_at": now + LATE + 20 * DAY,
        "signed_on": day + 20 * DAY, "ends_on": day + 200 * DAY,
    }  # fmt: skip
    attempts: list[dict[str, Any]] = [
        {"second_case": card.first_case},  # on the strength of one
        {"party": street.parties["shop"]},  # two units
        {"community": None},  # none
        {"colour": "green"},
        {"state": "burnt"},
        {"grounds": ""},
        {"state": "signed"},  # nobody signed
        {**signing, "signed_by": card.proposed_by},
        {**signing, "signed_at": now + LATE, "signed_on": day},  # the unit was not heard
        {**signing, "number": None},
        {**signing, "ends_on": day},
        {"heard_until": card.proposed_on},
        {"answer": "无人署名"},
        {"colour": "red"},  # no yellow one before, and no reason
        {"state": "withdrawn"},  # by nobody, for no reason
        {"closed_at": now, "closed_by": leader, "close_reason": "仍在提出"},
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            cards.update(**attempt)
    again: dict[str, Any] = {"card": card, "colour": "yellow", "fault": "overdue", "happened_at": now}
    rows: list[dict[str, Any]] = [
        {**again, "case": card.first_case, "event": third.events.earliest("sequence"), "is_live": False},
        {**again, "case": third, "event": third.events.earliest("sequence"), "fault": "disliked"},
    ]
    for row in rows:
        with pytest.raises(IntegrityError), transaction.atomic():
            CardGround.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.create(
            area=card.area, community=card.community, colour="yellow", grounds="又一张", first_case=card.first_case,
            second_case=third, proposed_by=leader, proposed_post="", proposed_at=now, proposed_on=day,
            heard_until=day + 9 * DAY,
        )  # fmt: skip
    cards.update(**signing)
    assert stored(card).state == "signed", "the same with everything in its place goes through"
    assert ground.is_live


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 3, 5), 6, date(2026, 9, 5)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 1, 15), -12, date(2025, 1, 15)),
        (date(2028, 2, 29), -12, date(2027, 2, 28)),
    ],
)
def test_months_later(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected


CALLS = st.lists(
    st.tuples(
        st.sampled_from(["propose", "propose", "answer", "sign", "refuse", "withdraw", "lift"]),
        st.lists(st.integers(0, 2), max_size=4),
        st.sampled_from(["yellow", "red"]),
        st.sampled_from(["task_force", "leader"]),
    ),
    min_size=3,
    max_size=8,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(calls=CALLS)
def test_no_card_rests_on_one_case_by_whatever_order_of_calls(
    calls: list[tuple[str, list[int], str, str]], now: datetime
) -> None:
    """Anybody tries anything with any cases, one named twice, or a part of one: each card that is stored rests on two."""
    taken_back(lambda: _try_calls(calls, build_street(), now))


def _try_calls(calls: list[tuple[str, list[int], str, str]], street: Street, now: datetime) -> None:
    cases, at = [overdue(street, now) for _each in range(3)], now + LATE
    for name, chosen, colour, who in calls:
        at += 3 * DAY
        by, last = street.staff(who), Card.objects.order_by("-pk").first()
        try:
            with transaction.atomic():
                if name == "propose":
                    some, reason = [cases[number] for number in chosen], "屡次" if who == "leader" else ""
                    propose(street, at, some, colour=colour, who=who, exception_reason=reason)
                elif last is not None:
                    _step(name, last, by=by, street=street, now=at)
        except (DomainError, NotAllowed):
            pass
        for card in Card.objects.all():
            assert card.first_case_id != card.second_case_id
            grounds = set(CardGround.objects.filter(card=card).values_list("case_id", flat=True))
            assert {card.first_case_id, card.second_case_id} <= grounds
            assert card.signed_by_id != card.proposed_by_id
        live = list(CardGround.objects.filter(is_live=True).values_list("case_id", "colour"))
        assert len(live) == len(set(live))


def _step(name: str, card: Card, *, by: Any, street: Street, now: datetime) -> None:
    steps: dict[str, Callable[[], object]] = {
        "answer": lambda: answer_card(card, words="已整改", by=street.staff("secretary"), now=now),
        "sign": lambda: sign_card(card, by=by, now=now),
        "refuse": lambda: refuse_card(card, reason="不成立", by=by, now=now),
        "withdraw": lambda: withdraw_card(card, reason="误报", by=by, now=now),
        "lift": lambda: lift_card(card, reason="复核", by=by, now=now),
    }
    steps[name]()
