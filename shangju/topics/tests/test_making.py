"""A topic by hand: whoever keeps topics sees that cases are one matter, and puts them together by the same rules."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from shangju.cases.models import Case
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import RequestType, State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.topics import services
from shangju.topics.models import Topic, TopicCase
from shangju.topics.proposing import EVERY, look_for_topics
from shangju.topics.rules import (
    is_groupable,
    may_be_grouped,
    may_gather,
    may_keep,
    topics_for,
    topics_to_join,
)
from shangju.topics.tests.test_topics import OTHER, noisy, proposed, reported
from shangju.topics.workflow import OPEN_TOPIC_STATES, CaseOrigin, CaseStanding, TopicMove, TopicState
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

TITLE = "健身房跳操与菜场垃圾"


def two(street: Street, *, now: datetime, **fields: Any) -> list[Case]:
    """Two cases that no search would put together."""
    first = reported(street, OTHER, now=now - timedelta(days=2), number=1)
    return [first, reported(street, "路灯不亮，晚上看不清台阶", now=now, number=2, **fields)]


def made(
    street: Street, cases: list[Case], *, now: datetime, who: str = "officer", title: str = TITLE
) -> Topic:
    numbers = [case.number for case in cases]
    lead = street.posts["grid_worker"]
    return services.make_topic(numbers, title=title, lead=lead, by=street.staff(who), now=now)


def test_a_topic_by_hand_is_confirmed_and_has_its_lead(street: Street, now: datetime) -> None:
    cases, officer = two(street, now=now), street.staff("officer")
    made(street, cases, now=now)
    topic = Topic.objects.get()
    assert (topic.state, topic.title, topic.area, topic.place, topic.lead_post) == (
        TopicState.CONFIRMED,
        TITLE,
        street.areas["subdistrict"],
        "东里1幢",
        street.posts["grid_worker"],
    )
    assert (topic.first_at, topic.last_at) == (cases[0].received_at, cases[1].received_at)
    assert (topic.words, topic.likeness, topic.heat) == ([], 0.0, 2 * 3 + 2 * 2 + 2)
    assert set(topic.memberships.values_list("case", "origin", "standing", "is_current")) == {
        (case.pk, CaseOrigin.BY_HAND, CaseStanding.MEMBER, True) for case in cases
    }
    told = [(event.kind, event.by, event.note, event.cases) for event in topic.events.order_by("sequence")]
    assert told == [
        (TopicMove.MAKE, officer.user, TITLE, [case.pk for case in cases]),
        (TopicMove.NAME_LEAD, officer.user, street.posts["grid_worker"].name, []),
    ]


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("officer", None),
        ("secretary", None),
        ("duty_desk", None),
        ("task_force", None),
        ("leader", None),
        ("grid_worker", NotAllowed),
        ("unit", NotAllowed),
        ("grid_secretary", NotAllowed),
        ("other_officer", DomainError),
        ("far_desk", DomainError),
        ("officer_with_shop", DomainError),
    ],
)
def test_who_makes_one(street: Street, now: datetime, who: str, refusal: type[Exception] | None) -> None:
    cases = two(street, now=now)
    Case.objects.filter(pk=cases[0].pk).update(concerned_party=street.parties["shop"])
    if refusal is None:
        assert made(street, cases, now=now, who=who).memberships.count() == 2
    else:
        with pytest.raises(refusal):
            made(street, cases, now=now, who=who)
        assert not Topic.objects.exists()
    assert may_gather(street.staff(who).standing, cases[1]) == (refusal is None or who == "officer_with_shop")


def with_a(name: str, value: object) -> Callable[[Street, datetime], Case]:
    return lambda street, now: reported(street, OTHER, now=now, number=9, **{name: value})


KEPT_APART: dict[str, Callable[[Street, datetime], Case]] = {
    "confidential": with_a("is_confidential", True),
    "about a minor": with_a("concerns_minor", True),
    "helped": lambda street, now: reported(
        street, OTHER, now=now, number=9, category=street.category("1104")
    ),
    "praise": with_a("request_type", RequestType.PRAISE),
    "withdrawn": lambda street, now: case_in(State.WITHDRAWN, street, now=now),
    "declined": lambda street, now: case_in(State.DECLINED, street, now=now),
    "elsewhere": with_a("area", "far:building"),
}


@pytest.mark.parametrize("name", KEPT_APART)
def test_what_may_not_be_grouped_is_never_grouped(street: Street, now: datetime, name: str) -> None:
    case = KEPT_APART[name](street, now)
    with pytest.raises(DomainError) as told:
        made(street, [*two(street, now=now), case], now=now, who="task_force")
    assert list(told.value.fields) == ["number"]
    assert not TopicCase.objects.exists()
    topic = made(street, list(Case.objects.exclude(pk=case.pk)), now=now, who="task_force")
    numbers = [reported(street, OTHER, now=now, number=8).number, case.number]
    with pytest.raises(DomainError):
        services.take_in_cases(topic, numbers=numbers, by=street.staff("task_force"), now=now)
    assert topic.memberships.count() == 2, "all of them or none"


def test_the_rule_is_the_same_for_one_case_and_for_a_list(street: Street, now: datetime) -> None:
    cases = [*two(street, now=now), *(make(street, now) for make in KEPT_APART.values())]
    listed = set(Case.objects.filter(may_be_grouped()))
    read = Case.objects.select_related("category")
    assert {case for case in read.filter(pk__in=[case.pk for case in cases]) if is_groupable(case)} == listed
    assert len(listed) == 3, "the two, and the one that is groupable elsewhere"


@pytest.mark.parametrize(
    ("numbers", "title", "post", "field"),
    [
        ([0], TITLE, "grid_worker", "number"),
        ([0, 0], TITLE, "grid_worker", "number"),
        ([], TITLE, "grid_worker", "number"),
        ([0, 1], "  ", "grid_worker", "title"),
        ([0, 1], "找张先生 13800005678", "grid_worker", "title"),
        ([0, 1], TITLE, "far_worker", "post"),
    ],
)
def test_refusals_stand_at_their_field(
    street: Street, now: datetime, numbers: list[int], title: str, post: str, field: str
) -> None:
    cases, by = two(street, now=now), street.staff("officer")
    with pytest.raises(DomainError) as told:
        services.make_topic(
            [cases[each].number for each in numbers], title=title, lead=street.posts[post], by=by, now=now
        )
    assert list(told.value.fields) == [field]
    assert not Topic.objects.exists()


def test_a_case_is_in_one_open_topic(street: Street, now: datetime) -> None:
    cases = two(street, now=now)
    first = made(street, cases, now=now)
    third = reported(street, OTHER, now=now, number=3)
    with pytest.raises(Conflict):
        made(street, [cases[0], third], now=now)
    services.settle_topic(first, outcome="已整改", by=street.staff("officer"), now=now)
    again = made(street, [cases[0], third], now=now)
    assert again.memberships.count() == 2
    with pytest.raises(Conflict):
        services.take_in_cases(again, numbers=[third.number], by=street.staff("officer"), now=now)


def test_a_search_suggests_like_cases_to_it_and_leaves_its_name(street: Street, now: datetime) -> None:
    cases = noisy(street, 4, now=now)
    topic = made(street, cases[:2], now=now)
    assert look_for_topics(now + EVERY) == 1
    topic.refresh_from_db()
    assert (topic.title, topic.state, Topic.objects.count()) == (TITLE, TopicState.CONFIRMED, 1)
    suggested = topic.memberships.filter(standing=CaseStanding.SUGGESTED).values_list("case", flat=True)
    assert set(suggested) == {case.pk for case in cases[2:]}
    assert topic.likeness > 0


def test_topics_to_join_are_those_that_one_may_act_on(street: Street, now: datetime) -> None:
    own = proposed(street, now=now)
    wide = made(street, two(street, now=now, area="other_grid"), now=now, who="leader", title="两个社区的事")
    ended = made(street, two(street, now=now), now=now, title="办完的事")
    services.settle_topic(ended, outcome="已整改", by=street.staff("officer"), now=now)
    for name, expected in (
        ("leader", {own, wide}),
        ("officer", {own}),
        ("other_officer", set()),
        ("far_desk", set()),
        ("grid_worker", set()),
    ):
        standing = street.staff(name).standing
        assert set(topics_to_join(standing)) == expected, name
        seen = topics_for(standing).filter(state__in=OPEN_TOPIC_STATES)
        assert {topic for topic in seen if may_keep(standing, topic)} == expected, name
