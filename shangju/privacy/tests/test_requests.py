"""Requests about one's own data: every state and move, the clock, what a yes does, who may, and who is told."""

import io
import json
import zipfile
from datetime import datetime
from itertools import product

import pytest
from django.test import Client
from django.utils import timezone

from shangju.accounts.models import Person
from shangju.cases.endorsement import MeToo, endorse
from shangju.cases.intake import ContactDetails
from shangju.cases.models import Case, ReporterContact
from shangju.cases.reporter import phone_print, reveal_contact
from shangju.cases.rules import REPORTER, Actor
from shangju.cases.tests.stories import MARKERS, case_in, raised
from shangju.cases.workflow import State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.scoping import area_scope
from shangju.deadlines.engine import compute_deadline
from shangju.deadlines.queries import calendar_for
from shangju.notices.models import Notice
from shangju.notices.services import send_notices
from shangju.notices.telling import tell_of_events
from shangju.posts.rights import standing_of
from shangju.privacy.export import data_of_case, zipped
from shangju.privacy.models import CaseErasure, DataRequest, DataRequestEvent
from shangju.privacy.requests import (
    Answering,
    Asking,
    answer_request,
    ask_about_account,
    ask_about_case,
    forget_contact,
    withdraw_request,
)
from shangju.privacy.rules import may_answer, requests_to_answer
from shangju.privacy.telling import note_told
from shangju.privacy.workflow import ANSWER_LIMIT, MOVES_OF_STAFF, REQUEST_MOVES, RequestMove, RequestState
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

YES = Answering("grant", answer="已更正。")
NO = Answering("refuse", "still_needed", "事项仍在办理，需要与您联系。")
TAKE = Answering("take")
CORRECTION = Asking("correction", new_name="某居民改", new_phone="139 0000 1234")


def asked(street: Street, now: datetime, asking: Asking = CORRECTION, **fields: object) -> DataRequest:
    return ask_about_case(raised(street, now=now, **fields), asking, by=REPORTER, now=now)


def desk(street: Street) -> Actor:
    return street.staff("duty_desk")


def test_the_clock_is_fifteen_working_days_and_explains_itself(street: Street, now: datetime) -> None:
    request = DataRequest.objects.get(pk=asked(street, now).pk)
    expected = compute_deadline(
        now, ANSWER_LIMIT, calendar=calendar_for(street.areas["subdistrict"].pk), now=now
    )
    assert (request.due_at, request.yellow_at) == (expected.due, expected.yellow_at)
    assert timezone.localtime(request.due_at).strftime("%Y-%m-%d") == "2026-03-26"
    assert request.explanation[0]["code"] == "start"
    assert request.explanation == [line.as_json() for line in expected.explanation]
    assert [(row.move, row.to_state) for row in request.events.all()] == [("receive", "received")]


@pytest.mark.parametrize(("state", "move"), list(product(RequestState, MOVES_OF_STAFF)))
def test_every_state_and_move(street: Street, now: datetime, state: str, move: str) -> None:
    request = asked(street, now)
    DataRequest.objects.filter(pk=request.pk).update(
        state=state,
        refusal="still_needed",
        answered_at=None if state in {"received", "in_hand"} else now,
    )
    answering = {"take": TAKE, "grant": YES, "refuse": NO}[move]
    starts, leads_to = REQUEST_MOVES[RequestMove(move)]
    if state in starts:
        assert answer_request(request, answering, by=desk(street), now=now).state == leads_to
        assert DataRequest.objects.get(pk=request.pk).state == leads_to
    else:
        with pytest.raises(Conflict):
            answer_request(request, answering, by=desk(street), now=now)
        assert DataRequest.objects.get(pk=request.pk).state == state


def test_a_granted_correction_changes_the_contact_and_the_person_is_told(
    street: Street, now: datetime
) -> None:
    request = asked(street, now)
    answer_request(request, TAKE, by=desk(street), now=now)
    answer_request(request, YES, by=desk(street), now=now)
    contact = ReporterContact.objects.get(case=request.case)
    assert (contact.name, contact.phone, contact.phone_print) == (
        "某居民改", "13900001234", phone_print("13900001234"),
    )  # fmt: skip
    notice = Notice.objects.get(key=f"data-request-{request.pk}-sms")
    assert notice.recipient == "13900001234"
    assert note_told(now) == 0
    send_notices(now)
    assert note_told(now) == 1
    stored = DataRequest.objects.get(pk=request.pk)
    assert (stored.state, stored.told_at, stored.answer) == ("told", now, "已更正。")
    assert Notice.objects.get(pk=notice.pk).recipient == ""
    assert [(row.move, row.post_name != "") for row in DataRequestEvent.objects.filter(request=request)] == [
        ("receive", False), ("take", True), ("grant", True), ("tell", False),
    ]  # fmt: skip


