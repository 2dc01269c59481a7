"""The pages of task forces: set up, members, cases given from the worklist and taken back, the brief as page and text."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shangju.cases.models import Case
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.desk.tests.test_supervision_desk import signed_in
from shangju.supervision.models import Entrustment, TaskForce, TaskForceMember
from tests.street import Street

pytestmark = pytest.mark.django_db


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def set_up(street: Street) -> TaskForce:
    """By the leader, through the pages."""
    leader = signed_in(street, "leader")
    day = timezone.localdate().isoformat()
    values = {
        "name": "噪声整治专班", "mandate": "治理噪声", "lead": f"post-{street.posts['task_force'].pk}", "starts_on": day,
    }  # fmt: skip
    assert leader.post(reverse("supervision:set_up_task_force"), values).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        force = TaskForce.objects.get()
    member = {"body": f"post-{street.posts['unit'].pk}", "role_word": "执法"}
    address = reverse("supervision:add_task_force_member", args=[force.pk])
    assert leader.post(address, member).status_code == 302
    return force


def overdue(street: Street) -> Case:
    return case_in(State.IN_PROGRESS, street, now=timezone.now() - timedelta(days=40))


def test_from_the_worklist_to_the_brief_and_back(street: Street) -> None:
    force, first, second = set_up(street), overdue(street), overdue(street)
    desk = signed_in(street, "task_force")
    listing = reverse("supervision:list")
    assert reverse("supervision:entrust") in text_of(desk, listing)
    address = f"{reverse('supervision:entrust')}?reason=overdue"
    fields = {"entrust-task_force": str(force.pk), "entrust-reason": "久拖未决", "words": ""}
    bare = desk.post(address, fields)
    assert (bare.status_code, "久拖未决" in bare.content.decode()) == (422, True), (
        "no case ticked: the words are kept"
    )
    given = desk.post(address, {**fields, "case": [first.number, "\0"]})
    assert (given.status_code, given["Location"]) == (302, f"{listing}?reason=overdue")
    narrowed = text_of(desk, f"{listing}?force={force.pk}")
    assert (first.number in narrowed, second.number in narrowed) == (True, False)
    page = text_of(desk, reverse("supervision:task_force", args=[force.pk]))
    assert all(word in page for word in (first.number, "久拖未决", "unit 1号"))
    assert second.number not in page
    brief = text_of(desk, reverse("supervision:brief", args=[force.pk]))
    assert first.number in brief
    text = desk.get(reverse("supervision:brief_text", args=[force.pk]))
    assert text["Content-Type"].startswith("text/plain")
    assert first.number in text.content.decode()
    for odd in ("", "长" * 1001, "已协调\0"):
        desk.post(reverse("supervision:release", args=[first.number]), {"reason": odd})
    back = desk.post(reverse("supervision:release", args=[first.number]), {"reason": "已协调完毕"})
    assert back["Location"] == reverse("supervision:task_force", args=[force.pk])
    with everywhere(EverywhereReason.VERIFICATION):
        assert list(Entrustment.objects.values_list("release_reason", flat=True)) == ["已协调完毕"]
    case_page = reverse("desk:case", args=[first.number])
    text_of(desk, listing)  # which tells that it was taken back
    assert case_page not in text_of(desk, f"{listing}?force={force.pk}")


def test_who_supervises_a_community_reads_and_writes_nothing(street: Street) -> None:
    force = set_up(street)
    secretary = signed_in(street, "secretary")
    assert "噪声整治专班" in text_of(secretary, reverse("supervision:task_forces"))
    page = text_of(secretary, reverse("supervision:task_force", args=[force.pk]))
    assert reverse("supervision:change_task_force", args=[force.pk]) not in page
    assert reverse("supervision:entrust") not in text_of(secretary, reverse("supervision:list"))


def test_a_wrong_form_keeps_what_was_written(street: Street) -> None:
    leader = signed_in(street, "leader")
    answer = leader.post(reverse("supervision:set_up_task_force"), {"name": "油烟专班", "mandate": ""})
    assert (answer.status_code, "油烟专班" in answer.content.decode()) == (422, True)
    force = set_up(street)
    again = {"body": f"post-{street.posts['unit'].pk}", "role_word": "执法"}
    answer = leader.post(reverse("supervision:add_task_force_member", args=[force.pk]), again)
    assert answer.status_code == 422
    with everywhere(EverywhereReason.VERIFICATION):
        member = TaskForceMember.objects.get()
    assert leader.post(reverse("supervision:end_task_force_member", args=[member.pk])).status_code == 302
    assert leader.post(reverse("supervision:end_task_force", args=[force.pk])).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        assert (
            TaskForce.objects.get().ends_on == TaskForceMember.objects.get().ends_on == timezone.localdate()
        )


@pytest.mark.parametrize("week", ["2026-02-30", "gestern", "", "0001-01-01", "9999-12-31"])
def test_an_odd_week_is_no_fault_of_the_page(street: Street, week: str) -> None:
    force = set_up(street)
    answer = signed_in(street, "leader").get(reverse("supervision:brief", args=[force.pk]), {"week": week})
    assert answer.status_code == 200
