"""What the columns of a table mean: found by their headers, or named by hand and remembered."""

from datetime import datetime

import pytest
from hypothesis import given as examples
from hypothesis import settings, strategies

from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.columns import find_columns, orders_mapping, positions_from
from shangju.imports.models import ColumnPlan
from shangju.imports.queries import previewed
from shangju.imports.runs import name_columns
from shangju.imports.tests.giving import again, examined, given, outcomes
from shangju.imports.tests.giving import work as work_through
from tests.street import Street

pytestmark = pytest.mark.django_db


def test_columns_that_nobody_knows_are_named_by_hand_and_remembered(street: Street, now: datetime) -> None:
    rows = "号码,说了什么,何处\nE1,油烟扰民,A1\n"
    run = given(street, rows, now=now)
    assert run.stage == "choosing"
    by = street.staff("duty_desk")
    with street.seen_by("duty_desk"):
        with pytest.raises(DomainError) as refused:
            name_columns(run, positions={"id": [0]}, by=by, now=now)
        assert list(refused.value.fields) == ["columns"]
        positions = positions_from(["id", "text", "area"], run.headers)
        name_columns(run, positions=positions, by=by, now=now, remember_as="热线新版")
    work_through(now)
    assert outcomes(run) == {2: "fresh"}
    # The next table with these headers, and a community's officer as well, need nobody to name them.
    later = given(street, "何处,说了什么,号码,其他\nA1,停车,E2,\n", now=now, who="officer", area="first")
    assert (later.stage, later.positions) == ("examining", {"id": [2], "text": [1], "area": [0]})
    far = given(street, rows, now=now, who="far_desk", area="far:subdistrict")
    assert far.stage == "choosing"
    with everywhere(EverywhereReason.VERIFICATION):
        plan = ColumnPlan.objects.get()
    assert (plan.name, plan.area_id, plan.columns["text"]) == (
        "热线新版",
        street.areas["subdistrict"].pk,
        ["说了什么"],
    )


def test_naming_other_columns_looks_through_again(street: Street, now: datetime) -> None:
    run = examined(street, "工单编号,诉求内容,甲\nE1,一,二\n", now=now)
    with street.seen_by("duty_desk"):
        name_columns(run, positions={"id": [0], "text": [2]}, by=street.staff("duty_desk"), now=now)
        start_import_later = again(run)
    assert start_import_later.stage == "examining"
    work_through(now)
    with street.seen_by("duty_desk"):
        assert [row.text for row in previewed(again(run), now=now)] == ["二"]


SYNONYMS = [
    (name, word)
    for name, words in orders_mapping().columns.items()
    for word in words
    if name in {"id", "text"}
]


@settings(max_examples=60)
@examples(
    strategies.sampled_from([word for name, word in SYNONYMS if name == "id"]),
    strategies.sampled_from([word for name, word in SYNONYMS if name == "text"]),
    strategies.permutations(["id", "text", "其他一", "其他二"]),
    strategies.sampled_from(["{}", " {} ", "*{}", "{}（必填）", "{}:"]),
    strategies.booleans(),
)
def test_headers_are_found_however_they_are_written(
    number: str, text: str, order: list[str], shape: str, is_shouted: bool
) -> None:
    headers = [{"id": number, "text": text}.get(each, each) for each in order]
    shaped = [shape.format(header.upper() if is_shouted else header) for header in headers]
    positions, plan = find_columns(shaped, [])
    assert plan is None
    assert positions["id"] == [order.index("id")]
    assert positions["text"] == [order.index("text")]


@settings(max_examples=40)
@examples(strategies.lists(strategies.sampled_from(["", *orders_mapping().columns]), max_size=14))
def test_a_choice_of_columns_comes_back_as_it_was_made(chosen: list[str]) -> None:
    from shangju.imports.columns import meanings  # noqa: PLC0415 - next to what it is compared with

    headers = [f"列{place}" for place in range(len(chosen))]
    assert meanings(positions_from(chosen, headers), len(chosen)) == chosen
