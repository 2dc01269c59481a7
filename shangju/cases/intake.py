"""Intake (民情收集): an accepted submission is never lost and never doubled."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shangju.cases import chain
from shangju.cases.case_photos import keep_photos
from shangju.cases.clocks import ClockBoard
from shangju.cases.codes import code_print, format_code, new_code
from shangju.cases.models import Case, CaseClock, CaseEvent, CasePhoto, IdempotencyKey, ReporterContact
from shangju.cases.numbering import number_prefix, take_number, take_numbers
from shangju.cases.places import ROUGH_DECIMALS, Place, put_in_area
from shangju.cases.reporter import normalise_phone, phone_print
from shangju.cases.rules import Actor, ActorKind
from shangju.cases.search import index_cases
from shangju.cases.workflow import REGISTER, CaseRole, Channel, RequestType
from shangju.categories.models import Category
from shangju.categories.queries import category_by_code
from shangju.categories.suggest import looks_like_night_noise, suggest_categories
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.personal_data import mask_personal_data
from shangju.core.queue import wake_worker_after_commit
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.queries import night_hours_for, steady_reference
from shangju.deadlines.steps import Step
from shangju.photos.services import ensure_claimable
from shangju.posts.rights import Right

TEXT_LIMIT = 4000
IMPORTED_TEXT_LIMIT = 20_000
"""A file brings texts as they were written: nobody can be asked to shorten them any more."""

DEFAULT_CLASS = "D"
"""Until a person has confirmed the category: one working day to the first contact, five to the close."""

INTAKE_STEPS = (Step.ACCEPT, Step.FIRST_CONTACT, Step.MADE_SAFE, Step.CLOSE)


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """What the reporter leaves, all of it optional."""

    name: str = ""
    phone: str = ""
    may_be_called: bool = True
    consent_version: str = ""
    prefers_call: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """A concern as it comes in, by whichever channel."""

    text: str
    place: Place
    channel: str = Channel.WEB
    request_type: str = RequestType.COMPLAINT
    category: Category | None = None
    title: str = ""
    contact: ContactDetails = field(default_factory=ContactDetails)
    happening_now: bool = False
    is_anonymous: bool = False
    is_confidential: bool = False
    concerns_minor: bool = False
    words_shareable: bool = False
    photo_ids: Sequence[UUID] = ()
    received_at: datetime | None = None
    clocks_start_at: datetime | None = None
    source_key: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a submission: the case, the code that is shown once, and whether it had been taken before."""

    case: Case
    tracking_code: str
    is_repeat: bool
    promised: list[CaseClock]
    """The clocks that started with it."""


def register_concern(
    submission: Submission,
    *,
    by: Actor,
    now: datetime,
    idempotency_key: str | None = None,
    content: object = None,
) -> Receipt:
    """Take a concern in, durably, and return its receipt.

    With ``idempotency_key``, the same key and content return the same receipt however often and however concurrently
    they come; the same key with other content raises ``Conflict``. ``content`` is what is compared (the JSON body of
    a request); the submission itself by default. Raises ``DomainError`` at the field for what cannot be taken.
    """
    check_submission(submission, by=by)
    digest = _content_digest(submission if content is None else content)
    try:
        ensure_claimable(submission.photo_ids)
    except DomainError:
        # Sent again: the photos belong to the concern by now.
        if idempotency_key and (receipt := _receipt_under(idempotency_key, digest)):
            return receipt
        raise
    prefix = number_prefix(submission.place.area)
    numbers = take_numbers(prefix, 1, now=now, unless_stored=idempotency_key)
    if idempotency_key and not numbers and (receipt := _receipt_under(idempotency_key, digest)):
        return receipt
    prepared = prepare_concern(submission, by=by, now=now, number=numbers[0])
    try:
        with transaction.atomic():
            _store([prepared], [submission], now=now)
            if idempotency_key:
                IdempotencyKey.objects.create(
                    key=idempotency_key, content_digest=digest, case=prepared.case, created_at=now
                )
    except IntegrityError:
        # Somebody else stored the same key between our look and our write: theirs is the case.
        receipt = _receipt_under(idempotency_key, digest) if idempotency_key else None
        if receipt is None:
            raise
        return receipt
    case = prepared.case
    return Receipt(case, format_code(case.tracking_code), is_repeat=False, promised=prepared.board.running)


def is_known_key(key: str) -> bool:
    """Whether a submission came under ``key`` before; nothing is said of which."""
    return IdempotencyKey.objects.filter(key=key).exists()


