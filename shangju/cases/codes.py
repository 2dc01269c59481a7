"""Tracking codes: unguessable, readable over the phone, forgiving to whoever types them."""

import re
import secrets

from shangju.core.sealing import fingerprint

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 13
"""13 signs of 32 are 65 bits: more than the 60 that cases.md §2 asks for, and still readable over the phone."""


def new_code() -> str:
    """A fresh code, without hyphens."""
    return "".join(secrets.choice(CODE_ALPHABET) for _sign in range(CODE_LENGTH))


def format_code(code: str) -> str:
    """``ABCD-EFGH-JKMNP``, the way it is written down."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def normalise_code(code: str) -> str:
    """What somebody typed: hyphens and spaces dropped, letters that look like digits read as these."""
    signs = re.sub(r"[\s\-–—]", "", code.upper())
    return signs.translate(str.maketrans("OIL", "011"))


def code_print(code: str) -> str:
    """The keyed digest by which a case is found from its tracking code."""
    return fingerprint(normalise_code(code), purpose="tracking-code")
