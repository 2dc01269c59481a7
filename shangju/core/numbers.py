"""Whole numbers out of texts that anybody may have typed into an address or a hidden field."""

DIGITS_AT_MOST = 18
"""What a database key can hold; a longer row of digits names nothing, and Python refuses to read some thousand."""


def small_number(text: str) -> int | None:
    """The number that ``text`` writes in decimal digits, or none where it writes none that could be a key."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS_AT_MOST else None
