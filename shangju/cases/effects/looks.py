"""Effects of asking for a look at the contact in a case about a minor, and of allowing it (cases.md §7)."""

from datetime import datetime

from django.utils.translation import gettext as _

from shangju.cases import moves
from shangju.cases.clocks import ClockBoard
from shangju.cases.effects.approvals import ask, decide
from shangju.cases.effects.draft import Draft
from shangju.cases.models import Case
from shangju.cases.reporter import check_look, usable_approval
from shangju.cases.rules import Actor
from shangju.cases.workflow import LOOK_ALLOWED_FOR, ApprovalKind, ApprovalState
from shangju.core.errors import DomainError


def ask_reveal(case: Case, board: ClockBoard, payload: moves.AskReveal, by: Actor, now: datetime) -> Draft:
    """Which pieces of the contact, for what, and why; somebody else decides."""
    if not case.concerns_minor:
        raise DomainError(_("In this case nobody has to allow a look first."))
    check_look(payload.fields, payload.code, payload.reason)
    if usable_approval(case, by, now=now) is not None:
        raise DomainError(_("A look is allowed to you already: use it first."))
    wanted = sorted(set(payload.fields))
    approval = ask(case, ApprovalKind.REVEAL, payload.reason, by, now, wanted=wanted, code=payload.code)
    return Draft(note=payload.reason, data={"fields": wanted, "code": str(payload.code)}, records=[approval])


def grant_reveal(
    case: Case, board: ClockBoard, payload: moves.GrantReveal, by: Actor, now: datetime
) -> Draft:
    """One look, at what was asked for, by whoever asked, within a day."""
    approval = decide(case, ApprovalKind.REVEAL, ApprovalState.GRANTED, by, now, asked_in=payload.asked_in)
    approval.until = now + LOOK_ALLOWED_FOR
    return Draft(
        note=payload.note,
        data={"asked_by": approval.asked_by_id, "until": approval.until.isoformat()},
        concluded=[(approval, "decided_event")],
    )