def earlier_receipt(key: str, *, content: object) -> Receipt | None:
    """The receipt that ``key`` got before, if it did; raises ``Conflict`` where it came with other content."""
    return _receipt_under(key, _content_digest(content))


def check_submission(submission: Submission, *, by: Actor) -> None:
    """Raise ``DomainError`` at the field for what cannot be taken, ``NotAllowed`` outside the actor's area."""
    text = submission.text.strip()
    is_imported = by.kind is ActorKind.SYSTEM or submission.source_key is not None
    limit = IMPORTED_TEXT_LIMIT if is_imported else TEXT_LIMIT
    fields: dict[str, object] = {}
    if not text:
        fields["text"] = _("Say in a few words what is the matter.")
    elif len(text) > limit:
        fields["text"] = _("At most %(limit)s characters, please; this has %(length)s.") % {
            "limit": limit,
            "length": len(text),
        }
    if "\x00" in submission.text:
        fields["text"] = _("The text holds characters that cannot be stored.")
    if submission.request_type not in RequestType.values:
        fields["request_type"] = _("Choose one of the types listed.")
    phone = submission.contact.phone
    if phone and not 7 <= len(normalise_phone(phone)) <= 13:
        fields["phone"] = _(
            "This does not look like a phone number. Leave it empty if you would rather not give one."
        )
    if fields:
        raise DomainError(_("The report is not complete yet."), fields=fields)
    if by.kind is ActorKind.STAFF and not by.standing.may(Right.ENTER_CASE, path=submission.place.area.path):
        raise NotAllowed(_("You can enter concerns for your own area only."))


