"""The wall around who complained: the only way to a reporter's contact, with a right, a reason and a log row."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from shangju.accounts.models import User
from shangju.cases.models import Approval, Case, ContactReveal, ReporterContact, RevealCode, RevealedField
from shangju.cases.rules import Actor, ActorKind, may_view, roles_of, visible_to
from shangju.cases.walls import is_walled_off
from shangju.cases.workflow import MAY_REVEAL, ApprovalKind, ApprovalState, MoveName
from shangju.core.audit import record
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.sealing import fingerprint
from shangju.posts.rights import Right, Standing


@dataclass(frozen=True, slots=True)
class RevealedContact:
    """What was asked for of a reporter's data, in plain, for one look; empty what was not."""

    name: str = ""
    phone: str = ""
    exact_address: str = ""
    words: str = ""


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


REASON_AT_LEAST = 5
"""Signs of a typed reason: "看看" is none."""


@transaction.atomic
def reveal_contact(
    case: Case, *, fields: Collection[str], code: str, reason: str, by: Actor, now: datetime
) -> RevealedContact:
    """Show pieces of a reporter's data once, and write down who looked, when, why and at what.

    Needs the case in one's area, a role in which one talks with reporters, no stake in the case, a reason of the list
    and one in words; in a case about a minor also that somebody else allowed this very look, which is then used up.
    Raises ``NotAllowed`` without the right and ``DomainError`` at the field otherwise. Only what was asked for and is
    there is shown and logged.
    """
    if by.kind is not ActorKind.STAFF or by.user is None or is_walled_off(by.standing, case):
        raise NotAllowed(_("The contact of the reporter is not open to you."))
    if not may_view(by.standing, case) or roles_of(by, case).isdisjoint(MAY_REVEAL):
        raise NotAllowed(_("The contact of the reporter is not open to you."))
    reason = reason.strip()[:120]
    check_look(fields, code, reason)
    shown = {name: value for name, value in _pieces(case).items() if name in fields and value}
    if not shown:
        raise DomainError(
            _("The reporter left none of this."), fields={"fields": _("The reporter left none of this.")}
        )
    post, approval = office_of(by.standing, case), _use_approval(case, fields, by=by, now=now)
    ContactReveal.objects.bulk_create(
        ContactReveal(
            case=case,
            by=by.user,
            post_name=post,
            field=name,
            code=code,
            reason=reason,
            at=now,
            approval=approval,
        )
        for name in shown
    )
    record(
        case, action="contact.revealed", by=by.user, now=now, after={"fields": sorted(shown), "code": code}
    )
    return RevealedContact(**shown)


def usable_approval(case: Case, by: Actor, *, now: datetime) -> Approval | None:
    """The look at a minor's contact that is allowed to ``by`` and not used yet."""
    allowed = case.approvals.filter(
        kind=ApprovalKind.REVEAL,
        state=ApprovalState.GRANTED,
        asked_by=by.user,
        used_at__isnull=True,
        until__gt=now,
    )
    return allowed.select_related("decided_event").first()


def looks_allowed_to(by: Actor, cases: Collection[Case], *, now: datetime) -> set[int]:
    """Ids of those of ``cases``, about minors, in which :func:`usable_approval` finds a look for ``by``."""
    asked = [case for case in cases if case.concerns_minor]
    if not asked:
        return set()
    allowed = Approval.objects.filter(
        case__in=asked, kind=ApprovalKind.REVEAL, state=ApprovalState.GRANTED,
        asked_by=by.user, used_at__isnull=True, until__gt=now,
    )  # fmt: skip
    return set(allowed.values_list("case_id", flat=True))


def _use_approval(case: Case, fields: Collection[str], *, by: Actor, now: datetime) -> Approval | None:
    """Use up what allows the look; nothing where none is needed (cases.md §7)."""
    if not case.concerns_minor:
        return None
    approval = usable_approval(case, by, now=now)
    if approval is None:
        raise DomainError(
            _("This case is about a minor: ask first, and somebody else allows the look."),
            code="approval_needed",
        )
    if not set(fields) <= set(approval.wanted):
        sentence = _("Only what you asked for is allowed: %(fields)s.") % {
            "fields": wanted_in_words(approval)
        }
        raise DomainError(sentence, fields={"fields": sentence})
    if not Approval.objects.filter(pk=approval.pk, used_at__isnull=True).update(used_at=now):
        raise DomainError(_("The look that was allowed is used up: ask again."), code="approval_needed")
    return approval


