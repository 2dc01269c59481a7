"""What the demonstration tells of topics, on the street of the tests."""

from datetime import datetime

import pytest

from shangju.core.scoping import EverywhereReason, everywhere
from shangju.demo.stage import read_scenes
from shangju.demo.topics import show_topics
from shangju.supervision.models import TaskForce
from shangju.topics.models import Topic
from tests.street import Street
from tests.supervised import task_force_of

pytestmark = pytest.mark.django_db


def test_one_topic_is_confirmed_and_led_one_waits_and_one_is_made_by_hand(
    street: Street, now: datetime
) -> None:
    with everywhere(EverywhereReason.DEMO):
        scene = next(each for each in read_scenes(on=now.date()) if each.grid == street.areas["grid"])
        show_topics(scene, now=now)
        told = [
            (topic.state, topic.lead_post, topic.memberships.count())
            for topic in Topic.objects.order_by("pk")
        ]
    worker = street.posts["grid_worker"]
    assert told == [("confirmed", worker, 2), ("confirmed", worker, 4), ("proposed", None, 3)]


def test_the_confirmed_one_is_given_to_the_task_force(street: Street, now: datetime) -> None:
    with everywhere(EverywhereReason.DEMO):
        force = task_force_of(street, now=now).task_force
        TaskForce.objects.filter(pk=force.pk).update(lead_post=street.posts["task_force"])
        scene = next(each for each in read_scenes(on=now.date()) if each.grid == street.areas["grid"])
        show_topics(scene, now=now)
        given = [(topic.state, topic.task_force) for topic in Topic.objects.order_by("pk")]
    assert given == [("confirmed", None), ("confirmed", force), ("proposed", None)]
