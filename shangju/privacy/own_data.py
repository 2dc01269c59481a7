"""What a person's own pages show of requests, and that they have read the answer there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from shangju.accounts.models import User
from shangju.cases.models import Case, ReporterContact
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.engine import Light, Line, light_at
from shangju.deadlines.explanation import explain
from shangju.privacy.models import DataRequest
from shangju.privacy.requests import may_forget_at_once, tell_person
from shangju.privacy.workflow import OPEN_REQUEST_STATES, RequestState


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """A request with the explanation of its date, in the reader's language."""

    request: DataRequest
    is_open: bool
    explanation: list[str]


def light_of_request(request: DataRequest, *, now: datetime) -> Light:
    """The light of an open request."""
    return light_at(
        now,
        yellow_at=request.yellow_at,
        orange_at=request.orange_at,
        due=request.due_at,
        purple_at=request.purple_at,
    )


def shown(request: DataRequest) -> ShownRequest:
    """One request as pages show it."""
    lines = explain([Line.from_json(line) for line in request.explanation])
    return ShownRequest(request, request.state in OPEN_REQUEST_STATES, lines)


def requests_of_case(case: Case) -> list[ShownRequest]:
    """Those asked about one case, newest first; the door has shown the reader to be the reporter."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        return [shown(each) for each in DataRequest.objects.filter(case=case).order_by("-received_at", "-pk")]


def requests_of_account(user: User) -> list[ShownRequest]:
    """Those about an account and the cases reported under it, newest first."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        mine = Q(user=user) | Q(case__reporter_user=user)
        return [shown(each) for each in DataRequest.objects.filter(mine).order_by("-received_at", "-pk")]


def requests_read(requests: Sequence[ShownRequest], *, now: datetime) -> None:
    """The person has the page with the answers before them: they are told."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        for each in requests:
            if each.request.state in (RequestState.GRANTED, RequestState.REFUSED):
                tell_person(each.request, now=now)


def can_forget_contact(case: Case) -> bool:
    """Whether there is a contact that may go at once."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        contact = ReporterContact.objects.filter(case=case).first()
        if contact is None or not (
            contact.name or contact.phone or contact.exact_address or contact.exact_point
        ):
            return False
        return may_forget_at_once(case)
