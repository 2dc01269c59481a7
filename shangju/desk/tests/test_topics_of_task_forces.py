"""A topic given to a task force on its page: with its cases, on the page of the task force, in the list and in the brief."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shangju.cases.models import Case
from shangju.cases.tests.stories import raised
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.desk.tests.test_supervision_desk import signed_in
from shangju.desk.tests.test_task_force_pages import set_up, text_of
from shangju.desk.tests.test_topic_pages import cases_of, stored, topic
from shangju.supervision.models import Entrustment, TaskForce
from shangju.topics.models import Topic
from shangju.topics.services import confirm_topic, give_topic
from tests.permission_objects import topic_of
from tests.street import Street

__all__ = ["topic"]
pytestmark = pytest.mark.django_db
AT_MOST = 15


@pytest.fixture
def force(street: Street) -> TaskForce:
    return set_up(street)


@pytest.fixture
def confirmed(street: Street, topic: Topic) -> Topic:
    with everywhere(EverywhereReason.VERIFICATION):
        return confirm_topic(topic, title="健身房跳操震动", by=street.staff("officer"), now=timezone.now())


def move(topic: Topic, name: str) -> str:
    return reverse("topics:move", args=[topic.pk, name])


def given_cases() -> dict[str, str]:
    with everywhere(EverywhereReason.VERIFICATION):
        rows = Entrustment.objects.filter(released_at__isnull=True).select_related("task_force")
        return dict(rows.values_list("case__number", "task_force__name"))


def ticked(page: str) -> set[str]:
    """The numbers of the boxes that are ticked."""
    boxes = [piece.split(">")[0] for piece in page.split("<input")[1:]]
    return {
        box.split('value="')[1].split('"')[0] for box in boxes if 'name="case"' in box and "checked" in box
    }


def test_given_with_its_cases_shown_everywhere_and_taken_back(
    street: Street, confirmed: Topic, force: TaskForce
) -> None:
    desk, numbers = signed_in(street, "task_force"), [case.number for case in cases_of(confirmed)]
    page_of_topic = reverse("topics:topic", args=[confirmed.pk])
    page = text_of(desk, page_of_topic)
    assert ticked(page) == set(numbers), "all are ticked to begin with"
    values = {"task_force": str(force.pk), "reason": "涉及两家单位", "case": numbers[:2]}
    answer = desk.post(move(confirmed, "give"), values)
    assert (answer.status_code, answer["Location"]) == (302, page_of_topic)
    assert stored(confirmed).task_force_id == force.pk
    assert given_cases() == dict.fromkeys(numbers[:2], force.name)
    page = text_of(desk, page_of_topic)
    page_of_force = reverse("supervision:task_force", args=[force.pk])
    assert f'href="{page_of_force}"' in page
    assert 'id="move-give"' not in page
    assert "涉及两家单位" in page
    assert f'href="{page_of_topic}"' in text_of(desk, page_of_force)
    for name in ("brief", "brief_text"):
        brief = desk.get(reverse(f"supervision:{name}", args=[force.pk])).content.decode()
        assert "“健身房跳操震动”" in brief.replace("&quot;", '"'), name
        assert "涉及两家单位" in brief, name
    back = desk.post(move(confirmed, "take_back"), {"reason": "已协调完毕"})
    assert back.status_code == 302
    assert stored(confirmed).task_force_id is None
    assert given_cases() == dict.fromkeys(numbers[:2], force.name), "its cases stay with it"
    assert f'href="{page_of_topic}"' not in text_of(desk, page_of_force)


def test_a_case_that_refuses_says_why_and_holds_no_other_back(
    street: Street, confirmed: Topic, force: TaskForce
) -> None:
    leader, numbers = signed_in(street, "leader"), [case.number for case in cases_of(confirmed)]
    first = {"entrust-task_force": str(force.pk), "entrust-reason": "久拖未决", "case": numbers[:1]}
    assert leader.post(reverse("supervision:entrust"), first).status_code == 302
    page = text_of(leader, reverse("topics:topic", args=[confirmed.pk]))
    assert ticked(page) == set(numbers[1:]), "what a task force has is not ticked"
    values = {"task_force": str(force.pk), "reason": "跨社区", "case": numbers}
    answer = leader.post(move(confirmed, "give"), values, follow=True)
    assert f"{numbers[0]}: " in answer.content.decode()
    assert given_cases() == dict.fromkeys(numbers, force.name)
    assert stored(confirmed).task_force_id == force.pk


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"task_force": "999"}, {"case": ["没有的号"]}])
def test_a_wrong_form_keeps_what_was_written_and_gives_nothing(
    street: Street, confirmed: Topic, force: TaskForce, wrong: dict[str, object]
) -> None:
    number = cases_of(confirmed)[0].number
    values = {"task_force": str(force.pk), "reason": "涉及两家单位", "case": [number], **wrong}
    answer = signed_in(street, "leader").post(move(confirmed, "give"), values)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert ("涉及两家单位" in page) == ("reason" not in wrong)
    assert ticked(page) == (set() if "case" in wrong else {number}), "the ticks are kept as well"
    assert (stored(confirmed).task_force_id, given_cases()) == (None, {})


@pytest.mark.parametrize("name", ["officer", "secretary", "duty_desk"])
def test_who_keeps_topics_but_gives_no_cases_sees_the_name_and_changes_nothing(
    street: Street, confirmed: Topic, force: TaskForce, name: str
) -> None:
    client, page_of_topic = signed_in(street, name), reverse("topics:topic", args=[confirmed.pk])
    assert 'id="move-give"' not in text_of(client, page_of_topic)
    values = {"task_force": str(force.pk), "reason": "涉及两家单位"}
    assert client.post(move(confirmed, "give"), values).status_code == 403
    assert stored(confirmed).task_force_id is None
    signed_in(street, "leader").post(move(confirmed, "give"), values)
    page = text_of(client, page_of_topic)
    assert force.name in page
    link = f'href="{reverse("supervision:task_force", args=[force.pk])}"'
    assert (link in page) == (name == "secretary"), "a link only to whom the page is open"
    assert client.post(move(confirmed, "take_back"), {"reason": "不需要"}).status_code == 403
    assert stored(confirmed).task_force_id == force.pk


def test_without_a_task_force_at_work_there_is_nothing_to_choose(street: Street, confirmed: Topic) -> None:
    page = text_of(signed_in(street, "leader"), reverse("topics:topic", args=[confirmed.pk]))
    assert 'id="move-give"' not in page


def test_the_list_narrowed_to_a_task_force(street: Street, confirmed: Topic, force: TaskForce) -> None:
    leader, now = signed_in(street, "leader"), timezone.now()
    address = reverse("topics:list")
    assert 'name="force"' not in text_of(leader, address), "nothing to choose from yet"
    with everywhere(EverywhereReason.VERIFICATION):
        other = topic_of(case_beside(street), now=now)
        confirm_topic(other, title="吊扇噪音", by=street.staff("officer"), now=now)
        give_topic(confirmed, task_force=force, reason="跨社区", by=street.staff("leader"), now=now)
    everything = text_of(leader, f"{address}?state=confirmed")
    assert all(title in everything for title in ("健身房跳操震动", "吊扇噪音", 'name="force"'))
    narrowed = text_of(leader, f"{address}?state=confirmed&force={force.pk}")
    assert ("健身房跳操震动" in narrowed, "吊扇噪音" in narrowed) == (True, False)
    assert f"?state=settled&amp;force={force.pk}" in narrowed, "the tabs keep it"
    for odd in ("999", "x", "-1"):
        assert "吊扇噪音" in text_of(leader, f"{address}?state=confirmed&force={odd}")


def case_beside(street: Street) -> Case:
    """A case that no topic holds."""
    return raised(street, now=timezone.now() - timedelta(days=1), text="吊扇嗡嗡响")


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["leader", "task_force"])
def test_the_pages_cost_the_same_for_one_topic_and_for_ten(
    street: Street, confirmed: Topic, force: TaskForce, name: str
) -> None:
    client = Client()
    client.force_login(street.users[name], backend=settings.AUTHENTICATION_BACKENDS[-1])
    now, by = timezone.now(), street.staff("leader")
    pages = {
        "the topic before": reverse("topics:topic", args=[confirmed.pk]),
        "the list": f"{reverse('topics:list')}?state=confirmed&force={force.pk}",
        "the task force": reverse("supervision:task_force", args=[force.pk]),
        "its brief": reverse("supervision:brief", args=[force.pk]),
    }
    before = statements(client, pages.pop("the topic before"))
    with everywhere(EverywhereReason.VERIFICATION):
        give_topic(confirmed, task_force=force, reason="跨社区", by=by, now=now)
    few = {name: statements(client, address) for name, address in pages.items()}
    with everywhere(EverywhereReason.VERIFICATION):
        for _each in range(9):
            one = topic_of(case_beside(street), now=now)
            confirm_topic(one, title="吊扇噪音", by=by, now=now)
            give_topic(one, task_force=force, reason="跨社区", by=by, now=now)
    many = {name: statements(client, address) for name, address in pages.items()}
    assert many == few
    assert max(before, *many.values()) <= AT_MOST, (before, many)
