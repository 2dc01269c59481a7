"""What the weekly brief says of topics: only of weeks in which the task force had them, and the same whenever it is made."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from shangju.cases.rules import staff
from shangju.posts.rights import forget_standing
from shangju.posts.stakes import declare_stake
from shangju.supervision.briefs import as_text, brief_of, monday_of
from shangju.supervision.models import TaskForce
from shangju.topics import services
from shangju.topics.briefs import topics_section
from shangju.topics.models import Topic
from shangju.topics.tests.test_giving import force_of
from shangju.topics.tests.test_topics import OTHER, confirmed, reported
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
Happening = Callable[[Street, Topic, datetime], None]


def lines(
    street: Street, force: TaskForce, at: datetime, *, weeks: int = 0, who: str = "leader"
) -> list[str]:
    """The lines of the week of ``at``, or of one before or after it, made at ``at`` or later."""
    week = monday_of(timezone.localdate(at)) + weeks * WEEK
    standing = staff(street.users[who]).standing
    with override("en"):
        return topics_section(force, week=week, standing=standing, now=at + abs(weeks) * WEEK).lines


def given(street: Street, now: datetime) -> tuple[Topic, TaskForce]:
    topic, force = confirmed(street, now=now), force_of(street, now)
    services.give_topic(
        topic,
        task_force=force,
        reason="涉及两家，\n电话13800005678。",
        by=street.staff("leader"),
        now=now + HOUR,
    )
    return topic, force


def take_in(street: Street, topic: Topic, at: datetime) -> None:
    for number in (70, 71):
        case = reported(street, OTHER, now=at, number=number)
        services.take_in_cases(topic, numbers=[case.number], by=street.staff("officer"), now=at)


def name_lead(street: Street, topic: Topic, at: datetime) -> None:
    services.name_lead(topic, post=street.posts["unit"], by=street.staff("officer"), now=at)


def settle(street: Street, topic: Topic, at: datetime) -> None:
    services.settle_topic(topic, outcome="铺了减震垫。", by=street.staff("officer"), now=at)


def dismiss(street: Street, topic: Topic, at: datetime) -> None:
    services.dismiss_topic(topic, reason="不是一回事", by=street.staff("officer"), now=at)


def take_back(street: Street, topic: Topic, at: datetime) -> None:
    services.take_topic_back(topic, reason="已协调完毕", by=street.staff("leader"), now=at)


def nothing(_street: Street, _topic: Topic, _at: datetime) -> None:
    pass


STILL = ["Nothing moved in “健身房跳操震动”."]


@pytest.mark.parametrize(
    ("happens", "told", "afterwards"),
    [
        (nothing, STILL, STILL),
        (take_in, ["“健身房跳操震动”: cases taken in."], STILL),
        (name_lead, ["“健身房跳操震动”: named who leads."], STILL),
        (settle, ["“健身房跳操震动” was settled: 铺了减震垫."], []),
        (dismiss, ["“健身房跳操震动” turned out to be no one matter: 不是一回事."], []),
        (take_back, ["Taken back: “健身房跳操震动”. Reason: 已协调完毕."], []),
    ],
)
def test_week_by_week(
    street: Street, now: datetime, happens: Happening, told: list[str], afterwards: list[str]
) -> None:
    """The week of the giving, the next in which something happens, and the one after it."""
    topic, force = given(street, now)
    happens(street, topic, now + WEEK)
    (first,) = lines(street, force, now + 2 * HOUR)
    assert first.startswith("“健身房跳操震动”, given on ")
    assert "涉及两家" in first
    assert "13800005678" not in first
    assert lines(street, force, now + WEEK + HOUR) == told
    assert lines(street, force, now + 2 * WEEK) == afterwards
    assert lines(street, force, now + 2 * WEEK, weeks=-1) == told, "made again, it reads the same"
    assert lines(street, force, now, weeks=-1) == []


def test_what_is_done_after_it_was_taken_back_is_another_task_forces(street: Street, now: datetime) -> None:
    topic, force = given(street, now)
    other = TaskForce.objects.create(
        area=force.area, name="油烟专班", mandate="油烟", lead_post=force.lead_post, starts_on=force.starts_on
    )
    take_back(street, topic, now + WEEK)
    services.give_topic(
        topic, task_force=other, reason="改由油烟专班办", by=street.staff("leader"), now=now + WEEK + HOUR
    )
    name_lead(street, topic, now + WEEK + 2 * HOUR)
    later = now + WEEK + 3 * HOUR
    assert [line.split("：")[0].split(":")[0] for line in lines(street, force, later)] == ["Taken back"]
    assert [("given on" in line, "named who leads" in line) for line in lines(street, other, later)] == [
        (True, False),
        (False, True),
    ]


def test_a_reader_with_a_stake_is_told_nothing_of_it(street: Street, now: datetime) -> None:
    _topic, force = given(street, now)
    leader = street.users["leader"]
    declare_stake(leader, reason="own_home", by=leader, now=now, building=street.areas["building"])
    forget_standing(leader)
    assert lines(street, force, now + 2 * HOUR) == []
    assert len(lines(street, force, now + 2 * HOUR, who="task_force")) == 1


def test_the_brief_has_it_as_a_section_of_its_own(street: Street, now: datetime) -> None:
    _topic, force = given(street, now)
    week, standing = monday_of(timezone.localdate(now)), street.staff("leader").standing
    later = now + 2 * HOUR
    section = topics_section(force, week=week, standing=standing, now=later)
    brief = brief_of(force, week=week, standing=standing, now=later, further=[section])
    assert brief.sections[-1] is section
    assert section.lines[0] in as_text(brief)
    plain = brief_of(force, week=week, standing=standing, now=later)
    assert len(brief.sections) == len(plain.sections) + 1
