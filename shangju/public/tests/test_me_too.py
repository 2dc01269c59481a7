"""The resident's way to "me too": offered before sending, without JavaScript, nothing lost, nothing betrayed."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shangju.cases.models import Case, Endorsement
from shangju.cases.tests.stories import MARKERS, WORDS, case_in, raised
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.public.device import COOKIE
from tests.street import Street

pytestmark = pytest.mark.django_db
LIKE = {
    "text": "屋里嗡嗡的噪音困扰很久",
    "area": "A1G1",
    "address": "东里1幢3单元",
    "request_type": "complaint",
    "key": "web-1",
    "phone": "13911112222",
    "may_be_called": "on",
}


def cases() -> list[Case]:
    with everywhere(EverywhereReason.VERIFICATION):
        return list(Case.objects.order_by("pk"))


def endorsements() -> list[Endorsement]:
    with everywhere(EverywhereReason.VERIFICATION):
        return list(Endorsement.objects.order_by("pk"))


def hidden_values(page: str) -> dict[str, str]:
    """What the hidden fields of a page send on."""
    found = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', page)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


@pytest.fixture
def earlier(street: Street) -> Case:
    return raised(street, now=timezone.now() - timedelta(days=1))


def test_a_like_report_is_shown_before_anything_is_stored(earlier: Case) -> None:
    answer = Client().post(reverse("public:report"), LIKE)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert earlier.tracking_print in page
    assert len(cases()) == 1
    for secret in (WORDS, earlier.number, earlier.title, earlier.tracking_code, *MARKERS.values()):
        assert secret not in page


def test_none_of_these_sends_mine_with_everything_that_was_entered(earlier: Case) -> None:
    client = Client()
    page = client.post(reverse("public:report"), LIKE).content.decode()
    answer = client.post(reverse("public:report"), hidden_values(page) | {"none_of_these": "1"})
    assert answer.status_code == 302
    mine = cases()[1]
    assert (mine.text, mine.place_note) == (LIKE["text"], "东里1幢")
    with everywhere(EverywhereReason.VERIFICATION):
        assert mine.reporter_contact.phone == LIKE["phone"]
        assert mine.reporter_contact.may_be_called
    assert endorsements() == []


def test_me_too_by_the_page_alone_gives_a_code_and_a_page_of_ones_own(earlier: Case) -> None:
    client = Client()
    page = client.post(reverse("public:report"), LIKE).content.decode()
    answer = client.post(reverse("public:me_too"), hidden_values(page) | {"case": earlier.tracking_print})
    assert answer["Location"] == reverse("public:endorsed")
    (row,) = endorsements()
    code = f"{row.tracking_code[:4]}-{row.tracking_code[4:8]}-{row.tracking_code[8:]}"
    assert code in client.get(reverse("public:endorsed")).content.decode()
    assert client.get(reverse("public:endorsed")).status_code == 302
    assert (row.phone, row.words, row.case_id) == (LIKE["phone"], LIKE["text"], earlier.pk)
    assert len(cases()) == 1
    follow = client.post(reverse("public:track"), {"code": code.lower()})
    assert follow["Location"] == reverse("public:endorsement", args=[code])
    shown = client.get(follow["Location"])
    assert shown["Cache-Control"] == "private, no-store"
    for secret in (WORDS, earlier.number, earlier.title, *MARKERS.values()):
        assert secret not in shown.content.decode()


def test_the_device_counts_once_whatever_else_is_said(earlier: Case) -> None:
    client = Client()
    client.post(reverse("public:report"), LIKE)
    assert COOKIE in client.cookies
    first = client.post(reverse("public:me_too"), LIKE | {"case": earlier.tracking_print})
    again = client.post(
        reverse("public:me_too"), LIKE | {"key": "web-2", "phone": "", "case": earlier.tracking_print}
    )
    assert (first.status_code, again.status_code) == (302, 409)
    assert LIKE["text"] in again.content.decode()
    assert len(endorsements()) == 1


def test_a_forged_mark_of_a_device_is_none(earlier: Case) -> None:
    client = Client()
    client.cookies[COOKIE] = "made-up"
    client.post(reverse("public:me_too"), LIKE | {"case": earlier.tracking_print})
    assert len(endorsements()) == 1
    assert client.cookies[COOKIE].value != "made-up"


@pytest.mark.parametrize("key", ["", "unknown", "\0", "x" * 500])
def test_an_unknown_case_loses_nothing_of_the_form(earlier: Case, key: str) -> None:
    answer = Client().post(reverse("public:me_too"), LIKE | {"case": key})
    assert answer.status_code == 409
    assert LIKE["text"] in answer.content.decode()
    assert endorsements() == []


def test_anonymous_keeps_no_phone_and_who_would_not_be_called_gets_no_message(earlier: Case) -> None:
    for number, change in enumerate(({"is_anonymous": "on"}, {"may_be_called": ""})):
        values = LIKE | {"key": f"web-{number}", "case": earlier.tracking_print} | change
        Client().post(reverse("public:me_too"), {name: value for name, value in values.items() if value})
    anonymous, uncalled = endorsements()
    assert (anonymous.phone, anonymous.phone_print) == ("", "")
    assert uncalled.phone == ""
    assert uncalled.phone_print != ""


def test_the_report_sent_twice_is_not_offered_itself(street: Street) -> None:
    client = Client()
    first = client.post(reverse("public:report"), LIKE)
    second = client.post(reverse("public:report"), LIKE)
    assert (first.status_code, second.status_code) == (302, 302)
    assert len(cases()) == 1


def test_who_joined_takes_it_back_on_their_page(earlier: Case) -> None:
    client = Client()
    client.post(reverse("public:me_too"), LIKE | {"case": earlier.tracking_print})
    (row,) = endorsements()
    address = reverse("public:withdraw_endorsement", args=[row.tracking_code])
    assert client.post(address).status_code == 302
    (row,) = endorsements()
    assert (row.withdrawn_at is None, row.phone, cases()[0].me_too_count) == (False, "", 0)
    assert client.get(reverse("public:endorsement", args=[row.tracking_code])).status_code == 200
    assert client.get(reverse("public:endorsement", args=["0000-0000-00000"])).status_code == 404


def test_the_page_of_who_joined_tells_the_result_in_a_word(street: Street) -> None:
    case = case_in(State.IN_PROGRESS, street, now=timezone.now() - timedelta(hours=2))
    client = Client()
    client.post(reverse("public:me_too"), LIKE | {"case": case.tracking_print})
    (row,) = endorsements()
    address = reverse("public:endorsement", args=[row.tracking_code])
    assert "Solved" not in client.get(address, headers={"Accept-Language": "en"}).content.decode()
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(outcome="solved")
    assert "Solved" in client.get(address, headers={"Accept-Language": "en"}).content.decode()


def test_a_resident_who_is_signed_in_finds_it_among_their_own(earlier: Case, street: Street) -> None:
    client = Client()
    client.force_login(
        street.users["resident"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    client.post(reverse("public:me_too"), LIKE | {"case": earlier.tracking_print})
    (row,) = endorsements()
    page = client.get(reverse("my:reports")).content.decode()
    assert row.tracking_code[:4] in page
    for secret in (WORDS, earlier.number, earlier.title, *MARKERS.values()):
        assert secret not in page
