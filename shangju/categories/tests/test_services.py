"""Seeding and editing the tree, and reading it back."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from shangju.accounts.models import Administrator, AdministratorRole, User
from shangju.categories.models import Category
from shangju.categories.queries import category_by_code, category_tree
from shangju.categories.services import SeedResult, edit_category, seed_categories
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.models import AuditEvent

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded():
    seed_categories(now=NOW)


@pytest.fixture
def system_administrator():
    user = User.objects.create(username="system", display_name="系统管理员 1号")
    Administrator.objects.create(user=user, role=AdministratorRole.SYSTEM)
    return user


def everything():
    return list(Category.objects.order_by("code").values())


def test_seeding_stores_the_whole_table():
    assert seed_categories(now=NOW) == SeedResult(created=84, updated=0, kept=0)
    assert Category.objects.filter(parent__isnull=True).count() == 12
    fan = Category.objects.get(code="0103")
    assert fan.parent.code == "01"
    assert fan.name_zh == "空调风机净化器噪声"
    assert fan.deadline_class == "D"
    assert fan.ladder == [["merchant"], ["community"], ["environment", "enforcement"]]
    assert fan.supervising_rungs == ["environment", "enforcement"]
    assert Category.objects.get(code="0201").self_fix_hours == 24


def test_seeding_twice_changes_nothing(seeded):
    before = everything()
    assert seed_categories(now=LATER) == SeedResult(created=0, updated=0, kept=0)
    assert everything() == before


def test_a_seeded_field_that_drifted_is_brought_back(seeded):
    Category.objects.filter(code="0101").update(deadline_class="C")
    assert seed_categories(now=LATER) == SeedResult(created=0, updated=1, kept=0)
    assert Category.objects.get(code="0101").deadline_class == "B"


def test_what_a_person_edited_stays(seeded, system_administrator):
    edit_category(
        category_by_code("0101"),
        changes={"deadline_class": "C"},
        by=system_administrator,
        now=NOW,
        reason="履职清单",
    )
    assert seed_categories(now=LATER) == SeedResult(created=0, updated=0, kept=1)
    stored = Category.objects.get(code="0101")
    assert (stored.deadline_class, stored.is_edited) == ("C", True)
    event = AuditEvent.objects.get(action="category.edited")
    assert (event.before, event.after, event.reason) == (
        {"deadline_class": "B"},
        {"deadline_class": "C"},
        "履职清单",
    )


@pytest.mark.parametrize("role", [None, AdministratorRole.SECURITY, AdministratorRole.AUDIT])
def test_only_the_system_administrator_edits(seeded, role):
    user = User.objects.create(username="other", display_name="网格员 3号")
    if role:
        Administrator.objects.create(user=user, role=role)
    with pytest.raises(NotAllowed):
        edit_category(category_by_code("0101"), changes={"is_active": False}, by=user, now=NOW)
    assert Category.objects.get(code="0101").is_active


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"deadline_class": "X"}, "deadline_class"),
        ({"ladder": [["mayor"]]}, "ladder"),
        ({"ladder": []}, "ladder"),
        ({"code": "9999"}, "code"),
    ],
)
def test_a_wrong_edit_is_refused_at_its_field_and_stores_nothing(
    seeded, system_administrator, changes, field
):
    before = everything()
    with pytest.raises(DomainError) as refused:
        edit_category(category_by_code("0101"), changes=changes, by=system_administrator, now=LATER)
    assert set(refused.value.fields) == {field}
    assert everything() == before
    assert not AuditEvent.objects.exists()


def test_the_database_refuses_a_leaf_without_class(seeded):
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.filter(code="0101").update(deadline_class="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.filter(code="01").update(deadline_class="B")
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.filter(code="0101").update(night_class="X")


def test_the_tree_shows_what_is_in_use_and_still_finds_the_rest(seeded, system_administrator):
    assert [len(branch.leaves) for branch in category_tree().branches] == [6] * 12
    edit_category(category_by_code("0103"), changes={"is_active": False}, by=system_administrator, now=LATER)
    assert [leaf.code for leaf in category_tree().branches[0].leaves] == [
        "0101",
        "0102",
        "0104",
        "0105",
        "0106",
    ]
    assert category_by_code("0103").is_active is False
    assert category_by_code("9999") is None


def test_reading_again_costs_one_query(seeded, django_assert_num_queries):
    category_tree()
    with django_assert_num_queries(1):
        assert category_by_code("0103").parent.name_zh == "噪声"


def test_an_edit_that_was_rolled_back_is_not_remembered(seeded, system_administrator):
    with transaction.atomic():
        edit_category(category_by_code("0101"), changes={"name_zh": "改"}, by=system_administrator, now=LATER)
        assert category_by_code("0101").name_zh == "改"
        transaction.set_rollback(True)
    assert category_by_code("0101").name_zh == "喇叭音响揽客"


def test_the_command_seeds_and_says_so(capsys):
    call_command("seed_categories")
    call_command("seed_categories")
    assert capsys.readouterr().out.splitlines() == [
        "categories: created 84, updated 0, left as edited 0",
        "categories: created 0, updated 0, left as edited 0",
    ]
