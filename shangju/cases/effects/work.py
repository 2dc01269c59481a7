"""Effects of the handler's moves: sign, contact, visit, find the cause, mediate, resolve."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from shangju.cases import moves
from shangju.cases.clocks import ClockBoard
from shangju.cases.effects.approvals import leave_work
from shangju.cases.effects.draft import FORESIGHT, Draft, required, take_result
from shangju.cases.models import (
    Case,
    Contact,
    Finding,
    Mediation,
    Resolution,
    Visit,
)
from shangju.cases.models.work import CasePhoto
from shangju.cases.places import subdistrict_path
from shangju.cases.rules import Actor
from shangju.cases.workflow import Outcome, State
from shangju.core.errors import DomainError
from shangju.deadlines.steps import Step


def sign(case: Case, board: ClockBoard, payload: moves.Sign, by: Actor, now: datetime) -> Draft:
    """The handler has it; the "sign" clock ends."""
    case.signed_at = now
    board.stop([Step.SIGN], now=now)
    return Draft(note=payload.note)


def record_contact(
    case: Case, board: ClockBoard, payload: moves.RecordContact, by: Actor, now: datetime
) -> Draft:
    """A talk with the reporter; the first that reached them ends the "first contact" clock."""
    if payload.way not in {"phone", "in_person", "message"}:
        raise DomainError(_("Say how."), fields={"way": _("Choose one of the ways listed.")})
    if payload.reached:
        _first_contact(case, board, now)
    contact = Contact(case=case, way=payload.way, reached=payload.reached)
    return Draft(note=payload.note, data={"way": payload.way, "reached": payload.reached}, records=[contact])


def _first_contact(case: Case, board: ClockBoard, now: datetime) -> None:
    case.first_contact_at = case.first_contact_at or now
    board.stop([Step.FIRST_CONTACT], now=now)


def _not_in_the_future(when: datetime | None, now: datetime, name: str) -> datetime:
    if when is not None and when > now + FORESIGHT:
        sentence = _("This lies in the future.")
        raise DomainError(sentence, fields={name: sentence})
    return when or now


def record_visit(
    case: Case, board: ClockBoard, payload: moves.RecordVisit, by: Actor, now: datetime
) -> Draft:
    """A look at the place. It counts as first contact, and as "on site" for night noise and danger made safe."""
    required(finding=payload.finding)
    visited_at = _not_in_the_future(payload.visited_at, now, "visited_at")
    if visited_at < case.clocks_start_at - timedelta(days=1):
        sentence = _("This lies before the concern was raised.")
        raise DomainError(sentence, fields={"visited_at": sentence})
    _first_contact(case, board, now)
    if payload.made_safe or case.night_class:
        board.stop([Step.MADE_SAFE], now=now)
    visit = Visit(
        case=case,
        place=payload.place,
        place_note=payload.place_note,
        people_met=payload.people_met,
        finding=payload.finding,
        made_safe=payload.made_safe,
        visited_at=visited_at,
    )
    return Draft(
        note=payload.finding, data={"place": payload.place}, records=[visit], photo_ids=payload.photo_ids
    )


def find_cause(case: Case, board: ClockBoard, payload: moves.FindCause, by: Actor, now: datetime) -> Draft:
    """The root cause. A party named here sees the summary from now on, and its people lose the inner view."""
    required(root_cause=payload.root_cause)
    if payload.party is not None:
        if not payload.party.area.path.startswith(subdistrict_path(case)):
            raise DomainError(
                _("That member is in another sub-district."),
                fields={"party": _("Choose a member of this sub-district.")},
            )
        required(party_summary=payload.party_summary or case.party_summary)
        case.concerned_party = payload.party
        case.party_summary = payload.party_summary.strip() or case.party_summary
    finding = Finding(case=case, root_cause=payload.root_cause, party=payload.party)
    return Draft(
        note=payload.root_cause,
        party_text=case.party_summary if payload.party else "",
        data={"party": payload.party.pk if payload.party else None},
        records=[finding],
    )


def mediate(case: Case, board: ClockBoard, payload: moves.Mediate, by: Actor, now: datetime) -> Draft:
    """劝阻调解记录."""
    required(with_whom=payload.with_whom, account=payload.account, result=payload.result)
    mediation = Mediation(
        case=case,
        with_whom=payload.with_whom,
        place_note=payload.place_note,
        account=payload.account,
        result=payload.result,
        agreed=payload.agreed,
        follow_up_on=payload.follow_up_on,
        mediated_at=_not_in_the_future(payload.mediated_at, now, "mediated_at"),
    )
    return Draft(
        note=payload.account, party_text=payload.agreed, data={"result": payload.result}, records=[mediation]
    )


def resolve(case: Case, board: ClockBoard, payload: moves.Resolve, by: Actor, now: datetime) -> Draft:
    """The result. The close clock ends here: what follows is the reporter's word on it."""
    required(outcome=payload.outcome, answer=payload.answer)
    if payload.outcome == Outcome.NOT_NOW:
        required(plan=payload.plan, planned_on=payload.planned_on.isoformat() if payload.planned_on else "")
    if (
        case.category
        and case.category.needs_proof
        and payload.outcome == Outcome.SOLVED
        and not payload.photo_ids
    ):
        sentence = _("This category needs a photo of the result.")
        raise DomainError(sentence, fields={"photos": sentence})
    leave_work(case, board, now=now)
    is_part = take_result(case, board, payload.outcome, now=now)
    resolution = Resolution(
        case=case,
        outcome=payload.outcome,
        answer=payload.answer,
        plan=payload.plan,
        planned_on=payload.planned_on,
    )
    return Draft(
        reporter_text=payload.answer,
        data={"outcome": payload.outcome},
        records=[resolution],
        photo_ids=payload.photo_ids,
        photo_purpose=CasePhoto.Purpose.PROOF,
        leads_to=State.CLOSED if is_part else "",
    )