def refused(street: Street, request: DataRequest, now: datetime) -> None:
    for answering in (TAKE, NO):
        answer_request(request, answering, by=desk(street), now=now)


def test_who_left_no_address_keeps_nobody_elses_answer_waiting(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever never looks stays answered and not told, however many they are."""
    monkeypatch.setattr("shangju.privacy.telling.BATCH", 1)
    silent, other = asked(street, now), asked(street, now)
    for request in (silent, other):
        refused(street, request, now)
    Notice.objects.filter(key=f"data-request-{silent.pk}-sms").delete()
    send_notices(now)
    assert [note_told(now), note_told(now)] == [1, 0]
    assert {row.pk: row.state for row in DataRequest.objects.all()} == {
        silent.pk: "refused",
        other.pk: "told",
    }


def test_a_phone_is_forgotten_after_its_message_also_where_there_is_an_own_page(
    street: Street, now: datetime
) -> None:
    request = asked(street, now)
    Case.objects.filter(pk=request.case_id).update(reporter_user=street.users["resident"])
    refused(street, request, now)
    assert note_told(now) == 0, "the own page has it, the message has not gone out"
    send_notices(now)
    assert note_told(now) == 1
    kept = Notice.objects.filter(key__startswith=f"data-request-{request.pk}-").values_list(
        "channel", "recipient"
    )
    assert sorted(kept) == [("in_app", ""), ("sms", "")]


def test_a_refusal_needs_a_reason_of_the_law_and_a_sentence(street: Street, now: datetime) -> None:
    request = asked(street, now)
    answer_request(request, TAKE, by=desk(street), now=now)
    for refusal, answer, field in (
        ("", "不行", "refusal"),
        ("no_time", "不行", "refusal"),
        ("not_proven", " ", "answer"),
    ):
        with pytest.raises(DomainError) as refused:
            answer_request(request, Answering("refuse", refusal, answer), by=desk(street), now=now)
        assert set(refused.value.fields) == {field}
    assert DataRequest.objects.get(pk=request.pk).state == "in_hand"
    assert answer_request(request, NO, by=desk(street), now=now).refusal == "still_needed"


@pytest.mark.parametrize(
    "who", ["grid_worker", "officer", "secretary", "leader", "far_desk", "officer_with_shop"]
)
def test_who_lacks_the_right_answers_nothing(street: Street, now: datetime, who: str) -> None:
    request = asked(street, now)
    with pytest.raises(NotAllowed):
        answer_request(request, TAKE, by=street.staff(who), now=now)


def test_list_and_object_say_the_same_and_a_stake_hides_it(street: Street, now: datetime) -> None:
    free, concerned = asked(street, now), asked(street, now)
    assert concerned.case is not None
    Case.objects.filter(pk=concerned.case.pk).update(place_party=street.parties["shop"])
    for name in street.users:
        standing = standing_of(street.users[name])
        with area_scope(standing.scope):
            listed = set(
                DataRequest.objects.filter(requests_to_answer(standing)).values_list("pk", flat=True)
            )
        for request in DataRequest.objects.select_related("case"):
            assert (request.pk in listed) == may_answer(standing, request), (name, request.pk)
    assert free.pk != concerned.pk


def test_the_contact_of_an_ended_case_goes_at_once(street: Street, now: datetime) -> None:
    case = case_in(State.CLOSED, street, now=now)
    tell_of_events(now)
    request = forget_contact(case, by=REPORTER, now=now)
    contact = ReporterContact.objects.get(case=case)
    assert (contact.name, contact.phone, contact.exact_address, contact.phone_print) == ("", "", "", "")
    assert not contact.may_be_called
    assert DataRequest.objects.get(pk=request.pk).state == "told"
    assert CaseErasure.objects.get(case=case).cause == "own_wish"
    to_reporter = Notice.objects.filter(event__case=case, user__isnull=True)
    assert to_reporter.count() > 0
    assert {(notice.recipient, notice.body, notice.state) for notice in to_reporter} == {("", "", "failed")}
    assert send_notices(now) == 0
    with pytest.raises(DomainError):
        forget_contact(case, by=REPORTER, now=now)


def test_an_open_case_keeps_its_contact_until_a_person_decides(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    with pytest.raises(DomainError):
        forget_contact(case, by=REPORTER, now=now)
    assert ReporterContact.objects.get(case=case).phone == MARKERS["phone"]
    request = ask_about_case(case, Asking("contact_deletion"), by=REPORTER, now=now)
    with pytest.raises(Conflict):
        ask_about_case(case, Asking("contact_deletion"), by=REPORTER, now=now)
    answer_request(request, TAKE, by=desk(street), now=now)
    answer_request(request, YES, by=desk(street), now=now)
    assert ReporterContact.objects.get(case=case).phone == ""
    assert CaseErasure.objects.get(case=case).cause == "request"
    assert Notice.objects.get(key=f"data-request-{request.pk}-sms").recipient == MARKERS["phone"]


def test_nobody_but_the_reporter_asks(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    for by in (desk(street), street.party("shopkeeper")):
        with pytest.raises(NotAllowed):
            ask_about_case(case, CORRECTION, by=by, now=now)
        with pytest.raises(NotAllowed):
            forget_contact(case, by=by, now=now)
    assert DataRequest.objects.count() == 0


def test_an_account_is_emptied_for_good(street: Street, now: datetime) -> None:
    resident = street.users["resident"]
    resident.set_phone("13800001111")
    resident.save()
    Person.objects.get_or_create(user=resident)
    case = case_in(State.CLOSED, street, now=now)
    Case.objects.filter(pk=case.pk).update(reporter_user=resident)
    request = ask_about_account(resident, Asking("account_deletion"), by=resident, now=now)
    assert request.area_id == case.area_id
    answer_request(request, TAKE, by=desk(street), now=now)
    answer_request(request, YES, by=desk(street), now=now)
    resident.refresh_from_db()
    assert (resident.is_active, resident.phone, resident.phone_print, resident.email) == (False, "", None, "")
    assert resident.username == f"gone-{resident.pk}"
    assert not Person.objects.filter(user=resident).exists()
    assert Case.objects.get(pk=case.pk).reporter_user_id is None


def test_an_account_with_an_open_concern_or_a_post_stays(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    for name in ("resident", "grid_worker"):
        user = street.users[name]
        request = ask_about_account(user, Asking("account_deletion"), by=user, now=now)
        answer_request(request, TAKE, by=desk(street), now=now)
        if name == "resident":
            Case.objects.filter(pk=case.pk).update(reporter_user=user)
        with pytest.raises(DomainError):
            answer_request(request, YES, by=desk(street), now=now)
        user.refresh_from_db()
        assert user.is_active
        assert DataRequest.objects.get(pk=request.pk).state == "in_hand"


def test_the_export_holds_the_own_data_and_nobody_elses(street: Street, now: datetime) -> None:
    mine = case_in(State.IN_PROGRESS, street, now=now)
    other = raised(street, now=now, text="另一位居民的话标记")
    reveal_contact(
        mine, by=street.staff("officer"), fields=["phone"], code="call", reason="回访约定上门时间", now=now
    )
    tell_of_events(now)
    document = data_of_case(mine, now=now)
    told = document["cases"][0]
    assert [each["number"] for each in document["cases"]] == [mine.number]
    assert (told["contact"]["name"], told["contact"]["phone"]) == (MARKERS["name"], MARKERS["phone"])
    assert [(look["by"], look["reason"]) for look in told["contact_viewed"]] == [
        (street.posts["officer"].name, "回访约定上门时间")
    ]
    assert {notice["to"] for notice in told["notices"]} == {MARKERS["phone"]}
    with zipped(document, [mine]) as file, zipfile.ZipFile(file) as archive:
        stored = json.loads(archive.read("data.json"))
    written = json.dumps(stored, ensure_ascii=False)
    assert stored["cases"] == document["cases"]
    for name in (
        "另一位居民的话标记",
        other.number,
    ):
        assert name not in written


def test_the_own_page_asks_answers_and_tells(client: Client, street: Street, now: datetime) -> None:
    case = raised(street, now=timezone.now())
    page = f"/track/{case.tracking_code}/data/"
    answer = client.get(page)
    assert MARKERS["phone"] in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    assert client.post(f"{page}forget/").status_code == 302
    assert ReporterContact.objects.get(case=case).phone == MARKERS["phone"]
    assert client.post(f"{page}ask/correction/", {}).status_code == 422
    assert client.post(f"{page}ask/account_deletion/", {}).status_code == 422
    assert client.post(f"{page}ask/correction/", {"words": "姓名写错了"}).status_code == 302
    request = DataRequest.objects.get()
    assert request.words == "姓名写错了"
    answer_request(request, TAKE, by=desk(street), now=now)
    answer_request(request, NO, by=desk(street), now=now)
    shown = client.get(page).content.decode()
    assert NO.answer in shown
    assert DataRequest.objects.get().state == "refused", "looking changes nothing"
    step = f"requests/{request.pk}/read/"
    read = page + step
    assert step in shown
    assert client.post(read).status_code == 302
    assert client.post(read).status_code == 302
    assert DataRequest.objects.get().state == "told"
    assert step not in client.get(page).content.decode()
    assert client.get("/track/AAAA-AAAA-AAAAA/data/").status_code == 404


def test_a_request_is_taken_back_by_who_asked_it_alone(client: Client, street: Street, now: datetime) -> None:
    request, other = asked(street, now), raised(street, now=now)
    assert request.case is not None
    step = f"/track/{request.case.tracking_code}/data/requests/{request.pk}/withdraw/"
    assert client.post(step.replace(request.case.tracking_code, other.tracking_code)).status_code == 404
    assert client.post(step.replace("withdraw", "grant")).status_code == 404
    with pytest.raises(NotAllowed):
        withdraw_request(request, by=desk(street), now=now)
    assert DataRequest.objects.get().state == "received"
    answer_request(request, TAKE, by=desk(street), now=now)
    assert client.post(step).status_code == 302
    stored = DataRequest.objects.get()
    assert (stored.state, stored.answered_at is not None) == ("withdrawn", True)
    assert [row.move for row in stored.events.all()] == ["receive", "take", "withdraw"]
    with pytest.raises(Conflict):
        answer_request(request, YES, by=desk(street), now=now)
    # What was taken back may be asked again.
    assert asked_again(stored, now).state == "received"


def asked_again(request: DataRequest, now: datetime) -> DataRequest:
    assert request.case is not None
    return ask_about_case(request.case, CORRECTION, by=REPORTER, now=now)


def test_who_said_me_too_takes_along_what_is_kept_of_them(
    client: Client, street: Street, now: datetime
) -> None:
    case = raised(street, now=timezone.now())
    me_too = MeToo("key-1", "a device", ContactDetails("某人", "13900008888"), "我家也听得见")
    code = endorse(case, me_too, by=REPORTER, now=timezone.now()).tracking_code
    answer = client.get(f"/me-too/{code}/export/")
    assert answer["Cache-Control"] == "private, no-store"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        kept = json.loads(archive.read("data.json"))["me_too"]
    assert [(one["words"], one["name"], one["phone"]) for one in kept] == [
        ("我家也听得见", "某人", "13900008888")
    ]
    assert MARKERS["phone"] not in json.dumps(kept)
    assert client.get("/me-too/AAAA-AAAA-AAAAA/export/").status_code == 404


def test_the_desk_answers_on_its_page_and_shows_no_full_contact(
    client: Client, street: Street, now: datetime
) -> None:
    request = asked(street, now)
    client.force_login(street.users["duty_desk"])
    assert "15" in client.get("/desk/data-requests/").content.decode()
    page = f"/desk/data-requests/{request.pk}/"
    shown = client.get(page).content.decode()
    assert "139****1234" in shown
    assert "13900001234" not in shown
    assert client.post(f"{page}grant/", {}).status_code == 409
    assert client.post(f"{page}take/", {}).status_code == 302
    assert client.post(f"{page}refuse/", {"answer": "不行"}).status_code == 422
    assert client.post(f"{page}grant/", {"answer": "好"}).status_code == 302
    assert DataRequest.objects.get().state == "granted"
