"""A topic given to a task force and taken back: by whom, to which, with the row of history, and who sees it then."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shangju.areas.models import Area
from shangju.cases.rules import staff
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.posts.rights import forget_standing
from shangju.posts.stakes import declare_stake
from shangju.supervision.models import TaskForce
from shangju.supervision.task_forces import entrust_case
from shangju.topics import queries, services
from shangju.topics.models import Topic
from shangju.topics.rules import open_moves, topics_for
from shangju.topics.tests.test_topics import confirmed, proposed
from shangju.topics.workflow import CaseStanding, TopicMove, TopicState
from tests.street import Street
from tests.supervised import task_force_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

DAY = timedelta(days=1)
GIVERS = ["task_force", "leader"]
NO_GIVERS = ["officer", "secretary", "duty_desk", "other_officer", "far_desk", "grid_worker", "unit"]


def force_of(street: Street, now: datetime, **fields: object) -> TaskForce:
    """A task force of the sub-district that the unit leads, at work from ``now``."""
    made = task_force_of(street, now=now).task_force
    made.lead_post = street.posts["unit"]
    for name, value in fields.items():
        setattr(made, name, value)
    made.save()
    return made


def given(street: Street, now: datetime) -> tuple[Topic, TaskForce]:
    topic, force = confirmed(street, now=now), force_of(street, now)
    services.give_topic(
        topic, task_force=force, reason=" 涉及两家单位 ", by=street.staff("task_force"), now=now
    )
    topic.refresh_from_db()
    return topic, force


def told(topic: Topic) -> list[tuple[str, str, str, int | None]]:
    """The rows of history since the topic was confirmed."""
    rows = topic.events.exclude(kind__in=[TopicMove.PROPOSE, TopicMove.CONFIRM]).order_by("sequence")
    return [(row.kind, row.post_name, row.note, row.task_force_id) for row in rows]


def test_given_and_taken_back_with_a_row_each(street: Street, now: datetime) -> None:
    topic, force = given(street, now)
    post = street.posts["task_force"].name
    assert (topic.task_force, topic.state) == (force, TopicState.CONFIRMED)
    assert told(topic) == [(TopicMove.GIVE, post, "涉及两家单位", force.pk)]
    services.take_topic_back(topic, reason="已协调完毕", by=street.staff("task_force"), now=now + DAY)
    topic.refresh_from_db()
    assert topic.task_force is None
    assert told(topic)[1:] == [(TopicMove.TAKE_BACK, post, "已协调完毕", force.pk)]


@pytest.mark.parametrize("name", [*GIVERS, *NO_GIVERS])
def test_who_may(street: Street, now: datetime, name: str) -> None:
    """Whoever supervises the whole sub-district, as with cases; a community's secretary supervises less."""
    topic, force, by = confirmed(street, now=now), force_of(street, now), street.staff(name)
    assert (TopicMove.GIVE in open_moves(by.standing, topic)) == (name in GIVERS)
    if name in GIVERS:
        services.give_topic(topic, task_force=force, reason="跨社区", by=by, now=now)
        topic.refresh_from_db()
        assert topic.task_force == force
        assert TopicMove.GIVE not in open_moves(by.standing, topic)
        assert TopicMove.TAKE_BACK in open_moves(by.standing, topic)
        return
    with pytest.raises(NotAllowed):
        services.give_topic(topic, task_force=force, reason="跨社区", by=by, now=now)
    services.give_topic(topic, task_force=force, reason="跨社区", by=street.staff("leader"), now=now)
    with pytest.raises(NotAllowed):
        services.take_topic_back(topic, reason="已协调完毕", by=by, now=now)
    topic.refresh_from_db()
    assert topic.task_force == force
    assert len(told(topic)) == 1


def test_a_stake_in_one_of_its_cases_keeps_the_leader_from_giving_it(street: Street, now: datetime) -> None:
    topic, force, leader = confirmed(street, now=now), force_of(street, now), street.users["leader"]
    declare_stake(leader, reason="own_home", by=leader, now=now, building=street.areas["building"])
    forget_standing(leader)
    with pytest.raises(NotAllowed):
        services.give_topic(topic, task_force=force, reason="跨社区", by=staff(leader), now=now)
    assert told(topic) == []


def far(street: Street, force: TaskForce, now: datetime) -> None:
    elsewhere: Area = street.areas["far:subdistrict"]
    TaskForce.objects.filter(pk=force.pk).update(area=elsewhere)


def over(street: Street, force: TaskForce, now: datetime) -> None:
    day = timezone.localdate(now)
    TaskForce.objects.filter(pk=force.pk).update(starts_on=day - 9 * DAY, ends_on=day - DAY)


def ending(street: Street, force: TaskForce, now: datetime) -> None:
    TaskForce.objects.filter(pk=force.pk).update(ends_on=timezone.localdate(now))


