"""Effects of what is asked and decided: return, pause, extension (cases.md §3), a look at a minor's contact (§7)."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shangju.cases import moves
from shangju.cases.clocks import ClockBoard
from shangju.cases.effects.draft import Draft, handler_of, required
from shangju.cases.models import Approval, Case, CaseClock, ClockExtension, ClockPause
from shangju.cases.rules import Actor, may_decide
from shangju.cases.workflow import RETURNS_AT_MOST, ApprovalKind, ApprovalState, PauseReason, State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.deadlines.engine import Clock, Extension, Limit, Pause
from shangju.deadlines.queries import caps_of
from shangju.deadlines.steps import Step
from shangju.posts.models import Post
from shangju.posts.queries import posts_for_ladder_rung

DAY = timedelta(days=1)


def ask(case: Case, kind: ApprovalKind, reason: str, by: Actor, now: datetime, **details: Any) -> Approval:
    """A new request; one of a kind at a time, of a look one at a time by the same person."""
    waiting = case.approvals.filter(kind=kind, state=ApprovalState.ASKED)
    if kind is ApprovalKind.REVEAL:
        waiting = waiting.filter(asked_by=by.user)
    if waiting.exists():
        raise DomainError(_("This was asked already and waits for a decision."))
    return Approval(case=case, kind=kind, reason=reason.strip(), asked_by=by.user, asked_at=now, **details)


def decide(
    case: Case, kind: str, state: ApprovalState, by: Actor, now: datetime, *, asked_in: int | None = None
) -> Approval:
    """The request of this kind that waits, decided; the history row is added to it when it is stored.

    Of several looks that wait, the one asked in row ``asked_in``, else the first that ``by`` may decide.
    """
    waiting = case.approvals.filter(kind=kind, state=ApprovalState.ASKED)
    found = list(waiting.filter(event__sequence=asked_in) if asked_in is not None else waiting)
    approval = next((each for each in found if may_decide(by, each, case)), found[0] if found else None)
    if approval is None:
        raise _not_waiting(case, kind)
    if not may_decide(by, approval, case):
        raise NotAllowed(
            _("The task force decides this.")
            if approval.is_beyond
            else _("Whoever asked cannot also decide. Somebody else must.")
        )
    approval.state, approval.decided_at = state, now
    return approval


def _not_waiting(case: Case, kind: str) -> DomainError:
    """The refusal of who comes second, which names who was first; else of what nobody asked for."""
    over = case.approvals.filter(kind=kind).exclude(state=ApprovalState.ASKED)
    last = over.select_related("decided_event").order_by("-decided_at", "-pk").first()
    if last is None:
        return DomainError(_("Nothing of this kind waits for a decision."))
    event = last.decided_event or case.events.order_by("-sequence").first()
    assert event is not None, "every case has its first row"
    return Conflict(
        _("%(who)s was first: “%(move)s” at %(time)s. Nothing of this kind waits for a decision any more.")
        % event.who_what_when
    )


def leave_work(case: Case, board: ClockBoard, *, now: datetime) -> None:
    """The case leaves its handler: the pause ends, and what was asked for the work lapses; a look waits on."""
    if case.is_paused(now):
        _end_pause(case, now)
        board.stretch(pauses=_pauses_of(case), extensions=_extensions_of(case))
    case.paused_until = None
    if case.pk is not None:
        waiting = case.approvals.filter(state=ApprovalState.ASKED).exclude(kind=ApprovalKind.REVEAL)
        waiting.update(state=ApprovalState.LAPSED, decided_at=now)


def _task_force_for(case: Case) -> Post:
    posts = posts_for_ladder_rung(case.area, rung="task_force")
    if not posts:
        raise DomainError(
            _("A case is returned twice at most, and there is no task force here that could take it now.")
        )
    return posts[0]


def ask_return(case: Case, board: ClockBoard, payload: moves.AskReturn, by: Actor, now: datetime) -> Draft:
    """The handler holds that it is not theirs. The third time the task force decides, and takes it itself."""
    required(reason=payload.reason)
    is_beyond = case.return_count >= RETURNS_AT_MOST
    if is_beyond:
        _task_force_for(case)
    approval = ask(case, ApprovalKind.RETURN, payload.reason, by, now, is_beyond=is_beyond)
    return Draft(note=payload.reason, data={"beyond": is_beyond}, records=[approval])


def grant_return(
    case: Case, board: ClockBoard, payload: moves.GrantReturn, by: Actor, now: datetime
) -> Draft:
    """Back to the dispatcher, or the third time to the task force; the reporter's clocks go on."""
    approval = decide(case, ApprovalKind.RETURN, ApprovalState.GRANTED, by, now)
    approval.save()
    leave_work(case, board, now=now)
    board.stop([Step.SIGN], now=now)
    handler = case.handler_post or case.handler_party
    case.handler_post = case.handler_party = case.signed_at = None
    draft = Draft(
        note=payload.note,
        data={"from": str(getattr(handler, "name", ""))},
        concluded=[(approval, "decided_event")],
    )
    if approval.is_beyond:
        case.handler_post, case.dispatched_at = _task_force_for(case), now
        board.start([Step.SIGN], start=now)
        draft.leads_to = State.DISPATCHED
    else:
        case.return_count += 1
    draft.data |= handler_of(case)
    return draft


