"""附议, "me too": counted once per person and device, told the result, withdrawable (cases.md §2).

Whoever endorses gets a tracking code of their own and never learns how many others there are: staff see the number.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shangju.accounts.models import User
from shangju.cases.codes import code_print, format_code, new_code
from shangju.cases.intake import ContactDetails
from shangju.cases.me_too import count_me_too
from shangju.cases.models import Case, Endorsement, ReporterContact
from shangju.cases.reporter import normalise_phone, phone_print
from shangju.cases.rules import Actor, ActorKind
from shangju.cases.safe_summary import OUTLINES, READ_ALONG, may_be_shown
from shangju.core import audit
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.sealing import fingerprint
from shangju.posts.rights import Right

PHONE_DIGITS = range(7, 14)
WORDS_AT_MOST = 4000


@dataclass(frozen=True, slots=True)
class MeToo:
    """What somebody says who has met the same. ``key`` is the form's: sent twice it counts once.

    ``device`` is the mark of the signed cookie, empty where staff enter it; then the phone is needed.
    """

    key: str
    device: str = ""
    contact: ContactDetails = field(default_factory=ContactDetails)
    words: str = ""


@dataclass(frozen=True, slots=True)
class EndorsementReceipt:
    """The answer: the endorsement and its code, which is shown once."""

    endorsement: Endorsement
    tracking_code: str
    is_repeat: bool


def device_print(device: str) -> str:
    """The keyed digest of a device's mark; empty for none."""
    return fingerprint(device, purpose="me-too-device") if device else ""


def endorse(case: Case, me_too: MeToo, *, by: Actor, now: datetime) -> EndorsementReceipt:
    """Count one more who has met what the case is about.

    The same form sent again gets the same receipt. Raises ``Conflict`` where the case has ended, or the same device or
    account has counted before, ``DomainError`` for a contact that cannot be one, or where staff name no phone. The
    scope must reach the case: the caller's own for staff, that of intake for residents.
    """
    _check(me_too, by=by, case=case)
    try:
        with transaction.atomic():
            return _endorse(case, me_too, by=by, now=now)
    except IntegrityError as error:
        # Somebody sent the same at the same moment: the lock made us second, or the unique constraint did.
        if (receipt := _receipt_under(me_too.key)) is not None:
            return receipt
        raise _counted_before() from error


def _check(me_too: MeToo, *, by: Actor, case: Case) -> None:
    phone = normalise_phone(me_too.contact.phone)
    if me_too.contact.phone and len(phone) not in PHONE_DIGITS:
        sentence = _(
            "This does not look like a phone number. Leave it empty if you would rather not give one."
        )
        raise DomainError(sentence, fields={"phone": sentence})
    if len(me_too.words) > WORDS_AT_MOST or "\x00" in me_too.words:
        raise DomainError(_("The text holds characters that cannot be stored, or is too long."))
    if by.kind is not ActorKind.STAFF:
        return
    if not by.standing.may(Right.ENTER_CASE, path=case.area_path):
        raise NotAllowed(_("You can enter concerns for your own area only."))
    if not phone:
        sentence = _(
            "Enter the caller's phone: by it each person counts once. Without one, register it anew."
        )
        raise DomainError(sentence, fields={"phone": sentence})


def _endorse(case: Case, me_too: MeToo, *, by: Actor, now: datetime) -> EndorsementReceipt:
    held = Case.objects.select_for_update(of=("self",)).select_related("category").get(pk=case.pk)
    if (receipt := _receipt_under(me_too.key)) is not None:
        return receipt
    if not held.is_open or not may_be_shown(held):
        raise Conflict(_("This concern has ended meanwhile. Please send your own report."))
    row = _new_endorsement(held, me_too, by=by, now=now)
    row.save(force_insert=True)
    _recount(held)
    return EndorsementReceipt(row, format_code(row.tracking_code), is_repeat=False)


