"""Phones, passwords and names: rules that need no database."""

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from shangju.accounts.addresses import client_address
from shangju.accounts.locks import one_spelling
from shangju.accounts.passwords import KindsOfCharactersValidator, kinds_of_characters
from shangju.accounts.phones import masked_phone, normalise_phone


@pytest.mark.parametrize(
    "typed",
    ["13800138000", "138 0013 8000", "138-0013-8000", "+86 138 0013 8000", "0086-13800138000", "8613800138000",
     "１３８００１３８０００", "＋86（138）0013 8000", "\u3000138\u00a000138000 "],
)  # fmt: skip
def test_the_same_phone_in_many_spellings(typed: str) -> None:
    assert normalise_phone(typed) == "13800138000"


@pytest.mark.parametrize(
    "typed",
    ["", "12800138000", "1380013800", "138001380001", "03158888888", "+1 202 555 0100", "1380013800a", "13800138000;1",
     "+8613800138000 13800138000", "١٣٨٠٠١٣٨٠٠٠"],
)  # fmt: skip
def test_what_is_no_mobile_number(typed: str) -> None:
    with pytest.raises(ValueError):
        normalise_phone(typed)


@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"))
def test_normalising_is_idempotent(phone: str) -> None:
    assert normalise_phone("+86 " + phone) == phone == normalise_phone(phone)
    assert phone[3:7] not in masked_phone(phone)[3:7]


@pytest.mark.parametrize(
    ("password", "kinds"),
    [("abc", 1), ("abcABC", 2), ("abcAB1", 3), ("aB1-", 4), ("商居1a", 3), ("", 0)],
)
def test_kinds_of_characters(password: str, kinds: int) -> None:
    assert kinds_of_characters(password) == kinds
    if kinds >= 3:
        KindsOfCharactersValidator(3).validate(password)
    else:
        with pytest.raises(ValidationError):
            KindsOfCharactersValidator(3).validate(password)


def test_failures_are_counted_under_one_spelling() -> None:
    assert one_spelling(" Ｇrid-Worker ") == one_spelling("grid-worker") == "grid-worker"
    assert one_spelling("138 0013 8000") == one_spelling("13800138000")
    assert "13800138000" not in one_spelling("13800138000")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [(0, "6.6.6.6", "10.0.0.1"), (1, "6.6.6.6, 7.7.7.7", "7.7.7.7"), (2, "1.1.1.1, 6.6.6.6, 7.7.7.7", "6.6.6.6"),
     (2, "7.7.7.7", "10.0.0.1"), (1, "", "10.0.0.1")],
)  # fmt: skip
def test_forwarded_addresses_are_believed_as_far_as_our_proxies_reach(
    settings: object, proxies: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == expected