def ask_pause(case: Case, board: ClockBoard, payload: moves.AskPause, by: Actor, now: datetime) -> Draft:
    """The clock is to stand still. Not before somebody spoke with the reporter, and within the cap of the class."""
    required(explanation=payload.explanation)
    if payload.reason not in PauseReason.values:
        raise DomainError(_("Choose a reason."), fields={"reason": _("Choose one of the reasons listed.")})
    if case.is_paused(now):
        raise DomainError(_("The clock stands still already."))
    if board.waits_for(Step.FIRST_CONTACT):
        raise DomainError(_("Get in touch with the reporter first; then a pause can be asked for."))
    _demand_room(case, payload.until, now)
    approval = ask(
        case,
        ApprovalKind.PAUSE,
        payload.explanation,
        by,
        now,
        pause_reason=payload.reason,
        until=payload.until,
    )
    data = {"reason": payload.reason, "until": payload.until.isoformat()}
    return Draft(note=payload.explanation, data=data, records=[approval])


def _demand_room(case: Case, until: datetime, now: datetime) -> None:
    """Refuse a pause that is over already, or that is more than the class allows in sum."""
    if until <= now:
        sentence = _("This has passed already. Choose a later day.")
        raise DomainError(sentence, fields={"until": sentence})
    most = caps_of(case.deadline_class).pause_days
    used = sum(((each.end or now) - each.start for each in _pauses_of(case)), timedelta())
    left = most * DAY - used
    if until - now > left:
        days = max(0, left // DAY)
        sentence = ngettext(
            "In class %(name)s at most %(days)s more day of pause is possible in this case.",
            "In class %(name)s at most %(days)s more days of pause are possible in this case.",
            days,
        ) % {"name": case.deadline_class, "days": days}
        raise DomainError(sentence, fields={"until": sentence})


def _pauses_of(case: Case) -> list[Pause]:
    """The pauses of the present round, each to the end it had or will have."""
    rows = case.clockpauses.filter(round=case.reopen_count).order_by("starts_at")
    return [Pause(row.starts_at, row.ended_at or row.until) for row in rows]


def _extensions_of(case: Case) -> list[Extension]:
    rows = case.clockextensions.filter(round=case.reopen_count).order_by("event__sequence")
    return [Extension(Limit(row.amount, Clock(row.clock)), row.reason) for row in rows]


def grant_pause(case: Case, board: ClockBoard, payload: moves.GrantPause, by: Actor, now: datetime) -> Draft:
    """The closing clock stands still from now to the day that was asked for; the due date moves at once."""
    approval = decide(case, ApprovalKind.PAUSE, ApprovalState.GRANTED, by, now)
    assert approval.until is not None, "the database demands it of a pause"
    _demand_room(case, approval.until, now)
    pauses = [*_pauses_of(case), Pause(now, approval.until)]
    board.stretch(pauses=pauses, extensions=_extensions_of(case))
    case.paused_until = approval.until
    pause = ClockPause(
        case=case,
        round=case.reopen_count,
        reason=approval.pause_reason,
        starts_at=now,
        until=approval.until,
    )
    return Draft(
        note=payload.note,
        data={"reason": approval.pause_reason, "until": approval.until.isoformat()},
        records=[pause],
        concluded=[(approval, "decided_event")],
    )


def resume(case: Case, board: ClockBoard, payload: moves.Resume, by: Actor, now: datetime) -> Draft:
    """The pause ends before its time, and the due date comes nearer by what was not used."""
    if not case.is_paused(now):
        raise DomainError(_("The clock runs already."))
    _end_pause(case, now)
    case.paused_until = None
    board.stretch(pauses=_pauses_of(case), extensions=_extensions_of(case))
    return Draft(note=payload.note)


def _end_pause(case: Case, now: datetime) -> None:
    running = case.clockpauses.filter(round=case.reopen_count, ended_at__isnull=True, until__gt=now)
    running.update(ended_at=now)


def ask_extension(
    case: Case, board: ClockBoard, payload: moves.AskExtension, by: Actor, now: datetime
) -> Draft:
    """More time, asked for before it has run out; the first is the dispatcher's to grant, others the task force's."""
    required(reason=payload.reason)
    closing = _closing_of(board)
    if now > closing.due_at:
        raise DomainError(_("The time is over: an extension must be asked for before it is."))
    caps = caps_of(case.deadline_class)
    used_up = caps.extensions is not None and case.extension_count >= caps.extensions
    if used_up or not caps.extension:
        raise DomainError(
            _("In class %(name)s no further extension is possible.") % {"name": case.deadline_class}
        )
    if not 1 <= payload.amount <= caps.extension:
        sentence = _("Between 1 and %(most)s.") % {"most": caps.extension}
        raise DomainError(sentence, fields={"amount": sentence})
    is_beyond = case.extension_count >= 1
    details = {"is_beyond": is_beyond, "amount": payload.amount}
    approval = ask(case, ApprovalKind.EXTENSION, payload.reason, by, now, **details)
    return Draft(
        note=payload.reason, data={"amount": payload.amount, "beyond": is_beyond}, records=[approval]
    )


def _closing_of(board: ClockBoard) -> CaseClock:
    if board.closing is None:
        raise DomainError(_("No closing date runs in this case."))
    return board.closing


def grant_extension(
    case: Case, board: ClockBoard, payload: moves.GrantExtension, by: Actor, now: datetime
) -> Draft:
    """The later date; the old one is kept beside it, and the reporter is told both (cases.md §3)."""
    required(explanation=payload.explanation)
    approval = decide(case, ApprovalKind.EXTENSION, ApprovalState.GRANTED, by, now)
    closing, amount = _closing_of(board), approval.amount or 0
    old_due = closing.due_at
    extension = Extension(Limit(amount, Clock(closing.limit_clock)), approval.reason)
    board.stretch(pauses=_pauses_of(case), extensions=[*_extensions_of(case), extension])
    case.extension_count += 1
    record = ClockExtension(
        case=case,
        round=case.reopen_count,
        amount=amount,
        clock=closing.limit_clock,
        reason=approval.reason[:1000],
        old_due_at=old_due,
        new_due_at=closing.due_at,
    )
    return Draft(
        note=payload.note,
        reporter_text=payload.explanation,
        data={"old_due": old_due.isoformat(), "new_due": closing.due_at.isoformat()},
        records=[record],
        concluded=[(approval, "decided_event")],
    )


def refuse(case: Case, board: ClockBoard, payload: moves.Refuse, by: Actor, now: datetime) -> Draft:
    """No, with the reason; the work goes on."""
    required(explanation=payload.explanation)
    asked_in = payload.asked_in if payload.kind == ApprovalKind.REVEAL else None
    approval = decide(case, payload.kind, ApprovalState.REFUSED, by, now, asked_in=asked_in)
    is_look = approval.kind == ApprovalKind.REVEAL
    return Draft(
        note=payload.explanation,
        party_text=payload.explanation if case.handler_party_id is not None and not is_look else "",
        data={"kind": approval.kind} | ({"asked_by": approval.asked_by_id} if is_look else {}),
        concluded=[(approval, "decided_event")],
    )
