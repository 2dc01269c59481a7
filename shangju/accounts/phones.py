"""Mainland mobile numbers as people type them, brought to one spelling."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s\-‐-―().·]+")
_COUNTRY_CODE = re.compile(r"^(?:\+|00)?86(?=1\d{10}$)")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


def normalise_phone(text: str) -> str:
    """The 11 digits of a mobile number (``1[3-9]`` and nine more); raises ``ValueError`` for anything else.

    Full-width digits, spaces, dashes, brackets and a leading +86, 0086 or 86 are understood.
    """
    digits = _COUNTRY_CODE.sub("", _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)))
    if not _MOBILE.fullmatch(digits):
        raise ValueError("not a mainland mobile number")
    return digits


def masked_phone(phone: str) -> str:
    """``138****5678``: enough for its owner to know it, too little for anybody else."""
    return f"{phone[:3]}****{phone[-4:]}"
