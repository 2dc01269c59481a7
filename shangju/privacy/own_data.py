"""What a person's own pages show of requests, and what the person does with them there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from shangju.accounts.models import User
from shangju.cases.models import Case, ReporterContact
from shangju.cases.rules import Actor
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.engine import Light, Line, light_at
from shangju.deadlines.explanation import explain
from shangju.privacy.models import DataRequest
from shangju.privacy.requests import may_forget_at_once, withdraw_request
from shangju.privacy.telling import tell_person
from shangju.privacy.workflow import OPEN_REQUEST_STATES, RequestState


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """A request with the explanation of its date, in the reader's language; ``step`` is what its person can do now."""

    request: DataRequest
    is_open: bool
    step: str
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
    is_open = request.state in OPEN_REQUEST_STATES
    unread = request.state in (RequestState.GRANTED, RequestState.REFUSED)
    return ShownRequest(request, is_open, WITHDRAW if is_open else (READ if unread else ""), lines)


WITHDRAW, READ = "withdraw", "read"
"""What a person can do with a request of theirs: take it back, or say that they have read the answer."""


def requests_of_case(case: Case) -> list[ShownRequest]:
    """Those asked about one case, newest first; the door has shown the reader to be the reporter."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        return [shown(each) for each in DataRequest.objects.filter(case=case).order_by("-received_at", "-pk")]


def requests_of_account(user: User) -> list[ShownRequest]:
    """Those about an account and the cases reported under it, newest first."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        mine = Q(user=user) | Q(case__reporter_user=user)
        return [shown(each) for each in DataRequest.objects.filter(mine).order_by("-received_at", "-pk")]


def take_step(
    requests: Sequence[ShownRequest], pk: int, step: str, *, by: Actor, now: datetime
) -> DataRequest | None:
    """Withdraw one of the person's own ``requests``, or note that they have read its answer; ``None``: none of theirs.

    Raises ``Conflict`` where it was answered meanwhile; an answer read twice is read once.
    """
    mine = next((each.request for each in requests if each.request.pk == pk), None)
    if mine is None or step not in {WITHDRAW, READ}:
        return None
    if step == WITHDRAW:
        return withdraw_request(mine, by=by, now=now)
    with everywhere(EverywhereReason.TRACKING_CODE):
        tell_person(mine, now=now)
    return mine


def can_forget_contact(case: Case) -> bool:
    """Whether there is a contact that may go at once."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        contact = ReporterContact.objects.filter(case=case).first()
        if contact is None or not (
            contact.name or contact.phone or contact.exact_address or contact.exact_point
        ):
            return False
        return may_forget_at_once(case)
