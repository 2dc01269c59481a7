"""Cards to units, step by step: who takes which, what it leads to, who is told."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from shangju.cases import chain
from shangju.cases.models import Case, CaseEvent
from shangju.cases.numbering import number_prefix
from shangju.cases.tests.stories import MARKERS, WORDS
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.scoping import area_scope
from shangju.notices.models import Notice
from shangju.notices.telling import tell_of_events
from shangju.supervision.card_rules import hearing_until, months_later
from shangju.supervision.cards import (
    answer_card,
    lift_card,
    refuse_card,
    sign_card,
    withdraw_card,
)
from shangju.supervision.models import Card, CardGround
from shangju.supervision.tests.card_stories import (
    DAY,
    LATE,
    firm_overdue,
    overdue,
    propose,
    proposed,
    signed,
    stored,
    taken_back,
)
from shangju.supervision.workflow import STEPS, CardState
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]


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


def test_the_answer_stands_in_a_case_that_has_moved_on_as_well(street: Street, now: datetime) -> None:
    card, second = proposed(street, now), street.areas["second"]
    elsewhere = {"area": second, "area_path": second.path, "community": second, "grid": None}
    Case.objects.filter(pk=card.second_case_id).update(**elsewhere)
    secretary = street.staff("secretary")
    with area_scope(secretary.standing.scope):
        answer_card(card, words="已整改", by=secretary, now=now + LATE)
    told = CaseEvent.objects.filter(kind="cite", data__stage="answered")
    assert set(told.values_list("case_id", flat=True)) == {card.first_case_id, card.second_case_id}


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
