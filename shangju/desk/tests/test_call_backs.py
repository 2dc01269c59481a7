"""Whom to call today: not one's own work, elders first, and the result in one tap."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shangju.cases.call_backs import to_call_back
from shangju.cases.models import Case, ContactReveal, ReporterContact
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, area_scope, everywhere
from shangju.notices.models import Notice
from shangju.notices.telling import tell_of_events
from shangju.posts.rights import standing_of
from tests.street import Street, build_street

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def street() -> Street:
    return build_street()


def resolved(street: Street, *, due_in: timedelta = timedelta(0), prefers_call: bool = False) -> Case:
    now = timezone.now()
    case = case_in(State.RESOLVED, street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(due_step="call_back", due_at=now + due_in)
        ReporterContact.objects.update_or_create(
            case=case, defaults={"phone": "13800005678", "prefers_call": prefers_call, "may_be_called": True}
        )
    return case


def listed(street: Street, name: str) -> list[int]:
    standing = standing_of(street.users[name])
    with area_scope(standing.scope):
        return [case.pk for case in to_call_back(standing, now=timezone.now())]


def signed_in(street: Street, name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(street.users[name], backend=BACKEND)
    return client


def test_what_is_due_today_and_who_wants_to_be_called_first(street: Street) -> None:
    due = resolved(street)
    resolved(street, due_in=timedelta(days=3))
    elder = resolved(street, due_in=timedelta(days=3), prefers_call=True)
    assert listed(street, "officer") == [elder.pk, due.pk]


def test_neither_whoever_worked_on_it_nor_other_areas_nor_behind_the_wall(street: Street) -> None:
    case = resolved(street)
    assert listed(street, "task_force") == [case.pk]
    for name in (
        "grid_worker",
        "building_head",
        "other_officer",
        "far_desk",
        "officer_with_shop",
        "resident",
    ):
        assert listed(street, name) == [], name
    with everywhere(EverywhereReason.VERIFICATION):
        case.events.filter(kind="contact").update(by=street.users["task_force"])
        case.events.filter(kind="resolve").update(by=street.users["task_force"])
    assert listed(street, "task_force") == []


def test_one_tap_records_and_leads_back_to_the_list(street: Street) -> None:
    case = resolved(street, prefers_call=True)
    client, page = signed_in(street, "officer"), reverse("desk:call_backs")
    assert "Try 1 of 3" in client.get(page).content.decode()
    move = reverse("desk:move", args=[case.number, "confirm"])
    assert client.post(move, {"back": "call_backs"})["Location"] == page
    shown = client.get(page).content.decode()
    assert "Try 2 of 3" in shown
    done = {"back": "call_backs", "reached": "on", "solved": "yes", "satisfaction": "satisfied"}
    assert client.post(move, done)["Location"] == page
    assert "Nobody is to be called today" in client.get(page).content.decode()
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.get(pk=case.pk).state == State.CLOSED


def test_the_phone_is_masked_until_asked_for_and_the_look_recorded(street: Street) -> None:
    case = resolved(street)
    client = signed_in(street, "officer")
    assert "13800005678" not in client.get(reverse("desk:call_backs")).content.decode()
    shown = client.post(reverse("desk:call_back_phone", args=[case.number]))
    assert "tel:13800005678" in shown.content.decode()
    with everywhere(EverywhereReason.VERIFICATION):
        looks = ContactReveal.objects.values_list("by__username", "code", "field", "reason")
        reason = "Call-back of a resolved case"
        assert set(looks) == {("officer", "call", field, reason) for field in ("name", "phone")}
    assert (
        signed_in(street, "grid_worker").post(reverse("desk:call_back_phone", args=[case.number])).status_code
        == 403
    )


@pytest.mark.parametrize("prefers_call", [False, True])
def test_who_wants_to_be_called_gets_no_text_message_with_the_result(
    street: Street, prefers_call: bool
) -> None:
    resolved(street, prefers_call=prefers_call)
    tell_of_events(timezone.now())
    with everywhere(EverywhereReason.VERIFICATION):
        kinds = set(Notice.objects.filter(channel="sms").values_list("event__kind", flat=True))
    assert ("resolve" in kinds) is not prefers_call
    assert "accept" in kinds
