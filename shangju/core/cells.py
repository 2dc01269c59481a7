"""What cells and headers of foreign tables say: pure functions over their texts."""

import re
import unicodedata
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from shangju.core.encodings import UNREADABLE
from shangju.core.errors import DomainError
from shangju.core.spreadsheets import FORMULA_SIGNS

SPREADSHEET_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock; its zone is the mapping's
SERIAL_DAYS = range(20_000, 80_000)
"""Days since the epoch that a bare number may mean as a time: 1954 to 2119."""

QUOTED_FORMULA = re.compile(r'="([^"]*)"')
SPREADSHEET_FAULTS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!"}
)
LOST_DIGITS = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
CONTROL_SIGNS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufeff\ufffe\uffff]")
MUST_OR_MAY = re.compile(r"\((?:必填|选填|必填项|选填项|required|optional)\)")


def header_key(header: str) -> str:
    """One spelling of a header: width, case, spaces, ``_`` and ``-``, and the mark of a compulsory column are alike."""
    plain = MUST_OR_MAY.sub("", unicodedata.normalize("NFKC", header).lower())
    return "".join(sign for sign in plain if not sign.isspace() and sign not in "*\ufeff:\x00_-")


def clean_cell(cell: str) -> str:
    """A cell without what only the file needed. Raises ``DomainError`` where it holds what cannot be kept."""
    if "\x00" in cell:
        raise DomainError(_("The row holds characters that cannot be stored."))
    if UNREADABLE.search(cell):
        raise DomainError(
            _("The row holds signs that are damaged: bytes that mean nothing in this encoding.")
        )
    plain = CONTROL_SIGNS.sub("", cell).strip()
    if plain[:1] == "'" and plain[1:2] in FORMULA_SIGNS:
        plain = plain[1:]  # the mark with which answers and refused rows leave our house
    if quoted := QUOTED_FORMULA.fullmatch(plain):
        plain = quoted[1].strip()
    if plain in SPREADSHEET_FAULTS:
        raise DomainError(_("A cell holds the spreadsheet's fault “%(fault)s”.") % {"fault": plain})
    return plain


def serial_time(text: str) -> datetime | None:
    """The time that a spreadsheet keeps as days since its epoch."""
    try:
        days = float(text)
    except ValueError:
        return None
    if not days < SERIAL_DAYS.stop or int(days) not in SERIAL_DAYS:
        return None
    return SPREADSHEET_EPOCH + timedelta(seconds=round(days * 86_400))
