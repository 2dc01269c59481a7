"""Effects of what reporter and party say: confirm, reopen, withdraw, add words, answer."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from shangju.cases import moves
from shangju.cases.clocks import ClockBoard
from shangju.cases.effects.approvals import leave_work
from shangju.cases.effects.draft import ALL_STEPS, Draft, FollowUp, required
from shangju.cases.effects.supervision import next_tier
from shangju.cases.models import (
    Case,
    Confirmation,
)
from shangju.cases.models.work import CasePhoto, WorkRecord
from shangju.cases.rules import Actor, ActorKind
from shangju.cases.workflow import (
    CALL_BACK_DAYS,
    CALL_BACK_TRIES,
    DISSATISFIED_TO_CLIMB,
    REOPEN_WINDOW,
    Satisfaction,
    Solved,
    State,
)
from shangju.core.errors import DomainError
from shangju.deadlines.steps import Step

BEFORE_RESULT = (State.ACCEPTED, State.DISPATCHED, State.IN_PROGRESS)


def _checked_confirmation(case: Case, payload: moves.Confirm, by: Actor) -> Confirmation:
    if payload.solved not in Solved.values or payload.satisfaction not in Satisfaction.values:
        fields = {
            name: _("Choose one of the answers.")
            for name, value, known in (
                ("solved", payload.solved, Solved.values),
                ("satisfaction", payload.satisfaction, Satisfaction.values),
            )
            if value not in known
        }
        raise DomainError(_("Two answers are needed."), fields=fields)
    case.solved, case.satisfaction = payload.solved, payload.satisfaction
    case.dissatisfaction_count += payload.satisfaction == Satisfaction.DISSATISFIED
    return Confirmation(
        case=case,
        solved=payload.solved,
        satisfaction=payload.satisfaction,
        words=payload.words,
        by_call_back=by.kind is ActorKind.STAFF,
    )


def confirm(case: Case, board: ClockBoard, payload: moves.Confirm, by: Actor, now: datetime) -> Draft:
    """The reporter's word; or a call-back that reached nobody, which is only counted."""
    if not payload.reached:
        if by.kind is ActorKind.REPORTER:
            raise DomainError(
                _("Say whether it is solved."), fields={"solved": _("Choose one of the answers.")}
            )
        case.call_back_tries += 1
        return Draft(
            note=payload.words, data={"reached": False, "try": case.call_back_tries}, leads_to=State.RESOLVED
        )
    record = _checked_confirmation(case, payload, by)
    case.closed_at = now
    board.stop(ALL_STEPS, now=now)
    return Draft(
        note=payload.words,
        data={"solved": payload.solved, "satisfaction": payload.satisfaction},
        records=[record],
    )


def reopen(case: Case, board: ClockBoard, payload: moves.Reopen, by: Actor, now: datetime) -> Draft:
    """重办: a new round of clocks; the old round stays as it was."""
    if by.kind is ActorKind.STAFF and payload.confirmation is None:
        required(reason=payload.reason)
    if case.closed_at and now - case.closed_at > REOPEN_WINDOW:
        raise DomainError(_("A case can be reopened for 15 days after it was closed. Please report it anew."))
    records: list[WorkRecord] = []
    if payload.confirmation is not None:
        records.append(_checked_confirmation(case, payload.confirmation, by))
    if case.part_of is not None and case.part_of.state not in BEFORE_RESULT:
        raise DomainError(_("The case it is part of has its result already. Reopen that one first."))
    board.stop(ALL_STEPS, now=now)
    case.reopen_count += 1
    case.closed_at = case.resolved_at = None
    case.outcome, case.closed_unreachable, case.call_back_tries = "", False, 0
    case.paused_until = None
    was_dissatisfied = (
        payload.confirmation is not None and payload.confirmation.satisfaction == Satisfaction.DISSATISFIED
    )
    climbs = (
        was_dissatisfied
        and case.dissatisfaction_count >= DISSATISFIED_TO_CLIMB
        and next_tier(case) is not None
    )
    has_handler = case.handler_post_id is not None or case.handler_party_id is not None
    board.start([Step.FIRST_CONTACT, Step.CLOSE], start=now)
    return Draft(
        note=payload.reason,
        data={
            "round": case.reopen_count,
            "solved": payload.confirmation.solved if payload.confirmation else "",
            "satisfaction": payload.confirmation.satisfaction if payload.confirmation else "",
        },
        records=records,
        leads_to="" if has_handler else State.ACCEPTED,
        follow_ups=[FollowUp(case, moves.Escalate(_("Dissatisfied for the second time.")))] if climbs else [],
    )


def close_unreachable(
    case: Case, board: ClockBoard, payload: moves.CloseUnreachable, by: Actor, now: datetime
) -> Draft:
    """Shown apart in every figure: nobody knows what the reporter would have said."""
    waited = case.resolved_at is not None and now - case.resolved_at >= timedelta(days=CALL_BACK_DAYS)
    if case.call_back_tries < CALL_BACK_TRIES and not waited:
        raise DomainError(
            _("Only after %(tries)s failed calls or %(days)s days. So far: %(done)s.")
            % {"tries": CALL_BACK_TRIES, "days": CALL_BACK_DAYS, "done": case.call_back_tries}
        )
    case.closed_at, case.closed_unreachable = now, True
    board.stop(ALL_STEPS, now=now)
    return Draft(note=payload.note, data={"tries": case.call_back_tries})


def withdraw(case: Case, board: ClockBoard, payload: moves.Withdraw, by: Actor, now: datetime) -> Draft:
    """The reporter takes it back, before it is resolved. What others had merged into it stands alone again."""
    leave_work(case, board, now=now)
    board.stop(ALL_STEPS, now=now)
    return Draft(note=payload.reason)


def add_words(case: Case, board: ClockBoard, payload: moves.AddWords, by: Actor, now: datetime) -> Draft:
    """More from the reporter: shown to staff and in the reporter's own timeline."""
    required(words=payload.words)
    return Draft(
        note=payload.words,
        reporter_text=payload.words,
        photo_ids=payload.photo_ids,
        photo_purpose=CasePhoto.Purpose.REPORT,
        follow_ups=[FollowUp(case.merged_into, moves.Hear(case, payload.words))] if case.merged_into else [],
    )


def answer_as_party(
    case: Case, board: ClockBoard, payload: moves.AnswerAsParty, by: Actor, now: datetime
) -> Draft:
    """The party's side of it: for staff, and in the party's own view."""
    required(words=payload.words)
    return Draft(
        note=payload.words,
        party_text=payload.words,
        photo_ids=payload.photo_ids,
        photo_purpose=CasePhoto.Purpose.PARTY,
    )
