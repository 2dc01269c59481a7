"""Numbers from anybody's text."""

import pytest

from shangju.core.numbers import small_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("12", 12),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("１２", 12),
        (" 1", None),
        ("1\x00", None),
    ],
)
def test_only_what_can_be_a_key_is_a_number(text: str, number: int | None) -> None:
    assert small_number(text) == number
