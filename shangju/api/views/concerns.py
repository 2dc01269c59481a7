"""What residents and other systems do without sign-in: report, add pictures, follow, confirm."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Header, Router, Status
from ninja.files import UploadedFile

from shangju.accounts.addresses import client_address
from shangju.api import answers
from shangju.api.authentication import (
    ALSO_WITHOUT_SIGN_IN,
    SIGNED_IN_OR_NOT,
    caller_of,
    in_own_scope,
)
from shangju.api.pictures import PICTURE, picture_of
from shangju.api.refusals import TooManyRequests
from shangju.api.submitted import ConcernIn, ConfirmationIn, PlaceIn, WithdrawalIn, WordsIn
from shangju.api.texts import IdempotencyKey
from shangju.api.views import REFUSALS
from shangju.areas.models import Area
from shangju.cases.code_lookup import find_case
from shangju.cases.intake import ContactDetails, Receipt, Submission, earlier_receipt, register_concern
from shangju.cases.models import Case
from shangju.cases.moves import AddWords, Confirm, Payload, Withdraw
from shangju.cases.places import Place, locate
from shangju.cases.reporter_view import (
    SHOWN_TO_REPORTER,
    clocks_for_reporter,
    entries_of,
    moves_open_to_reporter,
    promises_of,
)
from shangju.cases.rules import REPORTER, Actor, ActorKind, staff
from shangju.cases.services import apply_move
from shangju.cases.workflow import STAFF_CHANNELS, Channel, State
from shangju.categories.models import Category
from shangju.categories.queries import category_by_code
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.rate_limit import exceeds_limit
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.photos.rules import PHOTOS_AT_MOST
from shangju.photos.services import store_photo

router = Router(tags=["concerns"])

OPEN_CHANNELS = (Channel.API, Channel.WEB, Channel.QR_CODE)
"""What a client without a post may say about where a concern came from."""

BY_CODE: dict[str, Any] = {
    "response": {200: answers.ConcernOut, **REFUSALS},
    "auth": SIGNED_IN_OR_NOT,
    "openapi_extra": ALSO_WITHOUT_SIGN_IN,
}
"""The tracking code is the key; a program's own key may come with it."""

KEY_HEADER: Any = Header(  # type: ignore[type-arg] # typed for annotations only
    None, alias="Idempotency-Key", description="1 to 90 visible ASCII signs, new for each concern"
)


def refuse_floods(request: HttpRequest, purpose: str, *, per_minute: int) -> None:
    """Raise ``TooManyRequests`` once the address has used up its minute; pages and API share the count."""
    if exceeds_limit(purpose, client_address(request), per_minute=per_minute):
        raise TooManyRequests(
            _("Too many requests came from this address. Wait a minute, then send it again.")
        )


@router.post(
    "/concerns",
    response={201: answers.ReceiptOut, **REFUSALS},
    auth=SIGNED_IN_OR_NOT,
    openapi_extra=ALSO_WITHOUT_SIGN_IN,
)
@in_own_scope
def report(
    request: HttpRequest, payload: ConcernIn, idempotency_key: IdempotencyKey | None = KEY_HEADER
) -> Any:
    """Take a concern in, durably. The same Idempotency-Key and body give the same answer, however often they come."""
    refuse_floods(request, "report", per_minute=settings.INTAKE_PER_MINUTE)
    content = payload.model_dump(mode="json", exclude_unset=True)
    key = f"api:{idempotency_key}" if idempotency_key else None
    try:
        receipt = register_concern(
            _submission(payload),
            by=_actor(request, payload),
            now=timezone.now(),
            idempotency_key=key,
            content=content,
        )
    except DomainError:
        # What was taken once is answered the same way, though its place or category may be gone by now.
        earlier = earlier_receipt(key, content=content) if key else None
        if earlier is None:
            raise
        receipt = earlier
    return Status(201, _receipt(receipt))


def _actor(request: HttpRequest, payload: ConcernIn) -> Actor:
    """The reporter, with their account where they have one; staff where the channel says so."""
    user = caller_of(request)
    if payload.channel in OPEN_CHANNELS:
        return Actor(ActorKind.REPORTER, user) if user else REPORTER
    if user is None or payload.channel not in STAFF_CHANNELS:
        sentence = _("This channel is open to staff who are signed in. Leave it out.")
        raise NotAllowed(sentence, fields={"channel": sentence})
    return staff(user)


def _submission(payload: ConcernIn) -> Submission:
    contact = payload.contact
    return Submission(
        text=payload.text,
        place=_place(payload.place),
        channel=payload.channel,
        request_type=payload.request_type,
        category=_category(payload.category),
        contact=ContactDetails(
            name=contact.name or "",
            phone=contact.phone or "",
            may_be_called=contact.may_be_called,
            prefers_call=contact.prefers_call,
        )
        if contact
        else ContactDetails(),
        happening_now=payload.happening_now,
        is_anonymous=payload.is_anonymous,
        is_confidential=payload.is_confidential,
        concerns_minor=payload.concerns_minor,
        photo_ids=payload.photos,
    )


def _place(given: PlaceIn) -> Place:
    area = None
    if given.area_code:
        with everywhere(EverywhereReason.PUBLIC_INTAKE):
            area = Area.objects.order_by().defer("outline").filter(code=given.area_code).first()
        if area is None:
            sentence = _("There is no area with this code. GET /api/v1/areas lists them.")
            raise DomainError(sentence, fields={"place.area_code": sentence})
    if (given.lon is None) != (given.lat is None):
        sentence = _("A point needs both lon and lat.")
        raise DomainError(sentence, fields={"place.lon": sentence, "place.lat": sentence})
    return locate(area=area, address=given.address or "", longitude=given.lon, latitude=given.lat)