def _new_endorsement(case: Case, me_too: MeToo, *, by: Actor, now: datetime) -> Endorsement:
    user = by.user if by.kind is ActorKind.REPORTER else None
    device, phone = device_print(me_too.device), phone_print(me_too.contact.phone)
    alive = Endorsement.objects.filter(case=case, withdrawn_at__isnull=True)
    if (device and alive.filter(device_print=device).exists()) or (
        user and (case.reporter_user_id == user.pk or alive.filter(user=user).exists())
    ):
        raise _counted_before()
    # A phone says nothing of who types it: to refuse it here would tell whether its owner has reported.
    known_phone = bool(phone) and (
        alive.filter(phone_print=phone).exists()
        or ReporterContact.objects.filter(case=case, phone_print=phone).exists()
    )
    if known_phone and by.kind is ActorKind.STAFF:
        raise _counted_before()
    may_be_told, code = me_too.contact.may_be_called, new_code()
    return Endorsement(
        case=case,
        tracking_code=code,
        tracking_print=code_print(code),
        key=me_too.key,
        device_print=device,
        phone_print="" if known_phone else phone,
        user=user,
        name="" if known_phone else me_too.contact.name.strip()[:60],
        phone=normalise_phone(me_too.contact.phone) if may_be_told and not known_phone else "",
        consent_version=me_too.contact.consent_version,
        words=me_too.words.strip(),
        entered_by=by.user if by.kind is ActorKind.STAFF else None,
        is_counted=not known_phone,
        created_at=now,
    )


def _counted_before() -> Conflict:
    return Conflict(
        _("You have been counted for this concern already: its page tells you the result."),
        code="counted_before",
    )


def _receipt_under(key: str) -> EndorsementReceipt | None:
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        row = Endorsement.objects.select_related("case").filter(key=key).first()
    return EndorsementReceipt(row, format_code(row.tracking_code), is_repeat=True) if row else None


def _recount(case: Case) -> None:
    """Store the number and the priority that follows from it; the caller holds the case's lock."""
    case.me_too_count = count_me_too(case)
    case.weigh()
    case.save(update_fields=["me_too_count", "priority"])


@transaction.atomic
def withdraw_endorsement(endorsement: Endorsement, *, now: datetime) -> None:
    """Take a "me too" back: it counts no more, and its contact and words are deleted. Twice is once.

    For whoever holds its code; the scope must reach the case.
    """
    case, goes_on = _locked_with_what_goes_on(endorsement.case_id)
    row = Endorsement.objects.get(pk=endorsement.pk)
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at, row.is_counted = now, False
    row.name = row.phone = row.phone_print = row.device_print = row.words = ""
    row.save(force_update=True)
    audit.record(row, action="endorsement.withdrawn", by=None, now=now, after={"case": case.number})
    _recount(case)
    if goes_on is not None:
        with everywhere(EverywhereReason.JOINED_CASES):
            _recount(goes_on)


def _locked_with_what_goes_on(pk: int) -> tuple[Case, Case | None]:
    """A case and the one that it was merged into, locked in the order in which moves lock them."""
    into = Case.objects.values_list("merged_into_id", flat=True).get(pk=pk)
    with everywhere(EverywhereReason.JOINED_CASES):
        rows = Case.objects.select_for_update(of=("self",)).filter(pk__in=[pk, into]).order_by("pk")
        held = {case.pk: case for case in rows}
    return held[pk], held.get(into) if held[pk].merged_into_id == into else None


def endorsement_by_code(code: str) -> Endorsement:
    """The one endorsement that an unguessable code names; ``Endorsement.DoesNotExist`` where it names none."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        return _with_case(Endorsement.objects.filter(tracking_print=code_print(code))).get()


def endorsements_of_user(user: User) -> list[Endorsement]:
    """What somebody has endorsed while signed in, the latest first."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        rows = Endorsement.objects.filter(user=user, withdrawn_at__isnull=True).order_by("-pk")
        return list(_with_case(rows))


def _with_case(rows: QuerySet[Endorsement]) -> QuerySet[Endorsement]:
    """With what a summary of the case reads."""
    related = rows.select_related("case", *(f"case__{name}" for name in READ_ALONG))
    return related.defer(*(f"case__{name}" for name in OUTLINES))


def endorsements_for_staff(case: Case) -> list[Endorsement]:
    """The endorsements that count, without contact, for a case whose inner view the reader may open; one query."""
    counted = Endorsement.objects.filter(case=case, is_counted=True, withdrawn_at__isnull=True)
    return list(counted.only("case_id", "words", "created_at", "entered_by_id").order_by("pk"))
