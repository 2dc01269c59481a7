"""Operations that need no account."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Header, Router, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile

from shangju.accounts.addresses import client_address
from shangju.api import presentation
from shangju.api.schemas import ConcernIn, ConfirmationIn, storable
from shangju.areas.models import Area, AreaKind
from shangju.cases import moves
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Case
from shangju.cases.places import locate
from shangju.cases.queries import case_by_tracking_code
from shangju.cases.rules import REPORTER
from shangju.cases.services import apply_move
from shangju.cases.workflow import Channel, RequestType
from shangju.categories.queries import category_by_code, category_tree
from shangju.core.errors import DomainError
from shangju.core.rate_limit import exceeds_limit
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.photos.services import store_photo

router = Router()
KEY_LENGTH = 90


def limit(request: HttpRequest, purpose: str) -> None:
    """Refuse an address that sends too much (429)."""
    if exceeds_limit(purpose, client_address(request), per_minute=settings.INTAKE_PER_MINUTE):
        raise HttpError(429, _("Too many requests came from this address. Try again in a minute."))


def _submission(body: ConcernIn) -> Submission:
    place, contact = body.place, body.contact
    category = category_by_code(body.category) if body.category else None
    if body.category and (category is None or category.parent_id is None):
        sentence = _("There is no such category.")
        raise DomainError(sentence, fields={"category": sentence})
    if body.channel and body.channel not in Channel.values:
        sentence = _("There is no such channel.")
        raise DomainError(sentence, fields={"channel": sentence})
    area = None
    if place and place.area_code:
        area = Area.objects.filter(code=place.area_code, retired_on__isnull=True).first()
        if area is None:
            sentence = _("There is no area with this code.")
            raise DomainError(sentence, fields={"place.area_code": sentence})
    located = locate(
        area=area,
        address=(place.address or "") if place else "",
        longitude=place.lon if place else None,
        latitude=place.lat if place else None,
    )
    return Submission(
        text=body.text,
        place=located,
        channel=body.channel or Channel.API,
        request_type=RequestType.COMPLAINT,
        category=category,
        contact=ContactDetails(
            name=(contact and contact.name) or "", phone=(contact and contact.phone) or ""
        ),
        happening_now=body.happening_now,
        photo_ids=body.photos,
    )


@router.post("/concerns", response={201: dict[str, Any]}, summary="Report a concern")
def report(request: HttpRequest, body: ConcernIn, idempotency_key: Header[str | None] = None) -> Any:
    """Durable before the answer; the same ``Idempotency-Key`` with the same body gives the same answer."""
    limit(request, "concerns")
    if idempotency_key is not None:
        _check_key(idempotency_key)
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        receipt = register_concern(
            _submission(body),
            by=REPORTER,
            now=timezone.now(),
            idempotency_key=f"api:{idempotency_key}" if idempotency_key else None,
            content=body.dict(),
        )
        case = receipt.case
        answer = {
            "number": case.number,
            "tracking_code": receipt.tracking_code,
            "state": "registered",
            "promises": presentation.promises(case),
        }
    return Status(201, answer)


def _check_key(key: str) -> None:
    try:
        storable(key)
    except ValueError as error:
        raise HttpError(400, str(error)) from error
    if not 0 < len(key) <= KEY_LENGTH:
        raise HttpError(
            400, _("The Idempotency-Key must have 1 to %(limit)s characters.") % {"limit": KEY_LENGTH}
        )


def _find(code: str) -> Case:
    try:
        return case_by_tracking_code(code[:60])
    except Case.DoesNotExist as error:
        raise Http404 from error


@router.get("/concerns/{tracking_code}", response=dict[str, Any], summary="Where a concern stands")
def follow(request: HttpRequest, tracking_code: str, response: HttpResponse) -> Any:
    """For whoever holds the code."""
    limit(request, "follow")
    response["Cache-Control"] = "private, no-store"
    with everywhere(EverywhereReason.TRACKING_CODE):
        return presentation.for_reporter(_find(tracking_code))


@router.post(
    "/concerns/{tracking_code}/confirmation", response=dict[str, Any], summary="Confirm or reject the result"
)
def confirm(request: HttpRequest, tracking_code: str, body: ConfirmationIn) -> Any:
    """The reporter's word; ``solved`` = ``no`` takes the case up again."""
    limit(request, "confirm")
    with everywhere(EverywhereReason.TRACKING_CODE):
        payload = moves.Confirm(body.solved, body.satisfaction, body.words)
        case = apply_move(_find(tracking_code), payload, by=REPORTER, now=timezone.now())
        return presentation.for_reporter(case)


@router.post("/uploads", response={201: dict[str, Any]}, summary="Upload a photo")
def upload(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Decoded, re-encoded and stripped; the id goes into ``photos`` of a concern within a day."""
    limit(request, "uploads")
    photo = store_photo(file, by=None, now=timezone.now())
    return Status(201, {"id": str(photo.pk), "width": photo.width, "height": photo.height})


@router.get("/areas", response=list[dict[str, Any]], summary="Areas by code")
def areas(request: HttpRequest) -> Any:
    """The public tree down to the grids."""
    kinds = [AreaKind.SUBDISTRICT, AreaKind.COMMUNITY, AreaKind.GRID]
    with everywhere(EverywhereReason.STRUCTURE):
        rows = (
            Area.objects.filter(kind__in=kinds, retired_on__isnull=True)
            .select_related("parent")
            .order_by("path")
        )
        return [
            {
                "code": area.code,
                "name": str(area),
                "kind": area.kind,
                "parent": area.parent.code if area.parent else None,
            }
            for area in rows
        ]


@router.get("/categories", response=list[dict[str, Any]], summary="Categories by code")
def categories(request: HttpRequest) -> Any:
    """The tree with the class of each leaf."""
    return [
        {
            "code": branch.root.code,
            "name": str(branch.root),
            "children": [
                {"code": leaf.code, "name": str(leaf), "deadline_class": leaf.deadline_class}
                for leaf in branch.leaves
            ],
        }
        for branch in category_tree().branches
    ]
