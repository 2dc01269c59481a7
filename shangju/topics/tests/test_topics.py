"""Topics of the running system: proposed by the worker, decided by people, never telling what a reader may not know."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from shangju.cases import moves
from shangju.cases.intake import ContactDetails
from shangju.cases.models import Case
from shangju.cases.rules import REPORTER, SYSTEM, staff
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, raised
from shangju.cases.workflow import State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import SetAside
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.rights import forget_standing
from shangju.posts.stakes import declare_stake
from shangju.supervision.models import TaskForce
from shangju.topics import queries, services
from shangju.topics.models import Topic, TopicCase, TopicSearch
from shangju.topics.proposing import EVERY, look_for_topics
from shangju.topics.rules import open_moves, topics_for
from shangju.topics.workflow import MOVES, CaseStanding, TopicMove, TopicState
from tests.street import Street
from tests.supervised import task_force_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

NOISE = (
    "健身房晚上跳操，楼板跟着震，孩子没法写作业",
    "楼下健身房跳操震动，楼板跟着震，睡不着",
    "健身房跳操的震动传到楼上，楼板跟着震",
    "又是健身房跳操，楼板跟着震，请管一管",
)
OTHER = "菜场门口垃圾堆了好几天没有人清运，发臭"


def reported(street: Street, text: str, *, now: datetime, number: int = 0, **fields: object) -> Case:
    contact = ContactDetails(phone=f"1380000{number:04}")
    return raised(street, now=now, text=text, contact=contact, **fields)


def noisy(street: Street, count: int, *, now: datetime, first: int = 0, **fields: object) -> list[Case]:
    """Some cases of one matter, a day apart, by different people; the last at ``now``."""
    return [
        reported(
            street,
            NOISE[each % len(NOISE)],
            now=now - timedelta(days=count - 1 - each),
            number=first + each,
            **fields,
        )
        for each in range(count)
    ]


def proposed(street: Street, *, now: datetime, count: int = 3) -> Topic:
    noisy(street, count, now=now)
    reported(street, OTHER, now=now, number=90)
    assert look_for_topics(now) == 1
    return Topic.objects.get()


def confirmed(street: Street, *, now: datetime) -> Topic:
    topic = proposed(street, now=now)
    return services.confirm_topic(topic, title="健身房跳操震动", by=street.staff("officer"), now=now)


def standings(topic: Topic) -> dict[int, str]:
    return dict(TopicCase.objects.filter(topic=topic).values_list("case_id", "standing"))


def test_a_place_is_told_without_the_number_that_somebody_wrote_there(street: Street, now: datetime) -> None:
    cases = noisy(street, 3, now=now)
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(place_note="健身房，找 13877665544")
    look_for_topics(now)
    assert Topic.objects.get().place == "健身房，找 138****5544"


def test_like_cases_at_one_place_are_proposed_once(street: Street, now: datetime) -> None:
    cases = noisy(street, 3, now=now)
    reported(street, OTHER, now=now, number=90)
    assert look_for_topics(now) == 1
    topic = Topic.objects.get()
    assert (topic.state, topic.area, topic.place) == (
        TopicState.PROPOSED,
        street.areas["subdistrict"],
        "东里1幢",
    )
    assert standings(topic) == {case.pk: CaseStanding.MEMBER for case in cases}
    assert (topic.first_at, topic.last_at) == (cases[0].received_at, cases[2].received_at)
    assert any("健身房" in word for word in topic.words)
    assert topic.heat == 3 * 3 + 3 * 2 + 3
    assert topic.heat_parts == [["reporters", 3, 9], ["busiest", 3, 6], ["recent", 3, 3]]
    assert [event.kind for event in topic.events.all()] == [TopicMove.PROPOSE]
    assert look_for_topics(now + EVERY) == 0, "a further search finds nothing new"
    assert Topic.objects.count() == 1


def test_a_search_waits_its_time_and_survives_a_clock_put_back(street: Street, now: datetime) -> None:
    assert look_for_topics(now) == 0
    noisy(street, 3, now=now)
    assert look_for_topics(now + EVERY - timedelta(seconds=1)) == 0
    assert TopicSearch.objects.get(area=street.areas["subdistrict"]).searched_at == now
    assert look_for_topics(now - timedelta(days=1)) == 1


def test_more_like_cases_join_a_proposal_and_are_suggested_to_a_confirmed_topic(
    street: Street, now: datetime
) -> None:
    topic = proposed(street, now=now)
    later = now + EVERY
    (fourth,) = noisy(street, 1, now=later, first=10)
    assert look_for_topics(later) == 1
    assert standings(topic)[fourth.pk] == CaseStanding.MEMBER
    officer = street.staff("officer")
    services.confirm_topic(topic, title="健身房跳操震动", by=officer, now=later)
    much_later = later + EVERY
    (fifth,) = noisy(street, 1, now=much_later, first=11)
    assert look_for_topics(much_later) == 1
    assert standings(topic)[fifth.pk] == CaseStanding.SUGGESTED
    assert Topic.objects.get().title == "健身房跳操震动", "what a person called it stays"
    services.take_in_cases(topic, numbers=[fifth.number], by=officer, now=much_later)
    assert standings(topic)[fifth.pk] == CaseStanding.MEMBER
    services.take_out_case(topic, number=fourth.number, by=officer, now=much_later)
    assert look_for_topics(much_later + EVERY) == 0, "what was taken out is not suggested again"
    assert standings(topic)[fourth.pk] == CaseStanding.TAKEN_OUT


@pytest.mark.parametrize("end", ["dismiss", "settle"])
def test_what_a_person_decided_is_not_proposed_again(street: Street, now: datetime, end: str) -> None:
    topic = confirmed(street, now=now)
    officer = street.staff("officer")
    if end == "dismiss":
        services.dismiss_topic(topic, reason="三家各是各的原因", by=officer, now=now)
    else:
        services.settle_topic(topic, outcome="健身房铺了减震垫，改到八点前", by=officer, now=now)
    assert not TopicCase.objects.filter(is_current=True).exists()
    later = now + EVERY
    (fourth,) = noisy(street, 1, now=later, first=20)
    assert look_for_topics(later) == 0
    new = [fourth, *noisy(street, 2, now=later, first=30)]
    assert look_for_topics(later + EVERY) == 1, "three new ones are another matter to decide"
    assert standings(Topic.objects.get(state=TopicState.PROPOSED)).keys() == {case.pk for case in new}


@pytest.mark.parametrize(
    "kept_apart",
    [{"is_confidential": True}, {"concerns_minor": True}, {"category": "1101"}, {"request_type": "praise"}],
)
def test_what_must_not_be_known_is_never_grouped(
    street: Street, now: datetime, kept_apart: dict[str, object]
) -> None:
    if "category" in kept_apart:
        walled = street.category(str(kept_apart["category"]))
        assert walled.privacy_wall or walled.concerns_minors
        kept_apart = {"category": walled}
    noisy(street, 2, now=now)
    noisy(street, 2, now=now, first=40, **kept_apart)
    assert look_for_topics(now) == 0
    assert not Topic.objects.exists()


def test_far_places_old_times_and_ended_cases_make_no_topic(street: Street, now: datetime) -> None:
    noisy(street, 1, now=now)
    noisy(street, 1, now=now, first=1, area="other_grid")
    noisy(street, 1, now=now, first=2, area="far:building")
    noisy(street, 1, now=now - timedelta(days=31), first=3)
    case = reported(street, NOISE[1], now=now, number=4)
    apply_move(case, moves.Withdraw("已自行解决"), by=REPORTER, now=now)
    assert look_for_topics(now) == 0


def test_a_case_made_confidential_leaves_its_topic(street: Street, now: datetime) -> None:
    topic = proposed(street, now=now, count=4)
    case = Case.objects.get(pk=min(standings(topic)))
    apply_move(
        case,
        moves.Protect(is_confidential=True, reason="反映人请求保密"),
        by=street.staff("officer"),
        now=now,
    )
    look_for_topics(now + EVERY)
    assert standings(topic)[case.pk] == CaseStanding.TAKEN_OUT
    assert [event.kind for event in topic.events.all()] == [TopicMove.PROPOSE, TopicMove.TAKE_OUT]


SEES = ["officer", "secretary", "duty_desk", "task_force", "leader"]
SEES_NOT = [
    "other_officer",
    "far_desk",
    "grid_worker",
    "building_head",
    "unit",
    "contact",
    "officer_with_shop",
]


def test_who_sees_a_topic_and_who_may_act(street: Street, now: datetime) -> None:
    cases = noisy(street, 2, now=now) + noisy(
        street, 1, now=now, first=50, place_party=street.parties["shop"]
    )
    look_for_topics(now)
    topic = Topic.objects.get()
    assert len(standings(topic)) == len(cases)
    for name in [*SEES, *SEES_NOT]:
        standing = street.staff(name).standing
        with street.seen_by(name):
            seen = list(topics_for(standing))
            assert seen == ([topic] if name in SEES else []), name
            assert all(open_moves(standing, each) for each in seen), name


def test_a_lead_sees_the_topic_without_acting(street: Street, now: datetime) -> None:
    topic = confirmed(street, now=now)
    services.name_lead(topic, post=street.posts["grid_worker"], by=street.staff("officer"), now=now)
    topic.refresh_from_db()
    standing = street.staff("grid_worker").standing
    with street.seen_by("grid_worker"):
        (seen,) = topics_for(standing)
        assert seen == topic
        assert open_moves(standing, seen) == ()
        assert len(queries.memberships_for(standing, seen)) == 3
    with pytest.raises(NotAllowed):
        services.settle_topic(topic, outcome="已整改", by=street.staff("grid_worker"), now=now)


def test_only_cases_in_reach_are_listed_and_the_others_not_told(street: Street, now: datetime) -> None:
    """A case of another community in the topic: its community sees its own only, and neither of them acts alone."""
    topic = proposed(street, now=now)
    elsewhere = reported(street, OTHER, now=now, number=60, area="second")
    services.take_in_cases(topic, numbers=[elsewhere.number], by=street.staff("duty_desk"), now=now)
    for name, count, acts in (("officer", 3, False), ("other_officer", 1, False), ("duty_desk", 4, True)):
        standing = street.staff(name).standing
        with street.seen_by(name):
            (row,) = queries.topics_in_state(standing, TopicState.PROPOSED)
            assert row.own_cases == count  # type: ignore[attr-defined]
            memberships = queries.memberships_for(standing, row)
            assert len(memberships) == count
            told = {number for each in queries.history_of(row, memberships) for number in each.numbers}
            assert (elsewhere.number in told) == (name != "officer")
            assert bool(open_moves(standing, row)) == acts, name


def test_a_stake_in_one_case_hides_the_whole_topic(street: Street, now: datetime) -> None:
    topic = proposed(street, now=now)
    secretary = street.users["secretary"]
    declare_stake(secretary, reason="own_home", by=secretary, now=now, building=street.areas["building"])
    forget_standing(secretary)
    with street.seen_by("secretary"):
        assert not topics_for(staff(street.users["secretary"]).standing).filter(pk=topic.pk).exists()


def test_every_move_in_every_state(street: Street, now: datetime) -> None:
    """Against the table, in both directions; what a move leads to is stored with one row of history."""
    leader = street.staff("leader")
    for state in TopicState:
        topic = confirmed(street, now=now) if not Topic.objects.exists() else Topic.objects.get()
        for move, rule in MOVES.items():
            Topic.objects.filter(pk=topic.pk).update(
                state=state, confirmed_at=now, outcome="已整改",
                ended_at=now if state in {TopicState.SETTLED, TopicState.DISMISSED} else None,
            )  # fmt: skip
            TopicCase.objects.filter(topic=topic).update(standing=CaseStanding.MEMBER, is_current=True)
            topic.refresh_from_db()
            assert (move in open_moves(leader.standing, topic)) == (state in rule.sources)
            before = topic.history_length
            if state in rule.sources:
                make(move, topic, street, now=now)
                topic.refresh_from_db()
                assert topic.state == (rule.target or state), (state, move)
                assert topic.events.filter(kind=move, sequence=before + 1, by=leader.user).exists()
            else:
                with pytest.raises(Conflict):
                    make(move, topic, street, now=now)


def make(move: TopicMove, topic: Topic, street: Street, *, now: datetime) -> None:
    leader = street.staff("leader")
    member = topic.memberships.select_related("case").order_by("pk")[0].case
    if move == TopicMove.CONFIRM:
        services.confirm_topic(topic, title="健身房", by=leader, now=now)
    elif move == TopicMove.TAKE_IN:
        fresh = reported(street, OTHER, now=now, number=70 + topic.history_length)
        services.take_in_cases(topic, numbers=[fresh.number], by=leader, now=now)
    elif move == TopicMove.TAKE_OUT:
        services.take_out_case(topic, number=member.number, by=leader, now=now)
    elif move == TopicMove.NAME_LEAD:
        services.name_lead(topic, post=street.posts["unit"], by=leader, now=now)
    elif move == TopicMove.GIVE:
        force = TaskForce.objects.first() or task_force_of(street, now=now).task_force
        services.give_topic(topic, task_force=force, reason="跨社区", by=leader, now=now)
    elif move == TopicMove.TAKE_BACK:
        services.take_topic_back(topic, reason="已协调完毕", by=leader, now=now)
    elif move == TopicMove.SETTLE:
        services.settle_topic(topic, outcome="已整改", by=leader, now=now)
    else:
        services.dismiss_topic(topic, reason="不是一回事", by=leader, now=now)


def test_refusals_stand_at_their_field(street: Street, now: datetime) -> None:
    topic, officer = confirmed(street, now=now), street.staff("officer")
    far = reported(street, OTHER, now=now, number=80, area="far:building")
    hidden = reported(street, OTHER, now=now, number=81, is_confidential=True)
    withdrawn = case_in(State.WITHDRAWN, street, now=now)
    refused = {
        "outcome": lambda: services.settle_topic(topic, outcome="  ", by=officer, now=now),
        "reason": lambda: services.dismiss_topic(topic, reason="", by=officer, now=now),
        "post": lambda: services.name_lead(topic, post=street.posts["far_worker"], by=officer, now=now),
    }
    for case in (far, hidden, withdrawn):
        with pytest.raises(DomainError) as told:
            services.take_in_cases(topic, numbers=[case.number], by=officer, now=now)
        assert list(told.value.fields) == ["number"]
    for field, call in refused.items():
        with pytest.raises(DomainError) as told:
            call()
        assert list(told.value.fields) == [field]
    another = proposed_again(street, now=now)
    with pytest.raises(DomainError) as told:
        services.confirm_topic(another, title="找张先生 13800005678", by=officer, now=now)
    assert list(told.value.fields) == ["title"]
    taken = another.memberships.select_related("case")[0].case
    with pytest.raises(Conflict):
        services.take_in_cases(topic, numbers=[taken.number], by=officer, now=now)


def proposed_again(street: Street, *, now: datetime) -> Topic:
    """A second topic, of another matter."""
    for number in range(3):
        reported(street, OTHER, now=now, number=100 + number)
    look_for_topics(now + EVERY)
    return Topic.objects.get(state=TopicState.PROPOSED)


def test_the_database_keeps_a_case_in_one_open_topic(street: Street, now: datetime) -> None:
    topic = proposed(street, now=now)
    held = topic.memberships.all()[0]
    second = Topic.objects.create(area=topic.area, title="x", first_at=now, last_at=now, proposed_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        TopicCase.objects.create(
            topic=second, case_id=held.case_id, origin="found", standing="member", since=now
        )
    portrait = services.Portrait("x", "", (), 0.1, 1, (), now, now)
    with pytest.raises(IntegrityError):
        services.propose_topic(topic.area_id, [held.case_id], portrait, now=now)
    assert Topic.objects.filter(state=TopicState.PROPOSED).count() == 2, "nothing of the refused one is left"


def test_a_search_that_fails_is_set_aside_and_keeps_no_other(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy(street, 3, now=now)

    def broken(*_given: object, **_more: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("shangju.topics.proposing.group", broken)
    look_for_topics(now)
    assert SetAside.objects.filter(step="look for topics").count() == 2, "one for each sub-district"
    assert not Topic.objects.exists()


def test_the_case_tells_its_topic(street: Street, now: datetime) -> None:
    topic = confirmed(street, now=now)
    case = topic.memberships.select_related("case")[0].case
    other = Case.objects.exclude(topic_memberships__topic=topic)[0]
    standing = street.staff("officer").standing
    with everywhere(EverywhereReason.VERIFICATION):
        assert queries.topic_of(standing, case) == topic
        assert queries.topic_of(standing, other) is None
        assert queries.topic_of(SYSTEM.standing, case) is None
    services.dismiss_topic(topic, reason="不是一回事", by=street.staff("officer"), now=now)
    assert queries.topic_of(standing, case) is None
