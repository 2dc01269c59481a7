"""The public side: report, upload, follow, confirm."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from shangju.api.tests.calls import Caller, key_of, refusal
from shangju.cases import chain
from shangju.cases.codes import code_print, format_code
from shangju.cases.models import Case, CaseEvent, IdempotencyKey, NumberSeries, ReporterContact
from shangju.cases.tests.stories import MARKERS, WORDS, case_in, go
from shangju.cases.workflow import MoveName, State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.photos.models import Photo
from shangju.photos.tests.pictures import encoded, picture
from tests.street import Street

pytestmark = pytest.mark.django_db

STORED = (Case, CaseEvent, ReporterContact, IdempotencyKey, NumberSeries)


def stored() -> list[int]:
    """How many rows there are of everything that intake writes."""
    with everywhere(EverywhereReason.VERIFICATION):
        return [model.objects.count() for model in STORED]


def concern(street: Street, **fields: Any) -> dict[str, Any]:
    return {"text": WORDS, "place": {"area_code": street.areas["building"].code}, **fields}


def only_case() -> Case:
    with everywhere(EverywhereReason.VERIFICATION):
        return Case.objects.select_related("area", "category", "reporter_contact").get()


@pytest.mark.parametrize("prefers_call", [True, False])
def test_who_wants_to_be_called_says_so(street: Street, prefers_call: bool) -> None:
    contact = {"phone": "13800005678", "prefers_call": prefers_call}
    assert Caller().post("/concerns", concern(street, contact=contact)).status_code == 201
    assert only_case().reporter_contact.prefers_call is prefers_call


def test_a_concern_is_stored_whole_and_answered_with_its_promises(street: Street) -> None:
    body = concern(
        street,
        category="0103",
        request_type="help",
        happening_now=True,
        is_confidential=True,
        contact={"name": MARKERS["name"], "phone": "138 0000 5678", "may_be_called": False},
    )
    response = Caller().post("/concerns", body, Idempotency_Key="k-1")
    assert response.status_code == 201
    answer = json.loads(response.content)
    case = only_case()
    assert set(answer) == {"number", "tracking_code", "state", "promises", "personal_data"}
    assert (answer["number"], answer["state"]) == (case.number, "registered")
    assert code_print(answer["tracking_code"]) == case.tracking_print
    assert (case.text, case.area, case.channel) == (WORDS, street.areas["building"], "api")
    assert (case.category.code, case.request_type, case.happening_now) == ("0103", "help", True)  # type: ignore[union-attr]
    assert (case.is_confidential, case.is_anonymous, case.reporter_user) == (True, False, None)
    contact = case.reporter_contact
    assert (contact.name, contact.phone, contact.may_be_called) == (MARKERS["name"], "13800005678", False)
    with everywhere(EverywhereReason.VERIFICATION):
        assert chain.first_break(case, case.events.all()) is None
        due = {clock.step: clock.due_at for clock in case.clocks.all()}
    promised = {row["step"]: datetime.fromisoformat(row["due"]) for row in answer["promises"]}
    assert {step: at.replace(microsecond=0) for step, at in promised.items()} == {
        step: at.replace(microsecond=0) for step, at in due.items()
    }
    assert all(row["explanation"] and row["due"].endswith("+08:00") for row in answer["promises"])


def test_nothing_but_words_and_place_is_needed(street: Street) -> None:
    assert Caller().post("/concerns", concern(street)).status_code == 201
    with everywhere(EverywhereReason.VERIFICATION):
        assert not ReporterContact.objects.exists()


def test_an_address_finds_its_area_and_unit_and_door_stay_sealed(street: Street) -> None:
    body = {"text": WORDS, "place": {"area_code": street.areas["first"].code, "address": MARKERS["address"]}}
    assert Caller().post("/concerns", body).status_code == 201
    case = only_case()
    assert case.place_note == "东里1幢"
    assert case.reporter_contact.exact_address == MARKERS["address"]


def test_the_same_key_gives_the_same_answer_for_ever(street: Street, now: datetime) -> None:
    caller, body = Caller(), concern(street, contact={"phone": "13800005678"})
    first = caller.post("/concerns", body, Idempotency_Key="k-1")
    rows = stored()
    again = caller.post("/concerns", dict(reversed(body.items())), Idempotency_Key="k-1")
    assert (again.status_code, json.loads(again.content)) == (201, json.loads(first.content))
    case = go(only_case(), MoveName.ACCEPT, "officer", street, now=timezone.now())
    with everywhere(EverywhereReason.VERIFICATION):
        type(street.areas["building"]).objects.filter(pk=case.area_id).update(retired_on=now.date())
    later = caller.post("/concerns", body, Idempotency_Key="k-1")
    assert (later.status_code, json.loads(later.content)) == (201, json.loads(first.content))
    assert stored()[0] == rows[0] == 1


def test_the_same_key_with_another_body_is_a_conflict(street: Street) -> None:
    caller = Caller()
    caller.post("/concerns", concern(street), Idempotency_Key="k-1")
    rows = stored()
    problem = refusal(caller.post("/concerns", concern(street, text="别的事"), Idempotency_Key="k-1"), 409)
    assert problem["code"] == "idempotency_key_reused"
    assert stored() == rows


@pytest.mark.parametrize("key", ["", "a b", "k" * 91, "é", "k\x00"])
def test_a_key_that_is_none_is_refused(key: str, street: Street) -> None:
    problem = refusal(Caller().post("/concerns", concern(street), Idempotency_Key=key), 422)
    assert list(problem["errors"]) == ["Idempotency-Key"]
    assert stored() == [0] * 5


DEEP = "[" * 100_000
BROKEN: list[tuple[str, object, int]] = [
    ("no json", "{", 400),
    ("no utf-8", b'{"text": "\xff"}', 400),
    ("too deep", DEEP, 400),
    ("digits beyond all measure", '{"text": ' + "9" * 5000 + "}", 400),
    ("empty", "", 422),
    ("null", None, 422),
    ("a list", [], 422),
    ("a number", 5, 422),
    ("a text", '"text"', 422),
    ("too large", "[" + "1," * 1_100_000 + "1]", 413),
]


@pytest.mark.parametrize(("body", "status"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_body_that_is_none_is_refused(body: object, status: int, street: Street) -> None:
    refusal(Caller().post("/concerns", body), status)
    assert stored() == [0] * 5


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"text": None}, "text"),
    ({"text": ""}, "text"),
    ({"text": " \n\t"}, "text"),
    ({"text": 7}, "text"),
    ({"text": ["a"]}, "text"),
    ({"text": "a\x00b"}, "text"),
    ({"text": "a\ud800b"}, "text"),
    ({"text": "漏" * 4001}, "text"),
    ({"place": None}, "place"),
    ({"place": "东里"}, "place"),
    ({"place": {"area_code": "nowhere"}}, "place.area_code"),
    ({"place": {"area_code": "a\x00"}}, "place.area_code"),
    ({"place": {"area_code": 5}}, "place.area_code"),
    ({"place": {"lon": 120.0}}, "place.lon"),
    ({"place": {"lon": 181, "lat": 0}}, "place.lon"),
    ({"place": {"lon": 1e308, "lat": 0}}, "place.lon"),
    ({"place": {"lon": float("nan"), "lat": 0}}, "place.lon"),
    ({"place": {"lon": float("inf"), "lat": 0}}, "place.lon"),
    ({"place": {"lon": True, "lat": 0}}, "place.lon"),
    ({"place": {"address": "东" * 201}}, "place.address"),
    ({"place": {"planet": "Mars"}}, "place.planet"),
    ({"category": "9999"}, "category"),
    ({"category": "01"}, "category"),
    ({"category": "\ud800"}, "category"),
    ({"request_type": "wish"}, "request_type"),
    ({"happening_now": "yes"}, "happening_now"),
    ({"happening_now": 1}, "happening_now"),
    ({"contact": []}, "contact"),
    ({"contact": {"phone": "12"}}, "contact.phone"),
    ({"contact": {"phone": "1" * 31}}, "contact.phone"),
    ({"contact": {"name": "\ud800"}}, "contact.name"),
    ({"photos": "x"}, "photos"),
    ({"photos": ["x"]}, "photos.0"),
    ({"photos": ["00000000-0000-0000-0000-000000000001"]}, "photos"),
    ({"photos": ["00000000-0000-0000-0000-000000000001"] * 10}, "photos"),
    ({"channel": "radio"}, "channel"),
    ({"txet": "misspelt"}, "txet"),
    ({"\ud800": 1}, "payload"),
]


@pytest.mark.parametrize(("fields", "place"), WRONG)
def test_each_wrong_value_gets_its_sentence_at_its_field_and_nothing_is_kept(
    fields: dict[str, Any], place: str, street: Street
) -> None:
    problem = refusal(Caller().post("/concerns", concern(street) | fields, Idempotency_Key="k-1"), 422)
    assert place in problem["errors"] or place == "payload"
    assert all(sentence for sentences in problem["errors"].values() for sentence in sentences)
    assert stored() == [0] * 5


def test_sentences_follow_the_language(street: Street) -> None:
    body = concern(street, txet=1)
    english = refusal(Caller(language="en").post("/concerns", body), 422)
    chinese = refusal(Caller(language="zh-CN").post("/concerns", body), 422)
    assert english["errors"] == {"txet": ["There is no such field. Check how it is spelt."]}
    assert english["code"] == chinese["code"] == "not_valid"
    assert chinese["errors"] != english["errors"]
    assert chinese["title"] != english["title"]


@pytest.mark.parametrize("channel", ["phone", "counter", "hotline", "import"])
def test_channels_of_staff_are_closed_to_others(channel: str, street: Street) -> None:
    problem = refusal(Caller().post("/concerns", concern(street, channel=channel)), 403)
    assert list(problem["errors"]) == ["channel"]
    assert stored() == [0] * 5


def test_staff_enter_a_call_in_their_own_area_only(street: Street) -> None:
    officer = Caller(key_of(street.users["officer"], now=timezone.now()))
    assert officer.post("/concerns", concern(street, channel="phone")).status_code == 201
    case = only_case()
    assert (case.channel, case.registered_by, case.reporter_user) == ("phone", street.users["officer"], None)
    elsewhere = concern(street, channel="phone") | {"place": {"area_code": street.areas["second"].code}}
    refusal(officer.post("/concerns", elsewhere), 403)


def test_a_resident_with_a_key_finds_the_concern_under_the_account(street: Street) -> None:
    resident = Caller(key_of(street.users["resident"], now=timezone.now()))
    assert resident.post("/concerns", concern(street)).status_code == 201
    assert only_case().reporter_user == street.users["resident"]


def test_a_wrong_key_is_refused_even_where_none_is_needed(street: Street) -> None:
    response = Caller("sj_wrong").post("/concerns", concern(street))
    assert refusal(response, 401)["code"] == "sign_in_needed"
    assert response["WWW-Authenticate"] == "Bearer"
    assert stored() == [0] * 5


def test_floods_are_slowed_down(street: Street, settings: Any) -> None:
    cache.clear()
    settings.INTAKE_PER_MINUTE = 2
    answers = [Caller().post("/concerns", concern(street)) for _time in range(4)]
    cache.clear()
    assert [answer.status_code for answer in answers][-1] == 429
    assert sum(answer.status_code == 201 for answer in answers) == stored()[0] < 4
    assert refusal(answers[-1], 429)["code"] == "too_many_requests"
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def upload(caller: Caller, content: bytes, name: str = "a.jpg", field: str = "file") -> Any:
    file = SimpleUploadedFile(name, content, content_type="image/jpeg")
    return caller.client.post("/api/v1/uploads", {field: file}, headers=caller.headers)


def test_a_picture_is_kept_and_claimed_by_one_concern(street: Street) -> None:
    caller = Caller()
    response = upload(caller, encoded(picture()))
    assert response.status_code == 201
    answer = json.loads(response.content)
    photo = Photo.objects.get(pk=answer["id"])
    assert (answer["width"], answer["height"], answer["byte_size"]) == (
        photo.width,
        photo.height,
        photo.byte_size,
    )
    assert caller.post("/concerns", concern(street, photos=[answer["id"]])).status_code == 201
    with everywhere(EverywhereReason.VERIFICATION):
        assert [link.photo_id for link in only_case().photos.all()] == [photo.pk]
    problem = refusal(caller.post("/concerns", concern(street, photos=[answer["id"]])), 422)
    assert list(problem["errors"]) == ["photos"]
    assert stored()[0] == 1


@pytest.mark.parametrize(
    ("content", "status"), [(b"", 422), (b"<svg/>", 422), (b"\xff\xd8\xff" + b"0" * 99, 422)]
)
def test_what_is_no_picture_is_refused(content: bytes, status: int) -> None:
    refusal(upload(Caller(), content), status)
    assert not Photo.objects.exists()


def test_a_picture_that_is_too_heavy_is_413() -> None:
    assert (
        refusal(upload(Caller(), b"\xff\xd8" + b"0" * (15 * 1024 * 1024)), 413)["code"] == "photo_too_heavy"
    )


def test_an_upload_without_its_file_or_form_is_refused() -> None:
    refusal(upload(Caller(), encoded(picture()), field="image"), 422)
    refusal(Caller().post("/uploads", {"photo": "x"}), 422)
    client = Caller()
    broken = client.client.post(
        "/api/v1/uploads", b"--x", content_type="multipart/form-data; boundary=", headers=client.headers
    )
    refusal(broken, 400)


def test_the_code_shows_the_reporters_side_only(street: Street, now: datetime) -> None:
    case = case_in(State.RESOLVED, street, now=now)
    response = Caller().get(f"/concerns/{format_code(case.tracking_code)}")
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    answer = json.loads(response.content)
    assert set(answer) == {
        "number", "state", "state_label", "registered_at", "promises", "answers", "timeline", "open_to_reporter",
        "photos", "contact_looks",
    }  # fmt: skip
    assert answer["state"] == "resolved"
    assert [row["answer"] for row in answer["answers"]] == ["吊扇已拆除"]
    assert [row["step"] for row in answer["promises"] if row["kept"] is None] == ["call_back"]
    assert all(row["explanation"] for row in answer["promises"])
    assert len(answer["timeline"]) >= 5
    text = response.content.decode() + json.dumps(answer, ensure_ascii=False)
    for marker in (*MARKERS.values(), "吊扇老化", WORDS):
        assert marker not in text


@pytest.mark.parametrize("spelling", [str.lower, lambda code: code.replace("-", "")])
def test_codes_are_read_forgivingly(spelling: Any, street: Street, now: datetime) -> None:
    code = format_code(case_in(State.REGISTERED, street, now=now).tracking_code)
    assert Caller().get(f"/concerns/{spelling(code)}").status_code == 200


@pytest.mark.parametrize("code", ["0000-0000-00000", "x", "a" * 500, "%00", "%ed%a0%80", "民"])
def test_a_code_that_nobody_has_is_404(code: str) -> None:
    cache.clear()
    refusal(Caller().get(f"/concerns/{code}"), 404)
    refusal(
        Caller().post(f"/concerns/{code}/confirmation", {"solved": "yes", "satisfaction": "satisfied"}), 404
    )


def test_guessing_codes_is_slowed_down() -> None:
    cache.clear()
    answers = [Caller().get(f"/concerns/GUESS-{number}").status_code for number in range(25)]
    cache.clear()
    assert answers[0] == 404
    assert answers[-1] == 429


def test_the_reporter_confirms_and_the_case_is_closed(street: Street, now: datetime) -> None:
    case = case_in(State.RESOLVED, street, now=now)
    path = f"/concerns/{format_code(case.tracking_code)}/confirmation"
    response = Caller().post(path, {"solved": "yes", "satisfaction": "satisfied", "words": "谢谢"})
    assert response.status_code == 200
    assert json.loads(response.content)["state"] == "closed"
    closed = only_case()
    assert (closed.state, closed.solved, closed.satisfaction) == ("closed", "yes", "satisfied")
    refusal(Caller().post(path, {"solved": "yes", "satisfaction": "satisfied"}), 409)


def test_the_reporters_no_takes_it_up_again(street: Street, now: datetime) -> None:
    case = case_in(State.RESOLVED, street, now=now)
    path = f"/concerns/{format_code(case.tracking_code)}/confirmation"
    body = {"solved": "no", "satisfaction": "dissatisfied", "words": "还在响"}
    response = Caller().post(path, body)
    assert json.loads(response.content)["state"] == "in_progress"
    assert only_case().reopen_count == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "solved"),
        ({"solved": "yes"}, "satisfaction"),
        ({"solved": "maybe", "satisfaction": "satisfied"}, "solved"),
        ({"solved": "yes", "satisfaction": "satisfied", "words": "x" * 1001}, "words"),
        ({"solved": "yes", "satisfaction": "satisfied", "words": "\x00"}, "words"),
        ({"solved": "yes", "satisfaction": "satisfied", "reached": False}, "reached"),
    ],
)
def test_a_confirmation_needs_its_two_answers(
    body: dict[str, Any], field: str, street: Street, now: datetime
) -> None:
    case = case_in(State.RESOLVED, street, now=now)
    response = Caller().post(f"/concerns/{format_code(case.tracking_code)}/confirmation", body)
    assert field in refusal(response, 422)["errors"]
    assert only_case().state == "resolved"


def test_a_concern_that_is_not_resolved_cannot_be_confirmed(street: Street, now: datetime) -> None:
    case = case_in(State.REGISTERED, street, now=now)
    path = f"/concerns/{format_code(case.tracking_code)}/confirmation"
    refusal(Caller().post(path, {"solved": "yes", "satisfaction": "satisfied"}), 409)


def test_intake_stays_within_its_number_of_queries(
    street: Street, django_assert_max_num_queries: Any
) -> None:
    caller = Caller()
    caller.post("/concerns", concern(street, category="0103"))  # the process learns its tables
    body = concern(street, category="0103", contact={"phone": "13800005678"}, happening_now=True)
    with django_assert_max_num_queries(15):
        assert caller.post("/concerns", body, Idempotency_Key="k-1").status_code == 201
