"""The rules against unjust cards: in the service, in the database, and by whatever order of calls."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shangju.accounts.actors import COMMAND_LINE
from shangju.cases import moves
from shangju.cases.models import Case, CaseClock
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, go, raised
from shangju.cases.workflow import State
from shangju.core.errors import DomainError, NotAllowed
from shangju.parties.models import PartyStatus
from shangju.posts.rights import forget_standing
from shangju.posts.services import appoint
from shangju.posts.stakes import declare_stake
from shangju.supervision.card_queries import open_steps
from shangju.supervision.card_rules import months_later
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
    overdue,
    propose,
    proposed,
    signed,
    stored,
    taken_back,
)
from shangju.supervision.workflow import CardStep
from tests.street import Street, build_street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]


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
        ({"heard_until": 91}, "heard_until"),
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
        cases = [go(part, "accept", "officer", street, now=now) for part in whole.parts.all()]
        cases = [go(part, "dispatch", "officer", street, now=now) for part in cases]
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


def test_who_is_secretary_of_the_community_too_decides_nothing_about_it(
    street: Street, now: datetime
) -> None:
    card, at = proposed(street, now), now + LATE + 9 * DAY
    for name in ("leader", "task_force"):
        term = {"user": street.users[name], "starts_on": timezone.localdate(now)}
        appoint(street.posts["secretary"], **term, by=COMMAND_LINE, now=now)
        forget_standing(street.users[name])
    leader, task_force = street.staff("leader"), street.staff("task_force")
    steps: list[Callable[[], object]] = [
        lambda: sign_card(card, by=leader, now=at),
        lambda: refuse_card(card, reason="不成立", by=leader, now=at),
        lambda: withdraw_card(card, reason="误报", by=task_force, now=at),
        lambda: proposed(street, now, colour="red", exception_reason="多次造成危险"),
    ]
    for step in steps:
        with pytest.raises(NotAllowed):
            step()
    assert open_steps(leader, card, now=at) == [CardStep.ANSWER], "it speaks for the community, and no more"


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


def test_parts_and_what_was_merged_into_them_are_one_matter(street: Street, now: datetime) -> None:
    whole = go(case_in(State.ACCEPTED, street, now=now), "split", "officer", street, now=now)
    parts = [go(part, "accept", "officer", street, now=now) for part in whole.parts.order_by("pk")]
    parts = [go(part, "dispatch", "officer", street, now=now) for part in parts]
    merging = moves.Merge(parts[0], "与另一件是同一件事，一并办理。")
    twin = apply_move(overdue(street, now), merging, by=street.staff("officer"), now=now + LATE)
    for other in parts:
        with pytest.raises(DomainError) as refusal:
            propose(street, now + LATE, [twin, other])
        assert set(refusal.value.fields) == {"cases"}
    another = overdue(street, now)
    card = propose(street, now + LATE, [twin, *parts, another])
    assert {card.first_case_id, card.second_case_id} == {parts[0].pk, another.pk}, (
        "two matters, not two numbers"
    )


def test_what_was_merged_since_the_page_was_opened_is_one_matter(street: Street, now: datetime) -> None:
    first, second = overdue(street, now), overdue(street, now)
    merging = moves.Merge(first, "与另一件是同一件事，一并办理。")
    apply_move(Case.objects.get(pk=second.pk), merging, by=street.staff("officer"), now=now + LATE)
    with pytest.raises(DomainError) as refusal:
        propose(street, now + LATE, [first, second])
    assert set(refusal.value.fields) == {"cases"}
    assert not Card.objects.exists()


def _merged(card: Card, street: Street, now: datetime) -> None:
    merging = moves.Merge(card.first_case, "与另一件是同一件事，一并办理。")
    apply_move(card.second_case, merging, by=street.staff("officer"), now=now)


def _promised_later(card: Card, _street: Street, now: datetime) -> None:
    """As when a calendar is published after all."""
    for clock in CaseClock.objects.filter(case=card.second_case):
        later = {name: getattr(clock, name) + 99 * DAY for name in ("orange_at", "due_at", "purple_at")}
        CaseClock.objects.filter(pk=clock.pk).update(**later, stopped_at=now, is_met=True)


def _yellow_lifted(card: Card, street: Street, now: datetime) -> None:
    assert card.earlier is not None
    lift_card(card.earlier, reason="复核后撤销", by=street.staff("leader"), now=now)


@pytest.mark.parametrize("change", [_merged, _promised_later, _yellow_lifted])
def test_nobody_signs_what_has_lost_its_ground(
    street: Street, now: datetime, change: Callable[[Card, Street, datetime], None]
) -> None:
    at = now + LATE
    yellow = proposed(street, now)
    signed(street, at + DAY, yellow)
    cases = list(Case.objects.filter(pk__in=[yellow.first_case_id, yellow.second_case_id]))
    red = propose(street, at + DAY, cases, colour="red")
    change(red, street, at + 2 * DAY)
    with pytest.raises(DomainError):
        signed(street, at + 3 * DAY, red)
    kept = stored(red)
    assert (kept.state, kept.number) == ("proposed", None)
    refuse_card(kept, reason="依据已不存在", by=street.staff("leader"), now=at + 4 * DAY)
    assert not CardGround.objects.filter(card=red, is_live=True).exists()


def test_one_proposal_of_a_colour_at_a_time(street: Street, now: datetime) -> None:
    proposed(street, now)
    with pytest.raises(DomainError) as refusal:
        proposed(street, now)
    assert set(refusal.value.fields) == {"unit"}


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
