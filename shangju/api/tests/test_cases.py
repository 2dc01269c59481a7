"""The side of staff: worklist, case, moves; by key or by session, never further than the user's rights."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import ApiToken
from shangju.api.tests.calls import Caller, key_of, refusal
from shangju.cases import chain
from shangju.cases.models import Case
from shangju.cases.tests.stories import MARKERS, WORDS, case_in, raised
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.services import delegate_user
from tests.street import Street

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def caller(street: Street, name: str, **options: Any) -> Caller:
    return Caller(key_of(street.users[name], now=timezone.now()), **options)


def content(response: Any) -> Any:
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def read_again(case: Case) -> Case:
    with everywhere(EverywhereReason.VERIFICATION):
        return Case.objects.get(pk=case.pk)


OBJECT_ANSWERS = {
    "officer": 200, "secretary": 200, "grid_secretary": 200, "grid_worker": 200, "duty_desk": 200, "task_force": 200,
    "leader": 200, "building_head": 200, "second_officer": 200, "officer_with_shop": 404, "other_officer": 404,
    "other_worker": 404, "far_desk": 404, "unit": 403, "contact": 403, "hub_household": 403, "shopkeeper": 404,
    "property_clerk": 404, "resident": 404, "system_administrator": 404, "security_administrator": 404,
    "audit_administrator": 404,
}  # fmt: skip
"""Who may open a case in work in the grid: concerned is the shop, handler the grid worker, assistant the building head."""

LIST_ANSWERS = {
    "officer": 200, "unit": 200, "building_head": 200, "far_desk": 200, "contact": 403, "hub_household": 403,
    "shopkeeper": 403, "resident": 403, "system_administrator": 403,
}  # fmt: skip


def test_each_role_opens_what_its_rights_open(street: Street, now: datetime) -> None:
    number = case_in(State.IN_PROGRESS, street, now=now).number
    callers = {name: caller(street, name) for name in OBJECT_ANSWERS}
    for path in (f"/cases/{number}", f"/cases/{number}/moves"):
        assert {name: by.get(path).status_code for name, by in callers.items()} == OBJECT_ANSWERS
    assert {name: callers[name].get("/cases").status_code for name in LIST_ANSWERS} == LIST_ANSWERS
    may_not_sign = {
        name: by.post(f"/cases/{number}/moves", {"move": "resolve"}).status_code
        for name, by in callers.items()
    }
    assert may_not_sign == {
        name: 422 if name == "grid_worker" else 403 if status == 200 else status
        for name, status in OBJECT_ANSWERS.items()
    }
    assert read_again(Case(pk=_pk(number))).state == "in_progress"


def _pk(number: str) -> int:
    with everywhere(EverywhereReason.VERIFICATION):
        return Case.objects.get(number=number).pk


@pytest.mark.parametrize("path", ["/cases", "/cases/DSK26-000001", "/cases/DSK26-000001/moves"])
def test_without_sign_in_nothing_opens(path: str) -> None:
    response = Caller().get(path)
    assert refusal(response, 401)["code"] == "sign_in_needed"
    assert response["WWW-Authenticate"] == "Bearer"
    refusal(Caller("sj_nobodys").get(path), 401)
    refusal(Caller("nonsense").get(path), 401)


def test_a_key_ends_with_its_time_its_user_and_its_revocation(street: Street) -> None:
    officer = caller(street, "officer")
    assert officer.get("/cases").status_code == 200
    ApiToken.objects.update(expires_at=timezone.now())
    refusal(officer.get("/cases"), 401)
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(days=1), revoked_at=timezone.now())
    refusal(officer.get("/cases"), 401)
    ApiToken.objects.update(revoked_at=None)
    street.users["officer"].is_active = False
    street.users["officer"].save()
    refusal(officer.get("/cases"), 401)


def test_the_list_shows_own_areas_cases_and_pages_through_them(street: Street, now: datetime) -> None:
    numbers = [raised(street, now=now + timedelta(minutes=minute)).number for minute in range(5)]
    raised(street, now=now, area="second")
    officer = caller(street, "officer")
    found: list[str] = []
    cursor = ""
    for _page in range(3):
        page = content(officer.get("/cases", limit=2, cursor=cursor))
        found += [row["number"] for row in page["items"]]
        cursor = page["next_cursor"] or ""
    assert (found, cursor) == (numbers, "")
    row = content(officer.get("/cases"))["items"][0]
    assert row["area"] == {"code": street.areas["building"].code, "name": street.areas["building"].name}
    assert (row["state"], row["handler"], row["category"]) == ("registered", None, None)


def test_filters_narrow_the_list(street: Street, now: datetime) -> None:
    worked = case_in(State.IN_PROGRESS, street, now=now)
    fresh = raised(street, now=now, text="油烟太大")
    worker = caller(street, "grid_worker")
    post = street.posts["grid_worker"].pk

    def found(**filters: Any) -> set[str]:
        return {row["number"] for row in content(worker.get("/cases", **filters))["items"]}

    assert found() == {worked.number, fresh.number}
    assert found(state="in_progress") == {worked.number}
    assert found(state="ended") == set()
    assert found(state="all", handler="mine") == found(handler=str(post)) == {worked.number}
    assert found(q="油烟") == {fresh.number}
    assert found(category="0103") == {worked.number}
    assert found(area=street.areas["building"].code) == {worked.number, fresh.number}
    assert found(area="nowhere") == set()
    assert found(light="purple") == {worked.number, fresh.number}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "gone"), ("light", "pink"), ("handler", "x"), ("handler", "9" * 19), ("handler", "１"),
        ("limit", "0"), ("limit", "201"), ("limit", "9" * 400), ("limit", "x"), ("cursor", "x"), ("cursor", "W10"),
        ("cursor", "WyIwMDAxLTAxLTAxVDAwOjAwKzIzOjU5IiwxXQ"), ("cursor", "a" * 201), ("q", "\x00"), ("q", "q" * 201),
        ("area", "\x00"), ("category", "\x00"),
    ],
)  # fmt: skip
def test_a_wrong_filter_gets_its_sentence(name: str, value: str, street: Street) -> None:
    assert list(refusal(caller(street, "officer").get("/cases", **{name: value}), 422)["errors"]) == [name]


@pytest.mark.parametrize("words", ["%", "_", "'", '"', "\\", "😀", "a" * 200, "\u202e", "NEAR(", "*"])
def test_any_words_may_be_searched(words: str, street: Street, now: datetime) -> None:
    raised(street, now=now)
    assert content(caller(street, "officer").get("/cases", q=words))["next_cursor"] is None


def test_a_case_shows_clocks_and_an_unbroken_history_but_never_the_reporter(
    street: Street, now: datetime
) -> None:
    case = case_in(State.RESOLVED, street, now=now)
    response = caller(street, "officer").get(f"/cases/{case.number}")
    answer = content(response)
    assert (answer["text"], answer["state"], answer["concerned_party"]) == (
        WORDS,
        "resolved",
        str(street.parties["shop"]),
    )
    with everywhere(EverywhereReason.VERIFICATION):
        events = list(case.events.all())
        assert chain.first_break(case, events) is None
        clocks = list(case.clocks.all())
    assert [row["hash"] for row in answer["history"]] == [event.hash for event in events]
    assert [row["previous_hash"] for row in answer["history"]][1:] == [event.hash for event in events][:-1]
    assert [row["by"] for row in answer["history"]][:2] == ["", "officer 1号"]
    assert [(row["step"], row["met"]) for row in answer["clocks"]] == [(c.step, c.is_met) for c in clocks]
    assert all(row["explanation"] for row in answer["clocks"])
    for marker in MARKERS.values():
        assert marker not in json.dumps(answer, ensure_ascii=False)


def test_a_reporter_with_an_account_is_not_named_to_staff(street: Street, now: datetime) -> None:
    resident = caller(street, "resident")
    body = {"text": WORDS, "place": {"area_code": street.areas["building"].code}}
    number = json.loads(resident.post("/concerns", body).content)["number"]
    answer = content(caller(street, "officer").get(f"/cases/{number}"))
    assert "resident" not in json.dumps(answer, ensure_ascii=False)
    assert answer["history"][0]["role"] == "reporter"


def test_moves_are_listed_with_their_fields(street: Street, now: datetime) -> None:
    number = raised(street, now=now).number
    listed = {row["move"]: row for row in content(caller(street, "officer").get(f"/cases/{number}/moves"))}
    assert list(listed) == ["accept", "decline", "refer", "answer_directly", "merge", "protect", "recuse"]
    fields = {field["name"]: field for field in listed["accept"]["fields"]}
    assert fields["category"]["required"] is True
    assert {"value", "label"} == set(fields["category"]["choices"][0])
    assert "choices" not in fields["title"]
    supervising = content(caller(street, "leader").get(f"/cases/{number}/moves"))
    assert [row["move"] for row in supervising] == ["urge", "supervise", "escalate", "convene", "recuse"]


def test_a_case_goes_its_whole_way_by_the_interface(street: Street, now: datetime) -> None:
    case = raised(street, now=timezone.now() - timedelta(hours=1), area="grid")
    officer, worker = caller(street, "officer"), caller(street, "grid_worker")
    handler = f"post-{street.posts['grid_worker'].pk}"
    way: list[tuple[Caller, dict[str, Any], str]] = [
        (officer, {"move": "accept", "category": "0103", "request_type": "complaint"}, "accepted"),
        (officer, {"move": "dispatch", "handler": handler, "assistants": []}, "dispatched"),
        (worker, {"move": "sign"}, "in_progress"),
        (worker, {"move": "contact", "way": "phone", "note": "已联系"}, "in_progress"),
        (worker, {"move": "visit", "place": "upstairs", "finding": "楼上无异常", "made_safe": False}, "in_progress"),
        (worker, {"move": "find_cause", "root_cause": "吊扇老化", "party": street.parties["shop"].pk,
                  "party_summary": "吊扇嗡嗡声影响楼上"}, "in_progress"),
        (worker, {"move": "mediate", "with_whom": "店主", "account": "劝导", "result": "agreed",
                  "follow_up_on": "2030-12-01"}, "in_progress"),
        (worker, {"move": "resolve", "outcome": "solved", "answer": "已拆除"}, "resolved"),
        (officer, {"move": "confirm", "solved": "yes", "satisfaction": "satisfied"}, "closed"),
    ]  # fmt: skip
    for by, body, state in way:
        answer = by.post(f"/cases/{case.number}/moves", body)
        assert (answer.status_code, json.loads(answer.content).get("state")) == (200, state), answer.content
    closed = read_again(case)
    with everywhere(EverywhereReason.VERIFICATION):
        assert chain.first_break(closed, closed.events.all()) is None
        assert closed.contacts.get().reached is True
        kinds = [event.kind for event in closed.events.all()]
    assert kinds == ["register", *(body["move"] for _by, body, _state in way)]


def test_somebody_was_first(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    officer, path = caller(street, "officer"), f"/cases/{case.number}/moves"
    decline = {"move": "decline", "reason": "too_vague", "explanation": "请补充", "seen": 1}
    assert officer.post(path, decline | {"seen": 2}).status_code == 409
    assert officer.post(path, decline).status_code == 200
    assert refusal(officer.post(path, decline), 409)["code"] == "conflict"
    assert read_again(case).history_length == 2


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"move": "decline"}, "explanation"),
    ({"move": "decline", "reason": "why", "explanation": "x"}, "reason"),
    ({"move": "decline", "reason": ["too_vague"], "explanation": "x"}, "reason"),
    ({"move": "decline", "reason": "too_vague", "explanation": 5}, "explanation"),
    ({"move": "decline", "reason": "too_vague", "explanation": {"a": 1}}, "explanation"),
    ({"move": "decline", "reason": "too_vague", "explanation": "\x00"}, "explanation"),
    ({"move": "decline", "reason": "too_vague", "explanation": "\ud800"}, "explanation"),
    ({"move": "decline", "reason": "too_vague", "explanation": "x" * 1001}, "explanation"),
    ({"move": "decline", "reason": "too_vague", "explanation": "x", "extra": 1}, "extra"),
    ({"move": "decline", "reason": "\x00", "explanation": "x"}, "reason"),
    ({"move": "accept", "category": 10**400, "request_type": "complaint"}, "category"),
    ({"move": "accept", "category": "0103", "request_type": "complaint", "area": 10**30}, "area"),
    ({"move": "accept", "category": "0103", "request_type": "complaint", "area": "\x00"}, "area"),
    ({"move": "accept", "category": "0103", "request_type": "complaint", "deadline_class": "N"}, "deadline_class"),
    ({"move": "accept", "category": "0103", "request_type": "complaint", "seen": -1}, "seen"),
    ({"move": "accept", "category": "0103", "request_type": "complaint", "seen": "1"}, "seen"),
    ({"move": "accept", "category": "0103", "request_type": "complaint", "seen": 2**40}, "seen"),
    ({"move": "fly"}, "move"),
    ({"move": "withdraw"}, "move"),
    ({"move": "\ud800"}, "move"),
    ({"move": 5}, "move"),
    ({}, "move"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "field"), FAULTS)
def test_a_move_that_is_wrong_says_where(
    body: dict[str, Any], field: str, street: Street, now: datetime
) -> None:
    case = raised(street, now=now)
    response = caller(street, "officer").post(f"/cases/{case.number}/moves", body)
    assert field in refusal(response, 422)["errors"]
    assert (read_again(case).state, read_again(case).history_length) == ("registered", 1)


@pytest.mark.parametrize("number", ["DSK26-999999", "x", "%00", "a" * 300, "号", "%27"])
def test_a_number_that_nobody_has_is_404(number: str, street: Street) -> None:
    officer = caller(street, "officer")
    refusal(officer.get(f"/cases/{number}"), 404)
    refusal(officer.get(f"/cases/{number}/moves"), 404)
    refusal(officer.post(f"/cases/{number}/moves", {"move": "sign"}), 404)


def test_a_move_that_takes_the_case_out_of_view_is_answered_shortly(street: Street, now: datetime) -> None:
    case = case_in(State.ACCEPTED, street, now=now, area="grid")
    shop, user = street.parties["shop"], street.users["grid_worker"]
    with everywhere(EverywhereReason.SETUP):
        delegate_user(shop, user=user, starts_on=date(2026, 1, 1), by=COMMAND_LINE, now=now)
    worker, path = caller(street, "grid_worker"), f"/cases/{case.number}/moves"
    handler = {"move": "dispatch", "handler": f"post-{street.posts['grid_worker'].pk}"}
    assert caller(street, "officer").post(path, handler).status_code == 200
    assert "history" in content(worker.post(path, {"move": "sign"}))
    body = {"move": "find_cause", "root_cause": "吊扇老化", "party": shop.pk, "party_summary": "吊扇声响"}
    answer = content(worker.post(path, body))
    assert (answer["number"], answer["state"], "history" in answer) == (case.number, "in_progress", False)
    assert read_again(case).concerned_party_id == shop.pk
    refusal(worker.get(f"/cases/{case.number}"), 404)


def test_a_signed_in_browser_reads_freely_and_writes_with_its_token(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(street.users["officer"], backend=BACKEND)
    assert client.get(f"/api/v1/cases/{case.number}").status_code == 200
    path = f"/api/v1/cases/{case.number}/moves"
    body = json.dumps({"move": "decline", "reason": "too_vague", "explanation": "请补充"})
    assert refusal(client.post(path, body, content_type="application/json"), 403)["code"] == "csrf_failed"
    assert read_again(case).state == "registered"
    secret = "0" * 32
    client.cookies["csrftoken"] = secret
    answer = client.post(path, body, content_type="application/json", headers={"X-CSRFToken": secret})
    assert answer.status_code == 200, answer.content
    assert read_again(case).state == "declined"


def test_a_signed_in_browser_reports_with_its_token_only(street: Street) -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(street.users["resident"], backend=BACKEND)
    body = json.dumps({"text": WORDS, "place": {"area_code": street.areas["building"].code}})
    refusal(client.post("/api/v1/concerns", body, content_type="application/json"), 403)
    with everywhere(EverywhereReason.VERIFICATION):
        assert not Case.objects.exists()


def test_the_worklist_costs_the_same_for_one_row_and_for_twenty(
    street: Street, now: datetime, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    officer = caller(street, "officer")
    raised(street, now=now)
    officer.get("/cases")
    with django_assert_max_num_queries(8) as one:
        officer.get("/cases")
    for minute in range(20):
        raised(street, now=now + timedelta(minutes=minute))
    with django_assert_num_queries(len(one)):
        officer.get("/cases")
