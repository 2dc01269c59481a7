"""The one function that moves cases. Pages, API, import and worker call it; nothing else writes a state."""

from datetime import datetime

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from shangju.cases import chain, moves
from shangju.cases.case_photos import keep_photos
from shangju.cases.clocks import ClockBoard
from shangju.cases.confidentiality import follow_confidentiality
from shangju.cases.effects import EFFECTS, Draft
from shangju.cases.joined import JoinedMeanwhile, ensure_parts_have_ended, follow_ups_of, lock_joined
from shangju.cases.models import Case, CaseEvent
from shangju.cases.parts import store_parts
from shangju.cases.rules import SYSTEM, Actor, ActorKind, roles_of
from shangju.cases.search import index_cases, searchable_text
from shangju.cases.workflow import MOVES, OPEN_STATES, CaseRole, Move, MoveName, Solved, State
from shangju.core.errors import Conflict, NotAllowed
from shangju.core.queue import wake_worker_after_commit
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.rights import Right

ROLE_ORDER = (
    CaseRole.HANDLER,
    CaseRole.ASSISTANT,
    CaseRole.PARTY_HANDLER,
    CaseRole.DISPATCHER,
    CaseRole.TASK_FORCE,
    CaseRole.CALLER,
    CaseRole.SUPERVISOR,
    CaseRole.PARTY,
    CaseRole.REPORTER,
    CaseRole.SYSTEM,
)
"""Which of several roles the history names: the closest to the work."""


def apply_move(
    case: Case, payload: moves.Payload, *, by: Actor, now: datetime, expected_sequence: int | None = None
) -> Case:
    """Make one move: lock the case, check the right, the state and the guards, set the clocks, append one history row.

    What the move brings with it, as the news for cases merged into this one, is written in the same transaction.
    ``expected_sequence`` is the length of the history that the person saw; when it has grown since, somebody else was
    first and they are told so. Raises ``NotAllowed`` (no role for the move), ``Conflict`` (wrong state or not first)
    and ``DomainError`` (a guard said no, at its field). All or nothing; notices follow after the commit.
    """
    for _attempt in range(ATTEMPTS):
        try:
            return _locked_and_applied(case, payload, by=by, now=now, expected_sequence=expected_sequence)
        except JoinedMeanwhile:
            pass
        except OperationalError as fault:
            if getattr(fault.__cause__, "sqlstate", "") != DEADLOCK:
                raise
        # Nothing was written and every lock is free again: the case as it is now says what else to lock.
        case = Case.objects.get(pk=case.pk)
    raise JoinedMeanwhile


ATTEMPTS = 4
"""How often a move begins anew because its case was joined with another, or parted, while it waited."""

DEADLOCK = "40P01"
"""PostgreSQL's code for it (Appendix A of its documentation)."""


@transaction.atomic
def _locked_and_applied(
    case: Case, payload: moves.Payload, *, by: Actor, now: datetime, expected_sequence: int | None
) -> Case:
    case, payload = lock_joined(case, payload)
    if by.kind is not ActorKind.PARTY:
        return _apply(case, payload, by=by, now=now, expected_sequence=expected_sequence)
    # The lock was taken in the member's own scope, which reaches the case but none of the clocks and rows behind it.
    with everywhere(EverywhereReason.PARTY_CONCERN):
        return _apply(case, payload, by=by, now=now, expected_sequence=expected_sequence)


def _apply(
    case: Case, payload: moves.Payload, *, by: Actor, now: datetime, expected_sequence: int | None
) -> Case:
    payload = as_reopening_when_not_solved(payload)
    move = MOVES[payload.move]
    role = _role_for(move, by=by, case=case)
    _check_moment(case, move, expected_sequence)
    ensure_parts_have_ended(case, payload.move)
    _write(case, payload, by=by, role=role, now=now)
    wake_worker_after_commit()
    return case


def _write(case: Case, payload: moves.Payload, *, by: Actor, role: CaseRole, now: datetime) -> None:
    """Store the move, then what it brings with it."""
    board, searched, was_kept = ClockBoard.of(case), searchable_text(case), case.is_kept_from_strangers
    event, draft = advance(case, board, payload, by=by, role=role, now=now)
    event.save(force_insert=True)
    _keep_records(case, event, draft, now=now)
    board.save()
    case.save(force_update=True)
    if case.is_kept_from_strangers and not was_kept:
        follow_confidentiality(case, now=now)
    store_parts(draft.parts)
    if searchable_text(case) != searched:
        index_cases([case])
    with everywhere(EverywhereReason.JOINED_CASES):
        for follow_up in follow_ups_of(case, event, draft):
            _write(follow_up.case, follow_up.payload, by=SYSTEM, role=CaseRole.SYSTEM, now=now)


