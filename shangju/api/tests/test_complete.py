"""Everything of a case that programs need: filters, what was asked and granted, contact, pictures, the reporter's side."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shangju.api.tests.calls import Caller, key_of, refusal
from shangju.cases.codes import format_code
from shangju.cases.models import Approval, Case, CasePhoto, ContactReveal
from shangju.cases.moves import Merge
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import MARKERS, case_in, raised
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.photos.models import Photo
from shangju.photos.services import store_photo
from shangju.photos.tests.pictures import encoded, picture, upload
from tests.permission_objects import objects_of, prepared_for
from tests.street import Street

pytestmark = pytest.mark.django_db


def caller(street: Street, name: str) -> Caller:
    return Caller(key_of(street.users[name], now=timezone.now()))


def content(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return json.loads(response.content)


def changed(case: Case, **values: Any) -> str:
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(**values)
    return case.number


def test_a_list_is_narrowed_by_pause_tier_joins_and_day(street: Street, now: datetime) -> None:
    real = timezone.now()
    plain = raised(street, now=now).number
    paused = changed(raised(street, now=now), paused_until=real + timedelta(days=1))
    over = changed(raised(street, now=now), paused_until=real - timedelta(days=1))
    climbed = changed(raised(street, now=now), tier="subdistrict")
    whole = raised(street, now=now)
    changed(whole, is_joined=True)
    part = changed(raised(street, now=now), part_of=whole, part_number=1)
    late = changed(raised(street, now=now), registered_at=datetime(2026, 3, 6, 15, 59, 59, tzinfo=now.tzinfo))
    every = {plain, paused, over, climbed, whole.number, part, late}
    officer = caller(street, "officer")
    table: list[tuple[dict[str, str], set[str]]] = [
        ({}, every),
        ({"paused": "yes"}, {paused}),
        ({"paused": "no"}, every - {paused}),
        ({"tier": "subdistrict"}, {climbed}),
        ({"tier": "committee"}, set()),
        ({"joined": "whole"}, {whole.number}),
        ({"joined": "part"}, {part}),
        ({"joined": "merged"}, set()),
        ({"joined": "alone"}, every - {whole.number, part}),
        ({"registered_to": "2026-03-05"}, every - {late}),
        ({"registered_from": "2026-03-06"}, {late}),
        ({"registered_from": "2026-03-06", "registered_to": "2026-03-06"}, {late}),
        ({"registered_from": "2026-03-07"}, set()),
        ({"registered_from": "2026-03-05", "paused": "no", "joined": "part"}, {part}),
    ]
    for query, expected in table:
        found = content(officer.get("/cases", **query))["items"]
        assert {row["number"] for row in found} == expected, query
    for query in ({"paused": "maybe"}, {"tier": "king"}, {"joined": "x"}, {"registered_to": "2026-02-30"}):
        (name,) = query
        assert name in refusal(officer.get("/cases", **query), 422)["errors"]


def test_what_was_asked_is_listed_decided_and_told_in_the_case(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    worker, officer = caller(street, "grid_worker"), caller(street, "officer")
    path = f"/cases/{case.number}"
    content(worker.post(f"{path}/moves", {"move": "contact", "way": "phone", "reached": True}))
    prepared_for("asked_nothing", case)
    content(worker.post(f"{path}/moves", {"move": "ask_extension", "amount": 2, "reason": "等配件"}))
    (waiting,) = content(officer.get("/approvals"))["items"]
    assert (waiting["case"]["number"], waiting["kind"], waiting["grant"]) == (
        case.number, "extension", "grant_extension",
    )  # fmt: skip
    assert (waiting["amount"], waiting["reason"], waiting["decided_at"]) == (2, "等配件", None)
    assert content(worker.get(path))["approvals"][0]["state"] == "asked"
    refusal(worker.get("/approvals"), 403)
    assert content(caller(street, "other_officer").get("/approvals"))["items"] == []
    content(officer.post(f"{path}/moves", {"move": "grant_extension", "explanation": "还需两天。"}))
    told = content(officer.get(path))
    (approval,) = told["approvals"]
    assert (approval["state"], approval["decided_by"]) == ("granted", "community_officer 1号")
    (extension,) = told["extensions"]
    with everywhere(EverywhereReason.VERIFICATION):
        kept = Case.objects.get(pk=case.pk).clockextensions.get()
    told_due = [datetime.fromisoformat(extension[name]) for name in ("old_due", "new_due")]
    kept_due = [kept.old_due_at, kept.new_due_at]
    assert kept.new_due_at > kept.old_due_at
    assert all(
        abs(one - other) < timedelta(milliseconds=1) for one, other in zip(told_due, kept_due, strict=True)
    )
    assert content(officer.get("/approvals"))["items"] == []


def test_what_others_have_met_comes_most_pressing_first(street: Street, now: datetime) -> None:
    raised(street, now=now)
    met = [changed(raised(street, now=now), me_too_count=count, priority=count * 10) for count in (1, 3, 2)]
    officer = caller(street, "officer")
    listed = content(officer.get("/cases", met="yes"))["items"]
    assert [row["number"] for row in listed] == [met[1], met[2], met[0]]
    assert [row["me_too_count"] for row in listed] == [3, 2, 1]
    seen, cursor = [], ""
    while cursor is not None:
        page = content(officer.get("/cases", met="yes", limit="1", cursor=cursor))
        seen += [row["number"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [met[1], met[2], met[0]]


def test_a_page_of_requests_leads_to_the_next(street: Street, now: datetime) -> None:
    objects_of(street, now=now)
    officer = caller(street, "officer")
    everything = content(officer.get("/approvals"))["items"]
    assert len(everything) == 4
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = content(officer.get("/approvals", limit="1", cursor=cursor))
        seen += [row["kind"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [row["kind"] for row in everything]
    refusal(officer.get("/approvals", cursor="nonsense"), 422)


def test_a_case_tells_its_pauses_and_orders(street: Street, now: datetime) -> None:
    cases = objects_of(street, now=now).cases
    officer = caller(street, "officer")
    (pause,) = content(officer.get(f"/cases/{cases['paused'].number}"))["pauses"]
    assert (pause["reason"], pause["ended"]) == ("parts", None)
    (order,) = content(officer.get(f"/cases/{cases['ordered'].number}"))["orders"]
    assert (order["demand"], order["reply"], order["replied_at"]) == ("请书面回复", "", None)
    (joined,) = content(officer.get(f"/cases/{cases['merged'].number}"))["joined"]
    assert joined["relation"] == "merged_into"


def test_a_case_in_full_takes_the_same_statements_however_much_happened(
    street: Street, now: datetime
) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        merging = Merge(case, "与另一位居民反映的是同一件事，一并办理。")
        apply_move(case_in(State.ACCEPTED, street, now=now), merging, by=street.staff("officer"), now=now)
    worker, officer = caller(street, "grid_worker"), caller(street, "officer")

    def statements() -> int:
        content(officer.get(f"/cases/{case.number}"))
        with CaptureQueriesContext(connection) as captured:
            content(officer.get(f"/cases/{case.number}"))
        return len(captured)

    few = statements()
    for _time in range(5):
        visit = {"move": "visit", "place": "upstairs", "finding": "楼上无异常"}
        content(worker.post(f"/cases/{case.number}/moves", visit))
    assert statements() == few
    assert few <= 15, few


LOOK = {"fields": ["phone"], "code": "call"}
REVEALING = {
    "officer": 200, "grid_worker": 200, "building_head": 200, "leader": 403, "grid_secretary": 403, "unit": 403,
    "officer_with_shop": 404, "other_officer": 404, "shopkeeper": 404, "system_administrator": 404,
}  # fmt: skip


def test_the_contact_is_shown_for_a_reason_and_every_look_is_kept(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    path = f"/cases/{case.number}/reveal"
    for name, status in REVEALING.items():
        answer = caller(street, name).post(path, LOOK | {"reason": f"回访约时间 {name}"})
        assert answer.status_code == status, name
        assert (MARKERS["phone"] in answer.content.decode()) == (status == 200)
    shown = caller(street, "officer").post(path, LOOK | {"reason": "再次回访约时间"})
    assert content(shown) == {"name": "", "phone": MARKERS["phone"], "exact_address": "", "words": ""}
    assert shown["Cache-Control"] == "private, no-store"
    for change in ({"reason": ""}, {"reason": "x" * 121}, {"fields": []}, {"code": "x"}, {"phone": "1"}):
        refusal(caller(street, "officer").post(path, LOOK | change), 422)
    with everywhere(EverywhereReason.VERIFICATION):
        reasons = list(ContactReveal.objects.values_list("reason", flat=True))
    looked = ("officer", "grid_worker", "building_head")
    assert sorted(reasons) == sorted([*(f"回访约时间 {name}" for name in looked), "再次回访约时间"])
    told = content(Caller().get(f"/concerns/{format_code(case.tracking_code)}"))
    assert told["contact_looks"] == 4


def test_pictures_are_read_through_their_case_alone(street: Street, now: datetime) -> None:
    photo = store_photo(upload(encoded(picture())), by=None, now=now)
    case = case_in(State.IN_PROGRESS, street, now=now, photo_ids=[photo.pk])
    other = raised(street, now=now)
    officer, code = caller(street, "officer"), format_code(case.tracking_code)
    (row,) = content(officer.get(f"/cases/{case.number}"))["photos"]
    assert (row["id"], row["purpose"], row["width"]) == (str(photo.pk), "report", photo.width)
    for by, path in (
        (officer, f"/cases/{case.number}/photos/{photo.pk}/full"),
        (officer, f"/cases/{case.number}/photos/{photo.pk}/thumbnail"),
        (Caller(), f"/concerns/{code}/photos/{photo.pk}/full"),
    ):
        answer: Any = by.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"
    refusal(Caller().get(f"/cases/{case.number}/photos/{photo.pk}/full"), 401)
    refusal(caller(street, "unit").get(f"/cases/{case.number}/photos/{photo.pk}/full"), 403)
    for by, path in (
        (caller(street, "other_officer"), f"/cases/{case.number}/photos/{photo.pk}/full"),
        (officer, f"/cases/{other.number}/photos/{photo.pk}/full"),
        (officer, f"/cases/{case.number}/photos/{photo.pk}/original"),
        (officer, f"/cases/{case.number}/photos/x/full"),
        (Caller(), f"/concerns/{format_code(other.tracking_code)}/photos/{photo.pk}/full"),
    ):
        refusal(by.get(path), 404)
    # A picture from a visit stays inside.
    with everywhere(EverywhereReason.VERIFICATION):
        CasePhoto.objects.update(purpose="visit")
    refusal(Caller().get(f"/concerns/{code}/photos/{photo.pk}/full"), 404)
    assert content(Caller().get(f"/concerns/{code}"))["photos"] == []


def uploaded() -> str:
    client = Caller()
    file = SimpleUploadedFile("wall.jpg", encoded(picture()))
    return str(
        content(client.client.post("/api/v1/uploads", {"file": file}, headers=client.headers), 201)["id"]
    )


def test_the_reporter_adds_words_with_pictures_and_takes_it_back(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    path, photo = f"/concerns/{format_code(case.tracking_code)}", uploaded()
    told = content(Caller().post(f"{path}/words", {"words": "夜里更响", "photos": [photo]}))
    assert told["timeline"][0]["text"] == "夜里更响"
    assert [row["id"] for row in told["photos"]] == [photo]
    again = refusal(Caller().post(f"{path}/words", {"words": "还在响", "photos": [photo]}), 422)
    assert "photos" in again["errors"]
    for body in (
        {},
        {"words": ""},
        {"words": "x" * 2001},
        {"words": "\x00"},
        {"words": "x", "photos": ["x"]},
    ):
        refusal(Caller().post(f"{path}/words", body), 422)
    with everywhere(EverywhereReason.VERIFICATION):
        assert case.events.filter(kind="add_words").count() == 1
        assert Photo.objects.get(pk=photo).claimed_at is not None
    assert content(Caller().post(f"{path}/withdrawal", {"reason": "已自行解决"}))["state"] == "withdrawn"
    refusal(Caller().post(f"{path}/withdrawal", {}), 409)
    refusal(Caller().post(f"{path}/words", {"words": "又响了"}), 409)
    with everywhere(EverywhereReason.VERIFICATION):
        assert case.events.latest("sequence").note == "已自行解决"
        assert not Approval.objects.filter(case=case, state="asked").exists()


def test_a_move_that_is_sent_again_is_refused_by_what_was_seen(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    worker = caller(street, "grid_worker")
    seen = content(worker.get(f"/cases/{case.number}"))["history_length"]
    visit = {"move": "visit", "place": "upstairs", "finding": "楼上无异常", "seen": seen}
    content(worker.post(f"/cases/{case.number}/moves", visit))
    assert refusal(worker.post(f"/cases/{case.number}/moves", visit), 409)["code"] == "conflict"
    rows = content(worker.get(f"/cases/{case.number}"))["history"]
    assert [row["kind"] for row in rows if row["sequence"] > seen] == ["visit"]


def test_a_look_in_a_case_about_a_minor_is_allowed_first(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now, concerns_minor=True)
    worker, officer = caller(street, "grid_worker"), caller(street, "officer")
    look = {"fields": ["phone"], "code": "call", "reason": "与监护人约时间"}
    reveal, moves = f"/cases/{case.number}/reveal", f"/cases/{case.number}/moves"
    assert refusal(worker.post(reveal, look), 422)["code"] == "approval_needed"
    asked = {"move": "ask_reveal", "fields_needed": ["phone"], "code": "call", "reason": "与监护人约时间"}
    content(worker.post(moves, asked))
    assert content(officer.get("/approvals"))["items"][0]["kind"] == "reveal"
    content(officer.post(moves, {"move": "grant_reveal"}))
    assert content(worker.post(reveal, look))["phone"] == MARKERS["phone"]
    assert refusal(worker.post(reveal, look), 422)["code"] == "approval_needed"


def test_one_word_asks_and_allows(street: Street, now: datetime) -> None:
    """``return``, ``pause`` and ``extend`` are both halves of what needs a second person (cases.md §3)."""
    case = case_in(State.DISPATCHED, street, now=now)
    moves = f"/cases/{case.number}/moves"
    asked = {"move": "return", "reason": "不属本网格"}
    assert content(caller(street, "grid_worker").post(moves, asked))["state"] == "dispatched"
    refusal(caller(street, "grid_worker").post(moves, {"move": "return", "reason": "再问"}), 422)
    done = content(caller(street, "officer").post(moves, {"move": "return"}))
    assert (done["state"], [row["kind"] for row in done["history"]][-2:]) == (
        "accepted",
        ["ask_return", "grant_return"],
    )
    refusal(caller(street, "officer").post(moves, {"move": "pause"}), 403)
