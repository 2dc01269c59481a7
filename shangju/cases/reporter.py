"""The wall around who complained: the only way to a reporter's contact, with a right, a reason and a log row."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from shangju.cases.models import Case, ContactReveal, ReporterContact
from shangju.cases.rules import Actor, ActorKind, has_stake, may_view, roles_of
from shangju.cases.workflow import CaseRole
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.sealing import fingerprint

MAY_REVEAL = frozenset({CaseRole.DISPATCHER, CaseRole.HANDLER, CaseRole.ASSISTANT, CaseRole.CALLER})
"""Those who must talk with the reporter to do their work."""


@dataclass(frozen=True, slots=True)
class RevealedContact:
    """A reporter's contact in plain, for one look."""

    name: str
    phone: str
    exact_address: str
    may_be_called: bool


@dataclass(frozen=True, slots=True)
class MaskedContact:
    """What lists and case pages show: ``张**`` and ``138****5678``."""

    name: str
    phone: str
    has_phone: bool
    may_be_called: bool
    reveal_count: int


def normalise_phone(phone: str) -> str:
    """Digits only, full-width ones folded, a leading +86 dropped; the empty text where there are none."""
    digits = "".join(sign for sign in unicodedata.normalize("NFKC", phone) if sign.isdigit())
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def phone_print(phone: str) -> str:
    """For finding earlier concerns from the same phone; empty for no phone."""
    digits = normalise_phone(phone)
    return fingerprint(digits, purpose="reporter-phone") if digits else ""


def mask_name(name: str) -> str:
    """``张**``: the first sign and two stars, however long the name is."""
    return f"{name[0]}**" if name else ""


def mask_phone(phone: str) -> str:
    """``138****5678``; shorter numbers keep their last two digits."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else (f"****{phone[-2:]}" if phone else "")


def masked_contact(case: Case) -> MaskedContact | None:
    """The masked contact of a case whose inner view the reader may see; ``None`` where none was given."""
    looks = Count("case__contact_reveals")
    contact = ReporterContact.objects.filter(case=case).annotate(looks=looks).first()
    if contact is None:
        return None
    return MaskedContact(
        name=mask_name(contact.name),
        phone=mask_phone(contact.phone),
        has_phone=bool(contact.phone),
        may_be_called=contact.may_be_called,
        reveal_count=contact.looks,
    )


@transaction.atomic
def reveal_contact(case: Case, *, by: Actor, reason: str, now: datetime) -> RevealedContact:
    """Show a reporter's contact once, and write down who looked, when and why.

    Needs the case in one's area, a role in which one talks with reporters, no stake in the case, and a reason.
    Raises ``NotAllowed`` without the right and ``DomainError`` without a reason or where no contact was given.
    """
    if by.kind is not ActorKind.STAFF or by.user is None or has_stake(by.standing, case):
        raise NotAllowed(_("The contact of the reporter is not open to you."))
    if not may_view(by.standing, case) or not roles_of(by, case) & MAY_REVEAL:
        raise NotAllowed(_("The contact of the reporter is not open to you."))
    if not reason.strip():
        raise DomainError(
            _("Say why you need the contact."), fields={"reason": _("Say why you need the contact.")}
        )
    contact = ReporterContact.objects.filter(case=case).first()
    if contact is None:
        raise DomainError(_("The reporter left no contact."))
    ContactReveal.objects.create(case=case, by=by.user, reason=reason.strip()[:120], at=now)
    return RevealedContact(contact.name, contact.phone, contact.exact_address, contact.may_be_called)
