"""Taking a concern in once, and the wall around who raised it, on what is stored."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from shangju.cases import codes
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Case, ContactReveal, ReporterContact
from shangju.cases.places import Place
from shangju.cases.reporter import (
    mask_name,
    mask_phone,
    masked_contact,
    reveal_contact,
    reveals_of,
    unusually_many,
)
from shangju.cases.rules import REPORTER
from shangju.cases.tests.stories import MARKERS, WORDS, case_in, raised
from shangju.cases.workflow import State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]


LOOK: dict[str, Any] = {"fields": ["phone"], "code": "call_back", "reason": "回访预约时间"}
"""A sound look at a contact."""


def submission(street: Street, **fields: Any) -> Submission:
    return Submission(**{"text": WORDS, "place": Place(street.areas["grid"]), **fields})


def test_the_same_key_gives_the_same_receipt(street: Street, now: datetime) -> None:
    receipts = [
        register_concern(submission(street), by=REPORTER, now=now, idempotency_key="one") for _ in range(3)
    ]
    assert [receipt.is_repeat for receipt in receipts] == [False, True, True]
    assert len({(receipt.case.pk, receipt.tracking_code) for receipt in receipts}) == 1
    assert Case.objects.count() == 1


def test_the_same_key_with_other_content_is_a_conflict(street: Street, now: datetime) -> None:
    register_concern(submission(street), by=REPORTER, now=now, idempotency_key="one")
    with pytest.raises(Conflict):
        register_concern(submission(street, text="别的事"), by=REPORTER, now=now, idempotency_key="one")
    assert Case.objects.count() == 1


def test_codes_are_long_enough_and_found_however_typed(street: Street, now: datetime) -> None:
    assert len(codes.CODE_ALPHABET) ** codes.CODE_LENGTH >= 2**60
    assert not set("OILU") & set(codes.CODE_ALPHABET)
    code = register_concern(submission(street), by=REPORTER, now=now).tracking_code
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert Case.objects.get().tracking_print == codes.code_print(typed)


def test_numbers_run_by_sub_district_and_year(street: Street, now: datetime) -> None:
    next_year = now + timedelta(days=365)
    numbers = [
        raised(street, now=now).number,
        raised(street, now=now).number,
        raised(street, now=now, area="far:grid").number,
        raised(street, now=next_year).number,
    ]
    assert numbers == ["AX26-000001", "AX26-000002", "BX26-000001", "AX27-000001"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "长" * 4001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"request_type": "wish"}, "request_type"),
        ({"contact": ContactDetails(phone="123")}, "phone"),
    ],
)
def test_bad_input_is_refused_at_its_field(street: Street, now: datetime, fields: Any, field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        register_concern(submission(street, **fields), by=REPORTER, now=now)
    assert list(refusal.value.fields) == [field]
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("who", "taken"),
    [("officer", True), ("building_head", False), ("other_officer", False), ("far_desk", False)],
)
def test_staff_enter_for_their_own_area(street: Street, now: datetime, who: str, taken: bool) -> None:
    if taken:
        case = register_concern(submission(street), by=street.staff(who), now=now).case
        assert case.registered_by == street.users[who]
        return
    with pytest.raises(NotAllowed):
        register_concern(submission(street), by=street.staff(who), now=now)
    assert not Case.objects.exists()


def test_no_row_of_any_table_shows_who_it_was(street: Street, now: datetime) -> None:
    case_in(State.CLOSED, street, now=now)
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            stored = repr(cursor.fetchall())
        for marker in MARKERS.values():
            assert marker not in stored, f"{marker} stands in plain in {table}"
    assert ReporterContact.objects.get().phone == MARKERS["phone"]


def test_the_anonymous_leave_no_name_and_no_phone(street: Street, now: datetime) -> None:
    raised(street, now=now, is_anonymous=True)
    contact = ReporterContact.objects.get()
    assert (contact.name, contact.phone, contact.phone_print, contact.may_be_called) == ("", "", "", False)


def test_a_point_is_open_to_a_hundred_metres_only(street: Street, now: datetime) -> None:
    place = Place(street.areas["grid"], longitude=116.1234567, latitude=39.7654321)
    register_concern(submission(street, place=place), by=REPORTER, now=now)
    case = Case.objects.get()
    assert (case.longitude, case.latitude) == (116.123, 39.765)
    assert ReporterContact.objects.get().exact_point == "116.1234567,39.7654321"


def test_masks() -> None:
    assert [mask_name(name) for name in ("", "张三", "欧阳某某")] == ["", "张**", "欧**"]
    assert [mask_phone(phone) for phone in ("", "13800005678", "83001234")] == ["", "138****5678", "****34"]


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("officer", True), ("duty_desk", True), ("grid_worker", True), ("task_force", True), ("building_head", True),
        ("leader", False), ("grid_secretary", False), ("other_officer", False), ("far_desk", False),
        ("officer_with_shop", False), ("shopkeeper", False), ("market_worker", False),
        ("system_administrator", False), ("audit_administrator", False), ("resident", False),
    ],
)  # fmt: skip
def test_who_may_see_the_contact(street: Street, now: datetime, who: str, allowed: bool) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    if allowed:
        seen = reveal_contact(case, by=street.staff(who), **LOOK, now=now)
        assert seen.phone == MARKERS["phone"]
        logged = ContactReveal.objects.get()
        assert (logged.by, logged.field, logged.code, logged.reason, logged.at) == (
            street.users[who], "phone", "call_back", LOOK["reason"], now,
        )  # fmt: skip
        assert logged.post_name
        assert (seen.name, seen.exact_address, seen.words) == ("", "", "")
        assert masked_contact(case).reveal_count == 1  # type: ignore[union-attr]
        return
    with pytest.raises(NotAllowed):
        reveal_contact(case, by=street.staff(who), **LOOK, now=now)
    assert not ContactReveal.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": " "}, "reason"), ({"reason": "看看"}, "reason"), ({"code": "curiosity"}, "code"),
        ({"fields": []}, "fields"), ({"fields": ["phone", "state"]}, "fields"),
    ],
)  # fmt: skip
def test_a_look_needs_a_reason(street: Street, now: datetime, wrong: dict[str, Any], field: str) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    with pytest.raises(DomainError) as refusal:
        reveal_contact(case, by=street.staff("officer"), **{**LOOK, **wrong}, now=now)
    assert list(refusal.value.fields) == [field]
    assert not ContactReveal.objects.exists()


def test_only_what_was_asked_for_and_is_there_is_shown_and_logged(street: Street, now: datetime) -> None:
    case = raised(street, now=now, is_anonymous=True, text="13877665544 是店主")
    look = {**LOOK, "fields": ["name", "phone", "exact_address", "words"]}
    seen = reveal_contact(case, by=street.staff("officer"), **look, now=now)
    assert (seen.name, seen.phone) == ("", "")
    assert (seen.exact_address, seen.words) == (MARKERS["address"], "13877665544 是店主")
    assert {look.field for look in ContactReveal.objects.all()} == {"exact_address", "words"}
    trail = AuditEvent.objects.get(action="contact.revealed")
    assert trail.after == {"fields": ["exact_address", "words"], "code": "call_back"}


def test_many_looks_by_one_user_are_pointed_out(street: Street, now: datetime, settings: Any) -> None:
    settings.REVEALS_PER_DAY = 2
    cases = [case_in(State.REGISTERED, street, now=now) for _ in range(3)]
    for case in cases[:2]:
        reveal_contact(case, by=street.staff("officer"), **LOOK, now=now)
    leader, far = street.staff("leader").standing, street.staff("far_desk").standing
    assert unusually_many(leader, now=now) == []
    reveal_contact(cases[2], by=street.staff("officer"), **LOOK, now=now)
    assert [(each.user, each.cases) for each in unusually_many(leader, now=now)] == [
        (street.users["officer"], 3)
    ]
    assert unusually_many(leader, now=now + timedelta(days=2)) == []
    assert unusually_many(far, now=now) == []
    assert reveals_of(leader, days=7, field="phone", now=now).count() == 3
    assert not reveals_of(leader, days=7, field="name", now=now).exists()
    assert not reveals_of(street.staff("officer").standing, days=7, field="", now=now).exists()
