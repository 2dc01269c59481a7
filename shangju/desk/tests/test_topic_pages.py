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


def two_cases(street: Street) -> list[Case]:
    """Two cases of no like words."""
    now = timezone.now()
    return [
        raised(street, now=now, text=text) for text in ("菜场门口垃圾没有人清运", "路灯不亮，晚上看不清台阶")
    ]


def test_ticked_cases_become_a_topic(street: Street) -> None:
    first, second = two_cases(street)
    officer, address = browser(street, "officer"), reverse("topics:gather")
    assert 'name="case"' not in browser(street, "grid_worker").get(reverse("desk:worklist")).content.decode()
    page = officer.get(reverse("desk:worklist")).content.decode()
    assert f'action="{address}"' in page
    assert f'name="case" value="{second.number}"' in page
    asked = officer.get(address, {"case": [first.number, second.number]})
    assert asked.status_code == 200
    assert all(f'value="{case.number}" id' in asked.content.decode() for case in (first, second))
    given = {"case": [first.number], "more": f" {second.number}，", "into": "", "title": "", "post": ""}
    refused = officer.post(f"{address}?case={first.number}", given)
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"title", "post"})
    assert f'value=" {second.number}，"' in refused.content.decode()
    given |= {"title": "街面环境", "post": str(street.posts["grid_worker"].pk)}
    answer = officer.post(f"{address}?case={first.number}", given)
    with everywhere(EverywhereReason.VERIFICATION):
        topic = Topic.objects.get()
        held = {row.case_id for row in topic.memberships.all()}
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("topics:topic", args=[topic.pk]))
    assert (topic.title, held) == ("街面环境", {first.pk, second.pk})
    assert "put them together by hand" in read_in_english(officer, answer.headers["Location"])


def read_in_english(client: Client, address: str) -> str:
    return client.get(address, headers={"accept-language": "en"}).content.decode()


def test_a_case_joins_an_open_topic_from_its_page(street: Street, topic: Topic) -> None:
    case, hidden = two_cases(street)
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=hidden.pk).update(is_confidential=True)
    officer, address = browser(street, "officer"), reverse("topics:gather")
    link = f'href="{address}?case={case.number}"'
    assert link in officer.get(reverse("desk:case", args=[case.number])).content.decode()
    assert (
        address
        not in browser(street, "grid_worker").get(reverse("desk:case", args=[case.number])).content.decode()
    )
    for without in (hidden, cases_of(topic)[0]):
        assert address not in officer.get(reverse("desk:case", args=[without.number])).content.decode()
    given = {"case": [case.number, hidden.number], "into": str(topic.pk)}
    assert officer.post(address, given).status_code == 422, "what may not be grouped is no choice of the form"
    assert len(cases_of(topic)) == 3
    answer = officer.post(address, {"case": case.number, "into": str(topic.pk)})
    assert answer.headers["Location"] == reverse("topics:topic", args=[topic.pk])
    assert case in cases_of(topic)
    assert stored(topic).state == TopicState.PROPOSED


def test_the_supervision_desk_hands_its_ticks_on(street: Street) -> None:
    numbers = [case.number for case in two_cases(street)]
    leader = browser(street, "leader")
    page = leader.post(reverse("topics:gather"), {"case": numbers, "words": "", "reason": ""})
    assert page.status_code == 200
    assert page.context["form"].errors == {}
    assert all(f'value="{number}" id' in page.content.decode() for number in numbers)
    for client, chosen in ((leader, []), (browser(street, "far_desk"), numbers)):
        answer = client.post(reverse("topics:gather"), {"case": chosen})
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("desk:worklist"))


def test_what_no_column_can_hold_names_no_case(street: Street) -> None:
    answer = browser(street, "leader").post(reverse("topics:gather"), {"case": "AX\0"})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("desk:worklist"))
