"""A case in full, as it goes out: clocks, history, and what was asked, granted, ordered and pictured."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from shangju.api.answers import CaseRow, HandlerOut, PhotoOut, case_row, local, photo_row
from shangju.cases.forms.approvals import asked_for
from shangju.cases.joined import joined_cases
from shangju.cases.models import (
    Approval,
    Case,
    CaseClock,
    CaseEvent,
    ClockExtension,
    ClockPause,
    SupervisionOrder,
)
from shangju.cases.rules import GRANTS
from shangju.cases.workflow import CaseRole
from shangju.core.personal_data import mask_personal_data
from shangju.deadlines.engine import Line, light_at
from shangju.deadlines.explanation import explain
from shangju.deadlines.steps import Step
from shangju.posts.rights import Standing


class ClockOut(BaseModel):
    """One deadline: running while ``stopped`` is empty."""

    step: str
    label: str
    round: int
    started: datetime
    due: datetime
    stopped: datetime | None
    met: bool | None
    paused: bool
    provisional: bool
    light: str
    explanation: list[str]


class HistoryRow(BaseModel):
    """One row of the hash-chained history."""

    sequence: int
    kind: str
    label: str
    from_state: str
    to_state: str
    role: str
    post: str
    by: str
    at: datetime
    note: str
    reporter_text: str
    party_text: str
    previous_hash: str
    hash: str


class JoinedOut(BaseModel):
    """A case merged into this one or the other way round, a part of it or its whole."""

    relation: str
    relation_label: str
    number: str
    state: str
    state_label: str


class ApprovalOut(BaseModel):
    """What a handler asked for, and what became of it; ``beyond`` is decided by the task force alone."""

    kind: str
    kind_label: str
    state: str
    state_label: str
    beyond: bool
    asked: str
    reason: str
    pause_reason: str
    until: datetime | None
    amount: int | None
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None


class WaitingOut(ApprovalOut):
    """A request that waits for the caller's decision: make the move ``grant`` or ``refuse`` on its case."""

    case: CaseRow
    grant: str


class ApprovalPage(BaseModel):
    """Requests, the longest waiting first; ``next_cursor`` leads to the following ones."""

    items: list[WaitingOut]
    next_cursor: str | None


class PauseOut(BaseModel):
    """The closing clock stood still; ``ended`` is empty while the pause runs or where it ran to its end."""

    round: int
    reason: str
    reason_label: str
    starts: datetime
    until: datetime
    ended: datetime | None


class ExtensionOut(BaseModel):
    """More time: the old and the new due instant are both kept."""

    round: int
    amount: int
    unit: str
    reason: str
    old_due: datetime
    new_due: datetime


class OrderOut(BaseModel):
    """A supervision order and its written reply."""

    demand: str
    reply_by: date
    reply: str
    ordered_at: datetime
    replied_at: datetime | None


class CaseOut(CaseRow):
    """A case with everything that its inner view holds."""

    text: str
    place_note: str
    is_anonymous: bool
    party_summary: str
    concerned_party: str
    outcome: str
    solved: str
    satisfaction: str
    closed_at: datetime | None
    assistants: list[HandlerOut]
    joined: list[JoinedOut]
    approvals: list[ApprovalOut]
    pauses: list[PauseOut]
    extensions: list[ExtensionOut]
    orders: list[OrderOut]
    photos: list[PhotoOut]
    clocks: list[ClockOut]
    history: list[HistoryRow]


def whole_case(standing: Standing, case: Case, *, now: datetime) -> dict[str, Any]:
    """A case whose inner view the reader may open, with clocks and history."""
    return case_row(case, now=now) | {
        "text": mask_personal_data(case.text),
        "place_note": case.place_note,
        "is_anonymous": case.is_anonymous,
        "title": case.title,
        "party_summary": case.party_summary,
        "concerned_party": str(case.concerned_party or ""),
        "outcome": case.outcome,
        "solved": case.solved,
        "satisfaction": case.satisfaction,
        "closed_at": local(case.closed_at),
        "assistants": [
            {"kind": "post", "id": each.post_id, "name": str(each.post)}
            for each in case.assistants.select_related("post")
        ],
        "joined": [
            {
                "relation": other.kind,
                "relation_label": other.relation,
                "number": other.number,
                "state": other.state,
                "state_label": other.state_label,
            }
            for other in joined_cases(standing, case)
        ],
        **_records(case),
        "clocks": [_clock(clock, case, now=now) for clock in case.clocks.all()],
        "history": [_history_row(event) for event in case.events.select_related("by").order_by("sequence")],
    }


