"""Taking what is known of a person out of free text. Pure: from a text to a text.

The scanner of :mod:`shangju.core.personal_data` finds what looks like personal data. Here comes first what is known to
be: the name, the phone and the address that the reporter left, however they are written.
"""

import re
import unicodedata
from collections.abc import Iterable

from shangju.core.personal_data import mask_personal_data

STARS = "***"
NAME_AT_LEAST = 2
"""A name of one sign would star every text that holds the sign."""

ADDRESS_AT_LEAST = 3
PHONE_AT_LEAST = 7
STARRED_PHONE_AT_LEAST = 3
"""Digits that a mask leaves in front."""

_BETWEEN = r"[\s\-‐‑–—－.·•()（）]*"
_DIGITS = {
    digit: f"[{digit}{chr(ord(digit) + 0xFEE0)}{han}]"
    for digit, han in zip(
        "0123456789",
        ("〇零○", "一幺壹", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"),
        strict=True,
    )
}

_TO_DIGITS = str.maketrans(
    {sign: digit for digit, signs in _DIGITS.items() for sign in signs.strip("[]") if sign != digit}
)


_NO_DIGITS = re.compile("[^0-9]+")


class Glance:
    """A quick look at one text: whether :class:`KnownData` of a person could find anything; most texts name nobody.

    Never wrong when it says no, and many times cheaper than making the patterns. It says, too, whether there are digits
    enough for a phone at all, so that for most texts nobody has to open the phone.
    """

    __slots__ = ("_digits", "_folded")

    def __init__(self, text: str) -> None:
        self._folded = folded(text)
        self._digits = _NO_DIGITS.sub("", self._folded.translate(_TO_DIGITS))

    def may_name(self, pieces: Iterable[str]) -> bool:
        """Whether one of these, which are :func:`folded`, may stand in it."""
        return any(piece in self._folded for piece in pieces if piece)

    @property
    def has_room_for_phone(self) -> bool:
        """Whether any phone could be in it, whole or starred."""
        return len(self._digits) >= (STARRED_PHONE_AT_LEAST if "*" in self._folded else PHONE_AT_LEAST)

    def may_hold_phone(self, phone: str) -> bool:
        """Whether this phone may be in it."""
        if len(phone) < PHONE_AT_LEAST:
            return False
        return phone in self._digits or ("*" in self._folded and phone[:3] in self._digits)


def folded(text: str) -> str:
    """``text`` without blanks, without case, and in one width: in which a piece is looked for."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return "".join(text.casefold().split())


class KnownData:
    """The name, phone and address of one or more reporters, as patterns."""

    def __init__(
        self, *, names: Iterable[str] = (), phones: Iterable[str] = (), addresses: Iterable[str] = ()
    ) -> None:
        patterns = {_loosely(name) for name in names if len(name.strip()) >= NAME_AT_LEAST}
        patterns |= {_loosely(address) for address in addresses if len(address.strip()) >= ADDRESS_AT_LEAST}
        patterns |= {_phone(phone) for phone in phones if len(phone) >= PHONE_AT_LEAST}
        patterns |= {_starred(phone) for phone in phones if len(phone) >= PHONE_AT_LEAST}
        # The longest first: an address may hold the name.
        joined = "|".join(sorted(patterns, key=lambda each: (-len(each), each)))
        self._pattern = re.compile(joined, re.IGNORECASE) if joined else None

    def mask(self, text: str) -> str:
        """``text`` without what is known and without what looks like personal data."""
        if self._pattern is not None:
            text = self._pattern.sub(STARS, text)
        return mask_personal_data(text)

    def mask_values(self, value: object) -> object:
        """The same for every text inside a JSON value; keys stay."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, list):
            return [self.mask_values(each) for each in value]
        if isinstance(value, dict):
            return {key: self.mask_values(each) for key, each in value.items()}
        return value


def _loosely(words: str) -> str:
    """The signs of ``words`` in order, full-width or half-width, with or without blanks between."""
    return r"\s*".join(
        _sign(sign) for sign in unicodedata.normalize("NFKC", words.strip()) if not sign.isspace()
    )


def _sign(sign: str) -> str:
    wide = chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else ""
    return f"(?:{re.escape(sign)}|{wide})" if wide else re.escape(sign)


def _phone(phone: str) -> str:
    """The digits in order, in whichever signs, with whatever is written between the groups."""
    return _BETWEEN.join(_DIGITS.get(digit, re.escape(digit)) for digit in phone)


def _starred(phone: str) -> str:
    """The number as masks leave it, ``138****5678``: together with the place its ends may still say whose it is."""
    front, back = (
        "".join(_DIGITS.get(digit, re.escape(digit)) for digit in part) for part in (phone[:3], phone[-4:])
    )
    return rf"{front}[\s\-]*[*＊][\s\-*＊]*{back}"
