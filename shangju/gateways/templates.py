"""Templates of messages: found by purpose, filled with short values, checked before they are kept."""

import re
import unicodedata
from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shangju.core.errors import DomainError
from shangju.gateways.models import MessageTemplate

SLOT = re.compile(r"\$\{(\w+)\}")
VALUE_AT_MOST = 20
"""Signs of one value (template messages of official accounts since May 2023; carriers ask for no more)."""

SMS_TEXT_AT_MOST = 300
"""Signs: longer texts are split into many paid parts and templates of them are refused."""

COUNT_SLOTS = ("overdue", "to_sign", "today", "call_backs", "climbed", "orders", "approvals")
"""The counts of a daily list."""

SLOTS = ("number", "state", "code", "day", *COUNT_SLOTS)
"""What a notice can fill in: case number, state in plain words, tracking code, a date, a count."""


def slots_of(text: str) -> tuple[str, ...]:
    """Names of the slots in the order in which they stand, each once."""
    return tuple(dict.fromkeys(SLOT.findall(text)))


def fitted(value: str) -> str:
    """The value as a provider takes it: one line, no pictures, at most twenty signs."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFC", value) if unicodedata.category(sign) not in _NOT_TAKEN
    )
    words = " ".join(plain.split())
    return words if len(words) <= VALUE_AT_MOST else f"{words[: VALUE_AT_MOST - 1]}…"


_NOT_TAKEN = {"So", "Sk", "Cs", "Co", "Cn", "Cf", "Zl", "Zp"}
"""Emoji and their modifiers, private signs, invisible ones."""


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with every slot filled; an unknown slot stays empty."""
    return SLOT.sub(lambda found: fitted(values.get(found.group(1), "")), text)


def check_text(text: str, *, known: tuple[str, ...] = SLOTS) -> None:
    """Refuse, at the field ``text``, what no provider would approve."""
    faults = []
    if unknown := [name for name in slots_of(text) if name not in known]:
        faults.append(
            _("Unknown slot: %(name)s. Known are: %(known)s.")
            % {"name": unknown[0], "known": ", ".join(known)}
        )
    if "\n" in text or any(unicodedata.category(sign) in {"So", "Cs"} for sign in text):
        faults.append(_("Neither line breaks nor emoji can be sent."))
    if not text.strip():
        faults.append(_("Write the text."))
    if len(text) > SMS_TEXT_AT_MOST:
        faults.append(_("At most %(most)s signs.") % {"most": SMS_TEXT_AT_MOST})
    if faults:
        raise DomainError(faults[0], fields={"text": " ".join(faults)})


def template_for(
    purpose: str, *, channel: str, language: str, subdistrict: str = ""
) -> MessageTemplate | None:
    """The template in use: the sub-district's own before the common one, the language before Chinese."""
    candidates: QuerySet[MessageTemplate] = MessageTemplate.objects.filter(
        purpose=purpose, channel=channel, is_active=True, subdistrict__in=["", subdistrict]
    )
    found = {(row.subdistrict, row.language): row for row in candidates}
    wanted = [
        (place, spoken) for spoken in (language, "zh-hans") for place in dict.fromkeys((subdistrict, ""))
    ]
    return next((found[key] for key in wanted if key in found), None)
