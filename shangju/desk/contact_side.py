"""What the case page says of the reporter: the masked contact, and how its reader may look at it."""

from datetime import datetime
from typing import Any

from shangju.cases.models import Approval, Case
from shangju.cases.reporter import masked_contact, offers_reveal, usable_approval, wanted_in_words
from shangju.cases.rules import Actor
from shangju.cases.workflow import ApprovalKind, ApprovalState
from shangju.desk.forms import RevealForm


def contact_side(actor: Actor, case: Case, *, now: datetime) -> dict[str, Any]:
    """The card's values. In a case about a minor a look is asked for first, and made as it was allowed."""
    may_look = offers_reveal(actor.standing, case)
    values: dict[str, Any] = {
        "contact": masked_contact(case),
        "may_reveal": may_look,
        "reveal_form": RevealForm(),
    }
    if not (may_look and case.concerns_minor):
        return values
    allowed = usable_approval(case, actor, now=now)
    if allowed is not None:
        values["reveal_form"] = RevealForm(initial=_as_allowed(allowed))
    return values | {
        "allowed_look": allowed,
        "allowed_pieces": wanted_in_words(allowed) if allowed else "",
        "asked_look": None if allowed else _asked(actor, case),
    }


def _as_allowed(allowed: Approval) -> dict[str, Any]:
    return {"fields_needed": allowed.wanted, "code": allowed.code, "reason": allowed.reason}


def _asked(actor: Actor, case: Case) -> Approval | None:
    waiting = case.approvals.filter(kind=ApprovalKind.REVEAL, state=ApprovalState.ASKED)
    return waiting.filter(asked_by=actor.user).first()
