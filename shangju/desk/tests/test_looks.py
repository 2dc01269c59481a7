"""Looking at the contact in a case about a minor, page by page: ask, be allowed, look once (cases.md §7)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shangju.cases.models import Approval, Case, ContactReveal, ReporterContact
from shangju.cases.tests.stories import MARKERS, case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street, build_street

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WANTED = {"fields_needed": ["phone", "name"], "code": "call", "reason": "与监护人约时间"}


@pytest.fixture
def street() -> Street:
    return build_street()


@pytest.fixture
def case(street: Street) -> Case:
    return case_in(State.IN_PROGRESS, street, now=timezone.now() - timedelta(hours=2), concerns_minor=True)


def signed_in(street: Street, name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(street.users[name], backend=BACKEND)
    return client


def page_of(client: Client, case: Case, query: str = "") -> str:
    response = client.get(reverse("desk:case", args=[case.number]) + query)
    assert response.status_code == 200
    return response.content.decode()


def move(client: Client, case: Case, name: str, **values: object) -> int:
    return client.post(reverse("desk:move", args=[case.number, name]), values).status_code


def test_the_page_leads_from_asking_to_one_look(street: Street, case: Case) -> None:
    worker, officer = signed_in(street, "grid_worker"), signed_in(street, "officer")
    reveal = reverse("desk:reveal", args=[case.number])
    page = page_of(worker, case)
    assert "step=ask_reveal#move-ask_reveal" in page
    assert reveal not in page
    assert 'name="fields_needed"' in page_of(worker, case, "?step=ask_reveal")
    refused = worker.post(reveal, WANTED)
    assert refused.status_code == 422
    assert MARKERS["phone"] not in refused.content.decode()

    assert move(worker, case, "ask_reveal", **WANTED) == 302
    assert "waits for a decision" in page_of(worker, case)
    listed = officer.get(reverse("desk:approvals")).content.decode()
    assert WANTED["reason"] in listed
    with everywhere(EverywhereReason.VERIFICATION):
        asked_in = Approval.objects.get().event.sequence
    assert f'name="asked_in" value="{asked_in}"' in listed
    assert move(officer, case, "grant_reveal", asked_in=asked_in, back="approvals") == 302

    page = page_of(worker, case)
    assert reveal in page
    assert "You may look once" in page
    shown = worker.post(reveal, WANTED)
    assert shown.status_code == 200
    assert MARKERS["phone"] in shown.content.decode()
    again = worker.post(reveal, WANTED)
    assert again.status_code == 422
    assert MARKERS["phone"] not in again.content.decode()
    with everywhere(EverywhereReason.VERIFICATION):
        assert sorted(ContactReveal.objects.values_list("field", flat=True)) == ["name", "phone"]
    looks = signed_in(street, "secretary").get(reverse("supervision:reveals")).content.decode()
    assert f"Allowed by {street.posts['officer'].name}" in looks


def test_the_call_back_list_asks_first_and_then_shows_what_was_allowed(street: Street) -> None:
    case = case_in(State.RESOLVED, street, now=timezone.now() - timedelta(hours=2), concerns_minor=True)
    with everywhere(EverywhereReason.VERIFICATION):
        ReporterContact.objects.filter(case=case).update(prefers_call=True)
    officer, phone = signed_in(street, "officer"), reverse("desk:call_back_phone", args=[case.number])
    listed = officer.get(reverse("desk:call_backs")).content.decode()
    assert "step=ask_reveal" in listed
    assert phone not in listed
    assert MARKERS["phone"] not in officer.post(phone).content.decode()
    assert move(officer, case, "ask_reveal", **WANTED) == 302
    assert move(signed_in(street, "secretary"), case, "grant_reveal") == 302
    assert phone in officer.get(reverse("desk:call_backs")).content.decode()
    assert MARKERS["phone"] in officer.post(phone).content.decode()


def test_the_mark_is_set_beside_confidentiality_and_leaves_it_alone(street: Street) -> None:
    case = case_in(State.REGISTERED, street, now=timezone.now())
    officer = signed_in(street, "officer")
    assert move(officer, case, "protect", concerns_minor="yes") == 302
    with everywhere(EverywhereReason.VERIFICATION):
        marked = Case.objects.get(pk=case.pk)
    assert (marked.concerns_minor, marked.is_confidential) == (True, False)
    assert "About a minor" in page_of(officer, case)
    assert move(officer, case, "protect", concerns_minor="no") == 422
    assert move(officer, case, "protect", is_confidential="on") == 302
    with everywhere(EverywhereReason.VERIFICATION):
        marked = Case.objects.get(pk=case.pk)
    assert (marked.concerns_minor, marked.is_confidential) == (True, True)


def test_the_clerk_and_the_reporter_tick_it(street: Street) -> None:
    entry = {
        "text": "托管班晚上太吵", "area": "A1G1", "channel": "phone", "request_type": "complaint",
        "key": "desk-minor", "concerns_minor": "on",
    }  # fmt: skip
    assert signed_in(street, "officer").post(reverse("desk:enter"), entry).status_code == 302
    report = {"text": "托管班晚上太吵", "area": "A1G1", "request_type": "complaint", "key": "web-minor"}
    assert Client().post(reverse("public:report"), report | {"concerns_minor": "on"}).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        assert list(Case.objects.values_list("concerns_minor", flat=True)) == [True, True]