def wanted_in_words(approval: Approval) -> str:
    """The pieces of the contact that a request for a look names."""
    return " · ".join(str(RevealedField(name).label) for name in approval.wanted)


def offers_reveal(standing: Standing, case: Case) -> bool:
    """Whether a page offers the look, asked without reading the history; :func:`reveal_contact` decides."""
    if case.handler_post_id in standing.posts:
        return True
    rights = (Right.DISPATCH, Right.CALL_BACK)
    if any(standing.may(right, path=case.area_path) for right in rights):
        return True
    return case.assistants.filter(post_id__in=standing.posts).exists()


def check_look(fields: Collection[str], code: str, reason: str) -> None:
    """Refuse a look for which nothing, or no reason, is named, each at its field."""
    faults: dict[str, object] = {}
    if not fields or not set(fields) <= set(RevealedField.values):
        faults["fields"] = _("Choose what you need.")
    if code not in RevealCode.values:
        faults["code"] = _("Choose one of the reasons listed.")
    if len(reason) < REASON_AT_LEAST:
        faults["reason"] = _("Say why you need it, in at least %(count)s signs.") % {"count": REASON_AT_LEAST}
    if faults:
        raise DomainError(_("Say why you need the contact."), fields=faults)


def _pieces(case: Case) -> dict[str, str]:
    """Everything that can be looked at, by field; the words are the reporter's, later ones included."""
    contact = ReporterContact.objects.filter(case=case).first()
    later = case.events.filter(kind=MoveName.ADD_WORDS).order_by("sequence").values_list("note", flat=True)
    return {
        RevealedField.NAME: contact.name if contact else "",
        RevealedField.PHONE: contact.phone if contact else "",
        RevealedField.ADDRESS: contact.exact_address if contact else "",
        RevealedField.WORDS: "\n".join([case.text, *later]),
    }


def office_of(standing: Standing, case: Case) -> str:
    """The name of the post through which somebody stands nearest to the case."""
    near = [holding for holding in standing.holdings if case.area_path.startswith(holding.area.path)]
    handling = [holding for holding in standing.holdings if holding.post_id == case.handler_post_id]
    return (handling or near)[-1].post_name if handling or near else ""


def looks_told_to_reporter(case: Case) -> list[ContactReveal]:
    """The looks at a reporter's data, newest first: for their own page, which names the office and no person."""
    return list(case.contact_reveals.order_by("-at", "-pk")[:LOOKS_TOLD])


LOOKS_TOLD = 50


def reveals_of(standing: Standing, *, days: int, field: str, now: datetime) -> QuerySet[ContactReveal]:
    """The looks of the last ``days`` in the areas that ``standing`` supervises, newest first; behind no wall."""
    supervised = Q(pk__in=[])
    for area in standing.areas_with(Right.SUPERVISE):
        supervised |= Q(case__area_path__startswith=area.path)
    cases = Case.objects.filter(visible_to(standing))
    looks = ContactReveal.objects.filter(supervised, case__in=cases, at__gte=now - timedelta(days=days))
    looks = looks.filter(field=field) if field else looks
    return looks.select_related("by", "case__area", "approval__decided_event").order_by("-at", "-pk")


@dataclass(frozen=True, slots=True)
class ManyLooks:
    """Somebody who looked at unusually many reporters within a day."""

    user: User
    cases: int


def unusually_many(standing: Standing, *, now: datetime) -> list[ManyLooks]:
    """Who looked into more cases than ``REVEALS_PER_DAY`` within a day, in the areas that ``standing`` supervises."""
    looks = reveals_of(standing, days=1, field="", now=now).order_by().select_related(None)
    counted = looks.values("by").annotate(cases=Count("case", distinct=True))
    many = {row["by"]: row["cases"] for row in counted.filter(cases__gt=settings.REVEALS_PER_DAY)}
    users = User.objects.in_bulk(list(many))
    return [ManyLooks(users[pk], count) for pk, count in sorted(many.items(), key=lambda each: -each[1])]
