"""Sealed fields: what the database holds, key rotation, and what happens when a key is gone."""

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from shangju.accounts.models import User
from shangju.core import resealing
from shangju.core.resealing import BATCH, is_current, reseal_column, sealed_columns
from shangju.core.sealing import SealedTextField, Unsealable, fingerprint, reseal, seal, unseal

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
PHONE = "13800138000"


@pytest.fixture
def _old_key(settings: Any) -> None:
    settings.FIELD_KEYS = (OLD,)


def stored_phones() -> list[str]:
    """The tokens as the database holds them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@given(st.text())
def test_what_was_sealed_can_be_opened(text: str) -> None:
    assert unseal(seal(text)) == text


def test_a_token_does_not_show_the_text_and_is_never_the_same() -> None:
    assert PHONE not in seal(PHONE)
    assert seal(PHONE) != seal(PHONE)


def test_the_empty_text_stays_empty() -> None:
    assert seal("") == ""
    assert unseal("") == ""


def test_an_old_key_still_opens_and_resealing_needs_it_no_more(settings: Any) -> None:
    settings.FIELD_KEYS = (OLD,)
    token = seal(PHONE)
    settings.FIELD_KEYS = (NEW, OLD)
    assert unseal(token) == PHONE
    fresh = reseal(token)
    settings.FIELD_KEYS = (NEW,)
    assert unseal(fresh) == PHONE
    with pytest.raises(Unsealable):
        unseal(token)


@pytest.mark.parametrize("token", ["not a token", "gAAAAA", PHONE])
def test_what_nobody_sealed_does_not_open(token: str) -> None:
    with pytest.raises(Unsealable):
        unseal(token)


def test_fingerprints_are_equal_for_equal_texts_of_one_purpose(settings: Any) -> None:
    print_ = fingerprint(PHONE, purpose="a")
    assert print_ == fingerprint(PHONE, purpose="a")
    assert len(print_) == 43
    assert print_ != fingerprint(PHONE, purpose="b")
    assert print_ != fingerprint("13800138001", purpose="a")
    settings.FIELD_KEYS = (NEW,)
    assert print_ == fingerprint(PHONE, purpose="a")
    settings.SECRET_KEY = "another"
    assert print_ != fingerprint(PHONE, purpose="a")


@pytest.mark.django_db
def test_a_sealed_field_is_unreadable_in_the_database() -> None:
    user = User.objects.create_user("resident", display_name="居民 1号", phone=PHONE)
    assert PHONE not in stored_phones()[0]
    assert User.objects.get(pk=user.pk).phone == PHONE
    with pytest.raises(FieldError):
        User.objects.filter(phone=PHONE).exists()


def test_sealed_columns_are_found_by_looking_at_the_models() -> None:
    names = {str(column) for column in sealed_columns()}
    assert {"accounts.user.phone", "gateways.outgoingmessage.recipient"} <= names
    assert all(
        isinstance(
            next(f for f in column.model._meta.local_fields if f.column == column.column), SealedTextField
        )
        for column in sealed_columns()
    )


@pytest.fixture
def _three_users(_old_key: None) -> None:
    for number in range(1, 4):
        User.objects.create_user(f"user-{number}", phone=f"1380013800{number}" if number < 3 else "")


@pytest.mark.django_db
@pytest.mark.usefixtures("_three_users")
class TestReseal:
    """The command over stored rows."""

    def test_puts_everything_under_the_newest_key(self, settings: Any) -> None:
        settings.FIELD_KEYS = (NEW, OLD)
        call_command("reseal", stdout=StringIO())
        settings.FIELD_KEYS = (NEW,)
        assert [unseal(token) for token in stored_phones()] == ["13800138001", "13800138002", ""]

    def test_a_second_run_changes_nothing(self, settings: Any) -> None:
        settings.FIELD_KEYS = (NEW, OLD)
        call_command("reseal", stdout=StringIO())
        before = stored_phones()
        call_command("reseal", stdout=StringIO())
        assert stored_phones() == before
        assert all(is_current(token) for token in before if token)

    def test_refuses_when_a_value_opens_with_no_key_and_leaves_it(self, settings: Any) -> None:
        before = stored_phones()
        settings.FIELD_KEYS = (NEW,)
        with pytest.raises(CommandError, match="2 values open with none of the keys"):
            call_command("reseal", stdout=StringIO())
        assert stored_phones() == before

    def test_does_not_undo_a_write_in_between(self, settings: Any) -> None:
        settings.FIELD_KEYS = (NEW, OLD)
        column = next(column for column in sealed_columns() if str(column) == "accounts.user.phone")
        replaced = seal("13900139000")
        token = stored_phones()[0]
        User.objects.filter(username="user-1").update(phone="13900139000")
        assert resealing._replace(column, User.objects.get(username="user-1").pk, token, replaced) == 0
        assert unseal(stored_phones()[0]) == "13900139000"

    def test_goes_on_past_one_batch(self, settings: Any) -> None:
        User.objects.bulk_create(User(username=f"many-{n}", phone=PHONE) for n in range(BATCH))
        settings.FIELD_KEYS = (NEW, OLD)
        column = next(column for column in sealed_columns() if str(column) == "accounts.user.phone")
        *_, count = reseal_column(column)
        assert (count.rows, count.resealed, count.unsealable) == (BATCH + 2, BATCH + 2, 0)
