"""Edits by hand are found in the history; words are found in the cases."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from shangju.cases import chain, moves
from shangju.cases.models import Case, CaseEvent
from shangju.cases.search import matching
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, raised
from shangju.cases.workflow import State
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]


@pytest.mark.parametrize(
    "edit",
    [
        {"kind": "visit"}, {"to_state": "closed"}, {"from_state": "closed"}, {"role": "system"}, {"post_name": "x"},
        {"by_id": None}, {"note": "改过"}, {"reporter_text": "改过"}, {"party_text": "改过"}, {"data": {}},
        {"hash": "0" * 64}, {"previous_hash": "0" * 64}, {"sequence": 99}, {"at": timedelta(microseconds=1)},
    ],
    ids=lambda edit: next(iter(edit)),
)  # fmt: skip
def test_an_edited_row_is_named(street: Street, now: datetime, edit: dict[str, Any]) -> None:
    case = case_in(State.CLOSED, street, now=now)
    assert chain.first_break(case, case.events.all()) is None
    row = case.events.get(kind="find_cause")
    for name, value in edit.items():
        edited = row.at + value if isinstance(value, timedelta) else value
        CaseEvent.objects.filter(pk=row.pk).update(**{name: edited})
    found = chain.first_break(case, case.events.all())
    assert found is not None
    assert found.number == case.number


@pytest.mark.parametrize("end", [False, True])
def test_a_missing_row_is_found(street: Street, now: datetime, end: bool) -> None:
    case = case_in(State.DISPATCHED, street, now=now)
    row = case.events.last() if end else case.events.get(kind="accept")
    assert row is not None
    CaseEvent.objects.filter(pk=row.pk).delete()
    assert chain.first_break(case, case.events.all()) is not None


FOUND = {
    "噪音": True, "嗡嗡": True, "噪音 原因": True, "困扰，嗡嗡": True, "油烟": False, "噪音 油烟": False, "扰家": False,
    "AX26-000001": True, "ax26": True, "，": True, "东里": True,
}  # fmt: skip


@pytest.mark.parametrize("words", FOUND)
def test_words_are_found(street: Street, now: datetime, words: str) -> None:
    case = raised(street, now=now)
    assert list(matching(Case.objects.all(), words)) == ([case] if FOUND[words] else [])


def test_full_width_words_find_what_was_written_half_width(street: Street, now: datetime) -> None:
    case = raised(street, now=now, text="KTV 每晚吵到3点")
    assert list(matching(Case.objects.all(), "ＫＴＶ")) == [case]
    assert list(matching(Case.objects.all(), "ktv")) == [case]


def test_half_width_words_find_what_was_written_full_width(street: Street, now: datetime) -> None:
    case = raised(street, now=now, text="ＫＴＶ每晚吵到３点")
    assert [list(matching(Case.objects.all(), words)) for words in ("ktv", "KTV", "3点")] == [[case]] * 3


def test_a_title_that_staff_gave_is_found(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    accept = moves.Accept(street.category("0103"), "complaint", "D", case.area, "吊扇嗡嗡响")
    with street.seen_by("officer"):
        apply_move(case, accept, by=street.staff("officer"), now=now)
    assert list(matching(Case.objects.all(), "吊扇")) == [case]