def _content_digest(content: object) -> str:
    canonical = json.dumps(content, sort_keys=True, default=repr, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _receipt_under(key: str, digest: str) -> Receipt | None:
    row = IdempotencyKey.objects.filter(key=key).first()
    if row is None:
        return None
    if row.content_digest != digest:
        raise Conflict(_("This key was already used for another submission."), code="idempotency_key_reused")
    # The scope of the request need not reach the case: whoever has the key is who sent it.
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        case = row.case
        clocks = list(case.clocks.filter(round=0, step__in=INTAKE_STEPS))
    return Receipt(case, format_code(case.tracking_code), is_repeat=True, promised=clocks)


@dataclass(slots=True)
class Prepared:
    """A concern ready to be stored: everything but the number's place in the database."""

    case: Case
    board: ClockBoard
    event: CaseEvent
    contact: ReporterContact | None


def prepare_concern(
    submission: Submission, *, by: Actor, now: datetime, number: str | None = None
) -> Prepared:
    """Make the case with its number, clocks, first history row and contact; only the number is stored yet.

    Outside a transaction the number is given at once and stays given: everybody else's next number would wait for
    the end of ours otherwise. So what fails after this, as when the disk is full, leaves a gap in the series.
    Whoever prepares many gives the ``number`` out of those taken at once.
    """
    case = new_case(submission, by=by, now=now)
    put_in_area(case, submission.place.area)
    _set_class(case, submission)
    case.weigh()
    board = ClockBoard(case)
    board.start(INTAKE_STEPS, start=case.clocks_start_at)
    board.refresh_due()
    case.number = number or take_number(number_prefix(submission.place.area), now=now)
    contact = _contact_of(case, submission)
    event = chain.next_event(
        case,
        kind=REGISTER,
        from_state="",
        by_id=by.user_id,
        role=CaseRole.REPORTER if by.kind is ActorKind.REPORTER else entry_role(by),
        at=now,
        data={
            "channel": case.channel,
            "class": case.deadline_class,
            "area": case.area.code,
            "contactable": contact is not None and contact.is_contactable,
        },
        note=case.text,
    )
    return Prepared(case, board, event, contact)


def register_concerns(submissions: Sequence[Submission], *, by: Actor, now: datetime) -> list[Case]:
    """Take many concerns in, all or none: the checks, numbers and rows are those of one, in few statements.

    For what comes in a file. Raises what :func:`register_concern` raises; ``IntegrityError`` where a ``source_key`` is
    there already. The numbers follow the order of ``submissions``; they are given inside the transaction, so that
    nothing is left of what fails, and two files at once take turns.
    """
    for submission in submissions:
        check_submission(submission, by=by)
    prefixes = [number_prefix(each.place.area) for each in submissions]
    with transaction.atomic(), steady_reference():
        # Always in the same order: two files at once must not each wait for the other's numbers.
        series = {
            prefix: iter(take_numbers(prefix, count, now=now))
            for prefix, count in sorted(Counter(prefixes).items())
        }
        prepared = [
            prepare_concern(submission, by=by, now=now, number=next(series[prefix]))
            for submission, prefix in zip(submissions, prefixes, strict=True)
        ]
        _store(prepared, submissions, now=now)
    return [each.case for each in prepared]


def _store(prepared: Sequence[Prepared], submissions: Sequence[Submission], *, now: datetime) -> None:
    """Store what is prepared with its photos; the caller's transaction makes it all or none."""
    store_rows(prepared)
    for each, submission in zip(prepared, submissions, strict=True):
        purpose = CasePhoto.Purpose.REPORT
        keep_photos(each.case, each.event, submission.photo_ids, purpose=purpose, now=now)
    wake_worker_after_commit()


def store_rows(prepared: Sequence[Prepared]) -> None:
    """Cases before what hangs on them."""
    cases = Case.objects.bulk_create([each.case for each in prepared])
    clocks: list[CaseClock] = []
    for each in prepared:
        each.event.case = each.case
        for clock in each.board.take_new():
            clock.case = each.case
            clocks.append(clock)
        if each.contact:
            each.contact.case = each.case
    CaseEvent.objects.bulk_create([each.event for each in prepared])
    CaseClock.objects.bulk_create(clocks)
    ReporterContact.objects.bulk_create([each.contact for each in prepared if each.contact])
    index_cases(cases, are_new=True)


def entry_role(by: Actor) -> CaseRole:
    """In which role the first row of a history is written."""
    return CaseRole.DISPATCHER if by.kind is ActorKind.STAFF else CaseRole.SYSTEM


def new_case(submission: Submission, *, by: Actor, now: datetime) -> Case:
    """The case of a submission, without number, area, class and clocks yet."""
    place, text = submission.place, submission.text.strip()
    code = new_code()
    received = min(submission.received_at or now, now)
    return Case(
        tracking_code=code,
        tracking_print=code_print(code),
        request_type=submission.request_type,
        channel=submission.channel,
        category=submission.category,
        title=mask_personal_data(submission.title.strip() or title_from(text))[:60],
        text=text,
        happening_now=submission.happening_now,
        is_anonymous=submission.is_anonymous,
        is_confidential=submission.is_confidential,
        concerns_minor=submission.concerns_minor
        or (submission.category is not None and submission.category.concerns_minors),
        words_shareable=submission.words_shareable,
        place_note=place.note,
        place_party=place.party,
        longitude=_rough(place.longitude),
        latitude=_rough(place.latitude),
        registered_by=by.user if by.kind is ActorKind.STAFF else None,
        reporter_user=by.user if by.kind is ActorKind.REPORTER else None,
        received_at=received,
        registered_at=now,
        clocks_start_at=min(submission.clocks_start_at or received, now),
        last_progress_at=now,
        source_key=submission.source_key,
    )


def _rough(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, ROUGH_DECIMALS)


def title_from(text: str) -> str:
    """The first sentence, at most 30 signs: a person may write a better one when accepting.

    Masked before it is cut: half a phone number is not recognised as one.
    """
    first = re.split(r"[。！？!?；;\n]", mask_personal_data(text).strip(), maxsplit=1)[0].strip()
    return first if len(first) <= 30 else f"{first[:29]}…"


def _set_class(case: Case, submission: Submission) -> None:
    """The class until a person confirms one; noise at night that goes on now gets its night class at once."""
    category = submission.category
    case.deadline_class = category.deadline_class if category else DEFAULT_CLASS
    if not submission.happening_now:
        return
    if category is None:
        suggestions = suggest_categories(case.text, limit=1)
        category = category_by_code(suggestions[0].category_code) if suggestions else None
    night = night_hours_for(case.subdistrict_id)
    if category and looks_like_night_noise(
        category, submission.happening_now, case.clocks_start_at, (night.begins, night.ends)
    ):
        case.night_class = category.night_class


def _contact_of(case: Case, submission: Submission) -> ReporterContact | None:
    contact, place = submission.contact, submission.place
    phone = normalise_phone(contact.phone)
    has_point = place.longitude is not None and place.latitude is not None
    if not (contact.name or phone or place.exact_address or has_point):
        return None
    anonymous = submission.is_anonymous
    return ReporterContact(
        case=case,
        name="" if anonymous else contact.name.strip()[:60],
        phone="" if anonymous else phone,
        phone_print="" if anonymous else phone_print(phone),
        exact_address=place.exact_address,
        exact_point=f"{place.longitude},{place.latitude}" if has_point else "",
        may_be_called=contact.may_be_called and not anonymous,
        consent_version=contact.consent_version,
        prefers_call=contact.prefers_call and contact.may_be_called and bool(phone) and not anonymous,
    )
