"""The ledger of concerns, end to end: what is in it, in which order, as which file, and what the log keeps."""

import hashlib
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from shangju.cases.models import Case
from shangju.cases.tests.stories import MARKERS, case_in, raised
from shangju.cases.workflow import State
from shangju.core.errors import NotAllowed
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.ledgers.models import Export
from shangju.ledgers.tests.reading import content_of, exported, rows_in
from tests.street import Street

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_has_the_chosen_columns_in_their_order_and_says_who_took_it(
    street: Street, now: datetime, form: str
) -> None:
    case = case_in(State.CLOSED, street, now=now - timedelta(days=3))
    taken = exported(street, "officer", now=now, form=form, columns=("state", "number", "title"))
    headers, row, mark = rows_in(content_of(taken), form)
    assert headers == ["Row", "State", "Number", "Title"]
    assert row == ["1", "Closed", case.number, case.title]
    assert mark[0].startswith("# Taken out by officer 1号 · community_officer 1号 · ")
    assert mark[1:] == [""] * (len(mark) - 1)


def test_the_log_keeps_who_took_what_why_and_the_print_of_the_file(street: Street, now: datetime) -> None:
    raised(street, now=now)
    taken = exported(street, "officer", now=now, columns=("number",), channel="web", reason="月度检查")
    with everywhere(EverywhereReason.VERIFICATION):
        kept = Export.objects.get()
    content = content_of(taken)
    assert (kept.asked_by, kept.post_name, kept.reason) == (
        street.users["officer"],
        "community_officer 1号",
        "月度检查",
    )
    assert (kept.kind, kept.columns, kept.filters) == ("case", ["number"], {"channel": "web"})
    assert (kept.state, kept.row_count, kept.file) == ("done", 1, "")
    assert (kept.size, kept.sha256) == (len(content), hashlib.sha256(content).hexdigest())


FILTERS: list[tuple[dict[str, object], list[str]]] = [
    ({}, ["old", "grid", "market"]),
    ({"first": 5}, ["grid", "market"]),
    ({"last": 5}, ["old"]),
    ({"first": 20, "last": 20}, ["old"]),
    ({"first": 5, "by": "act"}, []),
    ({"area": "A1"}, ["old", "grid", "market"]),
    ({"area": "B"}, []),
    ({"area": "nothing"}, []),
    ({"state": "registered"}, ["old", "grid", "market"]),
    ({"state": "closed"}, []),
    ({"channel": "phone"}, []),
    ({"category": "01"}, []),
]
"""Days are days ago."""


def test_filters(street: Street, now: datetime) -> None:
    there = {
        "old": raised(street, now=now - timedelta(days=20), area="grid"),
        "grid": raised(street, now=now, area="grid"),
        "market": raised(street, now=now, area="market"),
        "far": raised(street, now=now, area="far:grid"),
    }
    for filters, expected in FILTERS:
        given = {
            name: timezone.localdate(now) - timedelta(days=value) if isinstance(value, int) else value
            for name, value in filters.items()
        }
        rows = rows_in(content_of(exported(street, "officer", now=now, columns=("number",), **given)), "csv")
        assert [row[1] for row in rows[1:-1]] == [there[name].number for name in expected], filters


def test_contacts_are_masked_and_words_without_them(street: Street, now: datetime) -> None:
    words = f"我是{MARKERS['name']}，住{MARKERS['address']}，电话 138-0000-5678，楼下太吵"
    raised(street, now=now, text=words)
    columns = ("reporter_name", "reporter_phone", "reporter_address", "text", "title", "place")
    content = content_of(exported(street, "officer", now=now, columns=columns))
    row = rows_in(content, "csv")[1]
    assert row[1:4] == ["某**", "138****5678", "东里1幢"]
    assert not [
        piece for piece in (*MARKERS.values(), "138-0000-5678") if piece in content.decode("utf-8-sig")
    ]
    assert "楼下太吵" in row[4]


@pytest.mark.parametrize("change", [{"is_confidential": True}, {"concerns_minor": True}])
def test_of_a_confidential_case_or_one_about_a_minor_no_word_leaves(
    street: Street, now: datetime, change: dict[str, bool]
) -> None:
    case = raised(street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(**change)
    row = rows_in(
        content_of(exported(street, "officer", now=now, columns=("number", "title", "text", "place"))), "csv"
    )[1]
    assert row == ["1", case.number, "Confidential: Complaint", "", ""]


def test_what_nobody_may_open_is_not_in_it(street: Street, now: datetime) -> None:
    """The wall: a member of the shop concerned, who is an officer as well, finds no row about it."""
    raised(street, now=now, place_party=street.parties["shop"])
    assert len(rows_in(content_of(exported(street, "officer_with_shop", now=now)), "csv")) == 2
    assert len(rows_in(content_of(exported(street, "officer", now=now)), "csv")) == 3


@pytest.mark.parametrize(
    ("who", "area", "may"),
    [
        ("officer", "first", True),
        ("officer", "second", False),
        ("officer", "subdistrict", False),
        ("leader", "subdistrict", True),
        ("grid_secretary", "grid", True),
        ("grid_worker", "grid", False),
        ("unit", "subdistrict", False),
        ("far_desk", "subdistrict", False),
    ],
)
def test_who_takes_a_ledger_out(street: Street, now: datetime, who: str, area: str, may: bool) -> None:
    if may:
        assert exported(street, who, now=now, of=area).content
    else:
        with pytest.raises(NotAllowed):
            exported(street, who, now=now, of=area)
    with everywhere(EverywhereReason.VERIFICATION):
        assert Export.objects.count() == may