def not_begun(street: Street, force: TaskForce, now: datetime) -> None:
    TaskForce.objects.filter(pk=force.pk).update(starts_on=timezone.localdate(now) + DAY)


@pytest.mark.parametrize("change", [far, over, ending, not_begun])
def test_only_one_of_the_same_sub_district_that_is_at_work(
    street: Street, now: datetime, change: Callable[[Street, TaskForce, datetime], None]
) -> None:
    topic, force = confirmed(street, now=now), force_of(street, now)
    change(street, force, now)
    with pytest.raises(DomainError) as refusal:
        services.give_topic(topic, task_force=force, reason="跨社区", by=street.staff("leader"), now=now)
    assert list(refusal.value.fields) == ["task_force"]
    topic.refresh_from_db()
    assert (topic.task_force, told(topic)) == (None, [])


@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_without_a_fitting_reason_nothing_happens(street: Street, now: datetime, reason: str) -> None:
    leader = street.staff("leader")
    topic, force = given(street, now)
    other = TaskForce.objects.create(
        area=force.area, name="油烟专班", mandate="油烟", lead_post=force.lead_post, starts_on=force.starts_on
    )
    for call in (
        lambda: services.take_topic_back(topic, reason=reason, by=leader, now=now),
        lambda: services.give_topic(topic, task_force=other, reason=reason, by=leader, now=now),
    ):
        with pytest.raises(DomainError) as refusal:
            call()
        assert list(refusal.value.fields) == ["reason"]
    topic.refresh_from_db()
    assert (topic.task_force, len(told(topic))) == (force, 1)


def test_one_task_force_at_a_time_and_none_twice_back(street: Street, now: datetime) -> None:
    leader = street.staff("leader")
    topic, force = given(street, now)
    with pytest.raises(Conflict, match=force.name):
        services.give_topic(topic, task_force=force, reason="再次", by=leader, now=now)
    services.take_topic_back(topic, reason="已协调完毕", by=leader, now=now)
    with pytest.raises(Conflict):
        services.take_topic_back(topic, reason="已协调完毕", by=leader, now=now)
    assert [kind for kind, *_rest in told(topic)] == [TopicMove.GIVE, TopicMove.TAKE_BACK]


def test_the_database_gives_no_proposal(street: Street, now: datetime) -> None:
    topic, force = proposed(street, now=now), force_of(street, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Topic.objects.filter(pk=topic.pk).update(task_force=force)


def test_the_leading_post_sees_it_while_the_task_force_is_at_work(street: Street, now: datetime) -> None:
    today = timezone.localdate()
    topic, force = given(street, now)
    standing = street.staff("unit").standing
    for last, sees in ((None, True), (today, True), (today - DAY, False)):
        TaskForce.objects.filter(pk=force.pk).update(ends_on=last)
        with street.seen_by("unit"):
            assert list(topics_for(standing)) == ([topic] if sees else []), last
    TaskForce.objects.filter(pk=force.pk).update(ends_on=None)
    with street.seen_by("unit"):
        assert open_moves(standing, topic) == (), "to see is not to act"
    with street.seen_by("grid_worker"):
        assert not topics_for(street.staff("grid_worker").standing).exists()


def test_the_topics_of_a_task_force_with_the_cases_in_reach(street: Street, now: datetime) -> None:
    topic, force = given(street, now)
    other = TaskForce.objects.create(
        area=force.area, name="油烟专班", mandate="油烟", lead_post=force.lead_post, starts_on=force.starts_on
    )
    for name, cases in (("leader", 3), ("officer", 3), ("unit", 0)):
        standing = street.staff(name).standing
        with street.seen_by(name):
            assert [
                (each, each.own_cases)  # type: ignore[attr-defined]
                for each in queries.topics_given_to(force, standing)
            ] == [(topic, cases)], name
            assert list(queries.topics_given_to(other, standing)) == []
            assert queries.task_forces_with_topics(standing) == [force]
            assert queries.counts_by_state(standing, task_force=force) == {TopicState.CONFIRMED: 1}
            assert queries.counts_by_state(standing, task_force=other) == {}
            assert not queries.topics_in_state(standing, TopicState.CONFIRMED, task_force=other)


def test_what_can_be_given_along(street: Street, now: datetime) -> None:
    """The open members that the giver may open, each with who has it; neither a suggestion nor what was taken out."""
    topic, force = given(street, now)
    leader = street.staff("leader")
    first, second, third = (
        row.case for row in topic.memberships.order_by("case__received_at").select_related("case")
    )
    entrust_case(second, task_force=force, reason="跨社区", by=leader, now=now)
    assert queries.cases_to_give(leader.standing, topic) == [(first, ""), (second, force.name), (third, "")]
    topic.memberships.filter(case=third).update(standing=CaseStanding.SUGGESTED)
    assert queries.cases_to_give(leader.standing, topic) == [(first, ""), (second, force.name)]
    assert queries.cases_to_give(street.staff("far_desk").standing, topic) == []
