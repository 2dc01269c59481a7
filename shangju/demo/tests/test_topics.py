"""What the demonstration tells of topics, on the street of the tests."""

from datetime import datetime

import pytest

from shangju.core.scoping import EverywhereReason, everywhere
from shangju.demo.stage import read_scenes
from shangju.demo.topics import show_topics
from shangju.topics.models import Topic
from tests.street import Street

pytestmark = pytest.mark.django_db


def test_one_topic_is_confirmed_and_led_and_one_waits(street: Street, now: datetime) -> None:
    with everywhere(EverywhereReason.DEMO):
        scene = next(each for each in read_scenes(on=now.date()) if each.grid == street.areas["grid"])
        show_topics(scene, now=now)
        told = {topic.state: (topic.lead_post, topic.memberships.count()) for topic in Topic.objects.all()}
    assert told == {"confirmed": (street.posts["grid_worker"], 4), "proposed": (None, 3)}