def advance(
    case: Case, board: ClockBoard, payload: moves.Payload, *, by: Actor, role: CaseRole, now: datetime
) -> tuple[CaseEvent, Draft]:
    """Take the case one move further, in memory: guards, clocks, state, and the next history row, unsaved.

    The right and the present state were checked by the caller, who also stores everything.
    """
    move = MOVES[payload.move]
    draft = EFFECTS[type(payload)](case, board, payload, by, now)
    from_state = case.state
    case.state = _state_after(case, move, draft)
    case.is_open = case.state in OPEN_STATES
    if payload.move not in WITHOUT_PROGRESS:
        case.last_progress_at = now
    case.weigh()
    board.refresh_due()
    event = chain.next_event(
        case,
        kind=payload.move,
        from_state=from_state,
        by_id=by.user_id,
        role=role,
        at=now,
        post_name=_post_name(by, role, case),
        data=draft.data,
        note=draft.note,
        reporter_text=draft.reporter_text,
        party_text=draft.party_text,
    )
    return event, draft


WITHOUT_PROGRESS = frozenset(
    {
        MoveName.REMIND,
        MoveName.URGE,
        MoveName.SUPERVISE,
        MoveName.ENTRUST,
        MoveName.RELEASE,
        MoveName.CITE,
        MoveName.ADD_WORDS,
        MoveName.HEAR,
        MoveName.TAKE_IN,
        MoveName.LET_GO,
        MoveName.ASK_REVEAL,
        MoveName.GRANT_REVEAL,
    }
)
"""Rows that are no progress of the work: a case that is urged stays dormant until somebody does something."""


def as_reopening_when_not_solved(payload: moves.Payload) -> moves.Payload:
    """The reporter's "no" is a reopening (cases.md §3), with what they said kept."""
    if isinstance(payload, moves.Confirm) and payload.reached and payload.solved == Solved.NO:
        return moves.Reopen(reason=payload.words, confirmation=payload)
    return payload


def _role_for(move: Move, *, by: Actor, case: Case) -> CaseRole:
    roles = roles_of(by, case) & move.roles
    if not roles:
        raise NotAllowed(_("This step is not yours to take in this case."))
    return next(role for role in ROLE_ORDER if role in roles)


def _check_moment(case: Case, move: Move, expected_sequence: int | None) -> None:
    if expected_sequence is not None and expected_sequence != case.history_length:
        raise Conflict(
            _(
                "%(who)s was first: “%(move)s” at %(time)s, after you had opened the case. Nothing of yours was "
                "recorded: look at the history, then go on."
            )
            % _last_of(case)
        )
    if case.state not in move.sources:
        raise Conflict(
            _(
                "The case is “%(state)s” now, since %(who)s did “%(move)s” at %(time)s; this step is not possible any more."
            )
            % {"state": case.get_state_display(), **_last_of(case)}
        )


def _last_of(case: Case) -> dict[str, str]:
    """Who was first, with what and when."""
    last = case.events.order_by("-sequence").first()
    assert last is not None, "every case has its first row"
    return last.who_what_when


def _state_after(case: Case, move: Move, draft: Draft) -> str:
    target = draft.leads_to or move.target
    if target is None:
        return case.state
    if target not in {move.target, *move.otherwise}:
        raise LookupError(f"the table does not lead to {target}")
    return State(target)


def _post_name(by: Actor, role: CaseRole, case: Case) -> str:
    if by.kind is ActorKind.PARTY:
        party = case.handler_party if role is CaseRole.PARTY_HANDLER else case.concerned_party
        return party.name[:60] if party else ""
    if role is CaseRole.HANDLER and case.handler_post:
        return case.handler_post.name
    rights = {
        CaseRole.DISPATCHER: Right.DISPATCH,
        CaseRole.CALLER: Right.CALL_BACK,
        CaseRole.SUPERVISOR: Right.SUPERVISE,
        CaseRole.TASK_FORCE: Right.DECIDE_BEYOND,
    }
    right = rights.get(role)
    holdings = [holding for holding in by.standing.holdings if case.area_path.startswith(holding.area.path)]
    fitting = [holding for holding in holdings if right is None or right in holding.rights]
    return fitting[-1].post_name if fitting else ""


def _keep_records(case: Case, event: CaseEvent, draft: Draft, *, now: datetime) -> None:
    for record in draft.records:
        record.event = event
        record.save(force_insert=True)
    for concluded, field in draft.concluded:
        setattr(concluded, field, event)
        concluded.save(force_update=True)
    keep_photos(case, event, draft.photo_ids, purpose=draft.photo_purpose, now=now)
