"""The pages of topics: the worklist, a topic with its steps, and the card on the case page."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shangju.cases.intake import ContactDetails
from shangju.cases.models import Case
from shangju.cases.tests.stories import raised
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.topics.models import Topic
from shangju.topics.proposing import look_for_topics
from shangju.topics.workflow import CaseStanding, TopicState
from tests.street import Street

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TEXTS = ("健身房跳操，楼板跟着震，睡不着", "楼下健身房跳操，楼板跟着震", "又是健身房跳操，楼板跟着震")


def browser(street: Street, name: str) -> Client:
    client = Client()
    client.force_login(street.users[name], backend=BACKEND)
    return client


@pytest.fixture
def topic(street: Street) -> Topic:
    """Three like cases, as the worker proposes them."""
    now: datetime = timezone.now()
    for number, text in enumerate(TEXTS):
        contact = ContactDetails(phone=f"1380000000{number}")
        raised(street, now=now - timedelta(days=3 - number), text=text, contact=contact)
    look_for_topics(now)
    with everywhere(EverywhereReason.VERIFICATION):
        return Topic.objects.get()


def stored(topic: Topic) -> Topic:
    with everywhere(EverywhereReason.VERIFICATION):
        return Topic.objects.select_related("lead_post").get(pk=topic.pk)


def cases_of(topic: Topic) -> list[Case]:
    with everywhere(EverywhereReason.VERIFICATION):
        return list(Case.objects.filter(topic_memberships__topic=topic).order_by("pk"))


def test_from_the_proposal_to_the_outcome(street: Street, topic: Topic) -> None:
    officer = browser(street, "officer")
    page = officer.get(reverse("topics:list")).content.decode()
    assert topic.title in page
    assert "健身房" in page
    steps = {
        "confirm": {"title": "健身房跳操震动"},
        "name_lead": {"post": str(street.posts["grid_worker"].pk)},
        "settle": {"outcome": "铺了减震垫，晚八点后不跳操"},
    }
    for move, values in steps.items():
        shown = officer.get(reverse("topics:topic", args=[topic.pk])).content.decode()
        assert f'id="move-{move}"' in shown
        answer = officer.post(reverse("topics:move", args=[topic.pk, move]), values)
        assert (answer.status_code, answer.headers["Location"]) == (
            302,
            reverse("topics:topic", args=[topic.pk]),
        ), move
    found = stored(topic)
    assert (found.state, found.title, found.outcome) == (
        TopicState.SETTLED,
        "健身房跳操震动",
        "铺了减震垫，晚八点后不跳操",
    )
    assert found.lead_post == street.posts["grid_worker"]
    assert topic.title not in officer.get(reverse("topics:list")).content.decode()
    assert "健身房跳操震动" in officer.get(reverse("topics:list") + "?state=settled").content.decode()


def test_a_refusal_keeps_what_was_typed(street: Street, topic: Topic) -> None:
    officer = browser(street, "officer")
    answer = officer.post(
        reverse("topics:move", args=[topic.pk, "confirm"]), {"title": "健身房 电话13800005678"}
    )
    assert answer.status_code == 422
    assert "健身房 电话13800005678" in answer.content.decode()
    assert stored(topic).state == TopicState.PROPOSED
    unknown = officer.post(reverse("topics:move", args=[topic.pk, "take_in"]), {"number": "没有的号"})
    assert unknown.status_code == 422
    assert "没有的号" in unknown.content.decode()
    assert officer.post(reverse("topics:move", args=[topic.pk, "propose"])).status_code == 404


def test_taking_out_the_last_own_case_leads_back_to_the_list(street: Street, topic: Topic) -> None:
    officer = browser(street, "officer")
    for case in cases_of(topic):
        answer = officer.post(reverse("topics:move", args=[topic.pk, "take_out"]), {"number": case.number})
        assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("topics:list")
    with everywhere(EverywhereReason.VERIFICATION):
        standings = set(topic.memberships.values_list("standing", flat=True))
    assert standings == {CaseStanding.TAKEN_OUT}


def test_the_case_page_names_the_topic_to_its_keepers_only(street: Street, topic: Topic) -> None:
    (case, *_others) = cases_of(topic)
    link = f'href="{reverse("topics:topic", args=[topic.pk])}"'
    address = reverse("desk:case", args=[case.number])
    assert link in browser(street, "officer").get(address).content.decode()
    with everywhere(EverywhereReason.VERIFICATION):
        Topic.objects.filter(pk=topic.pk).update(lead_post=street.posts["grid_worker"])
    assert link in browser(street, "grid_worker").get(address).content.decode()
    assert browser(street, "grid_worker").get(reverse("topics:topic", args=[topic.pk])).status_code == 200
    assert link not in browser(street, "grid_secretary").get(address).content.decode()


def test_nobody_else_finds_it(street: Street, topic: Topic) -> None:
    for name in ("other_officer", "far_desk", "grid_worker"):
        client = browser(street, name)
        assert client.get(reverse("topics:topic", args=[topic.pk])).status_code == 404, name
        assert topic.title not in client.get(reverse("topics:list")).content.decode(), name