def _category(code: str | None) -> Category | None:
    if not code:
        return None
    category = category_by_code(code)
    if category is None or not category.is_leaf or not category.is_active:
        sentence = _("There is no category with this code. GET /api/v1/categories lists them.")
        raise DomainError(sentence, fields={"category": sentence})
    return category


def _receipt(receipt: Receipt) -> dict[str, Any]:
    """As it stood at registration, so that the same key always gets the same answer."""
    now = receipt.case.registered_at
    return {
        "number": receipt.case.number,
        "tracking_code": receipt.tracking_code,
        "state": State.REGISTERED.value,
        "promises": [
            answers.promise(made) | {"kept": None} for made in promises_of(receipt.promised, now=now)
        ],
        "personal_data": answers.personal_data_in(text=receipt.case.text),
    }


@router.post(
    "/uploads",
    response={201: answers.UploadOut, **REFUSALS},
    auth=SIGNED_IN_OR_NOT,
    openapi_extra=ALSO_WITHOUT_SIGN_IN,
)
def upload(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Keep one picture; a concern or a move claims it by its id within 24 hours."""
    limit = settings.INTAKE_PER_MINUTE * PHOTOS_AT_MOST
    refuse_floods(request, "upload", per_minute=limit)
    kept = store_photo(file, by=caller_of(request), now=timezone.now())
    return Status(
        201, {"id": str(kept.pk), "width": kept.width, "height": kept.height, "byte_size": kept.byte_size}
    )


def _private(response: HttpResponseBase) -> None:
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "same-origin"


@router.get("/concerns/{tracking_code}", **BY_CODE)
def follow(request: HttpRequest, tracking_code: str, response: HttpResponse) -> dict[str, Any]:
    """Where the concern stands, what is promised, and what was answered."""
    _private(response)
    return _concern(find_case(request, tracking_code))


@router.post("/concerns/{tracking_code}/confirmation", **BY_CODE)
def confirm(
    request: HttpRequest, tracking_code: str, payload: ConfirmationIn, response: HttpResponse
) -> dict[str, Any]:
    """The reporter's word on the result; "no" takes the case up again."""
    word = Confirm(solved=payload.solved, satisfaction=payload.satisfaction, words=payload.words)
    return _moved(request, tracking_code, word, response)


@router.post("/concerns/{tracking_code}/words", **BY_CODE)
def add_words(
    request: HttpRequest, tracking_code: str, payload: WordsIn, response: HttpResponse
) -> dict[str, Any]:
    """More from the reporter, with pictures that were uploaded before; open while the case is."""
    return _moved(request, tracking_code, AddWords(words=payload.words, photo_ids=payload.photos), response)


@router.post("/concerns/{tracking_code}/withdrawal", **BY_CODE)
def withdraw(
    request: HttpRequest, tracking_code: str, payload: WithdrawalIn, response: HttpResponse
) -> dict[str, Any]:
    """The reporter takes it back, before there is a result."""
    return _moved(request, tracking_code, Withdraw(reason=payload.reason), response)


def _moved(
    request: HttpRequest, tracking_code: str, payload: Payload, response: HttpResponse
) -> dict[str, Any]:
    """Make a move of the reporter's and tell where the concern stands now."""
    _private(response)
    case = find_case(request, tracking_code)
    with everywhere(EverywhereReason.TRACKING_CODE):
        apply_move(case, payload, by=REPORTER, now=timezone.now())
    return _concern(find_case(request, tracking_code))


@router.get(
    "/concerns/{tracking_code}/photos/{photo_id}/{size}",
    response=REFUSALS,
    auth=SIGNED_IN_OR_NOT,
    openapi_extra=PICTURE | ALSO_WITHOUT_SIGN_IN,
)
def concern_photo(request: HttpRequest, tracking_code: str, photo_id: str, size: str) -> HttpResponseBase:
    """A picture of the reporter's own, or the proof of the result: ``full`` or ``thumbnail``."""
    case = find_case(request, tracking_code)
    with everywhere(EverywhereReason.TRACKING_CODE):
        picture = picture_of(case.photos.filter(purpose__in=SHOWN_TO_REPORTER), photo_id, size)
    _private(picture)
    return picture


def _concern(case: Case) -> dict[str, Any]:
    now = timezone.now()
    with everywhere(EverywhereReason.TRACKING_CODE):
        resolutions = list(case.resolutions.select_related("event"))
        return {
            "number": case.number,
            "state": case.state,
            "state_label": case.get_state_display(),
            "registered_at": answers.local(case.registered_at),
            "promises": [answers.promise(made) for made in promises_of(clocks_for_reporter(case), now=now)],
            "answers": [
                {
                    "outcome": each.outcome,
                    "outcome_label": each.get_outcome_display(),
                    "answer": each.answer,
                    "plan": each.plan,
                    "planned_on": each.planned_on,
                    "at": answers.local(each.event.at),
                }
                for each in resolutions
            ],
            "timeline": [
                {"title": entry.title, "text": entry.text, "at": answers.local(entry.at)}
                for entry in entries_of(list(case.events.all()))
            ],
            "photos": [
                answers.photo_row(link)
                for link in case.photos.filter(purpose__in=SHOWN_TO_REPORTER).select_related("photo")
            ],
            "contact_looks": case.contact_reveals.count(),
            "open_to_reporter": moves_open_to_reporter(case, now=now),
        }