def _records(case: Case) -> dict[str, Any]:
    """What was asked, granted, ordered and pictured."""
    asked = case.approvals.select_related("event", "decided_event")
    return {
        "approvals": [approval_row(each, case) for each in asked],
        "pauses": [_pause(each) for each in case.clockpauses.all()],
        "extensions": [_extension(each) for each in case.clockextensions.all()],
        "orders": [_order(each) for each in case.supervisionorders.select_related("event")],
        "photos": [photo_row(link) for link in case.photos.select_related("photo")],
    }


def approval_row(approval: Approval, case: Case) -> dict[str, Any]:
    """A request and its decision, by post, not by person."""
    event, decided = approval.event, approval.decided_event
    return {
        "kind": approval.kind,
        "kind_label": approval.get_kind_display(),
        "state": approval.state,
        "state_label": approval.get_state_display(),
        "beyond": approval.is_beyond,
        "asked": mask_personal_data(asked_for(approval, deadline_class=case.deadline_class)),
        "reason": mask_personal_data(approval.reason),
        "pause_reason": approval.pause_reason,
        "until": local(approval.until),
        "amount": approval.amount,
        "asked_by": event.post_name or event.get_role_display(),
        "asked_at": local(approval.asked_at),
        "decided_by": (decided.post_name or decided.get_role_display()) if decided else "",
        "decided_at": local(approval.decided_at),
    }


GRANT_OF = {kind.value: move.value for move, kind in GRANTS.items()}


def waiting_row(approval: Approval, *, now: datetime) -> dict[str, Any]:
    """A request with its case, for whoever decides."""
    row = approval_row(approval, approval.case)
    return row | {"case": case_row(approval.case, now=now), "grant": GRANT_OF[approval.kind]}


def _pause(pause: ClockPause) -> dict[str, Any]:
    return {
        "round": pause.round,
        "reason": pause.reason,
        "reason_label": pause.get_reason_display(),
        "starts": local(pause.starts_at),
        "until": local(pause.until),
        "ended": local(pause.ended_at),
    }


def _extension(extension: ClockExtension) -> dict[str, Any]:
    return {
        "round": extension.round,
        "amount": extension.amount,
        "unit": extension.clock,
        "reason": extension.reason,
        "old_due": local(extension.old_due_at),
        "new_due": local(extension.new_due_at),
    }


def _order(order: SupervisionOrder) -> dict[str, Any]:
    return {
        "number": order.number,
        "demand": order.demand,
        "reply_by": order.reply_by,
        "reply": order.reply,
        "ordered_at": local(order.event.at),
        "replied_at": local(order.replied_at),
    }


def _clock(clock: CaseClock, case: Case, *, now: datetime) -> dict[str, Any]:
    light = light_at(
        now, yellow_at=clock.yellow_at, orange_at=clock.orange_at, due=clock.due_at, purple_at=clock.purple_at
    )
    return {
        "step": clock.step,
        "label": clock.get_step_display(),
        "round": clock.round,
        "started": local(clock.started_at),
        "due": local(clock.due_at),
        "stopped": local(clock.stopped_at),
        "met": clock.is_met,
        "paused": clock.step == Step.CLOSE and clock.stopped_at is None and case.is_paused(now),
        "provisional": clock.is_provisional,
        "light": "done" if clock.stopped_at else str(light),
        "explanation": explain([Line.from_json(line) for line in clock.explanation]),
    }


OUTSIDERS = frozenset({CaseRole.REPORTER, CaseRole.PARTY, CaseRole.PARTY_HANDLER})
"""Whose rows name no person: a signed-in reporter would be known by their account."""


def _history_row(event: CaseEvent) -> dict[str, Any]:
    return {
        "sequence": event.sequence,
        "kind": event.kind,
        "label": event.get_kind_display(),
        "from_state": event.from_state,
        "to_state": event.to_state,
        "role": event.role,
        "post": event.post_name,
        "by": str(event.by) if event.by and event.role not in OUTSIDERS else "",
        "at": local(event.at),
        "note": mask_personal_data(event.note),
        # The reporter's own words stand in both texts; what staff told was asked about when it was written.
        "reporter_text": mask_personal_data(event.reporter_text)
        if event.reporter_text == event.note
        else event.reporter_text,
        "party_text": event.party_text,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }
