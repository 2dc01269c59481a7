"""Cases as JSON: for the reporter by code, and for staff; the reporter's contact is in neither."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from shangju.cases import queries
from shangju.cases.intake import INTAKE_STEPS
from shangju.cases.models import Case, CaseClock, CaseEvent
from shangju.cases.workflow import MoveName
from shangju.deadlines.engine import Line
from shangju.deadlines.explanation import explain


def moment(instant: datetime | None) -> str | None:
    """ISO 8601 with the offset of the installation's zone."""
    return timezone.localtime(instant).isoformat(timespec="seconds") if instant else None


def clock(row: CaseClock) -> dict[str, Any]:
    """A step's deadline, with the lines that explain it."""
    return {
        "step": row.step,
        "started": moment(row.started_at),
        "due": moment(row.due_at),
        "stopped": moment(row.stopped_at),
        "met": row.is_met,
        "paused": False,
        "provisional": row.is_provisional,
        "explanation": explain([Line.from_json(line) for line in row.explanation]),
    }


def promises(case: Case) -> list[dict[str, Any]]:
    """What the reporter was promised, in the present round."""
    rows = case.clocks.filter(round=case.reopen_count, step__in=[*INTAKE_STEPS, "call_back"])
    return [{key: value for key, value in clock(row).items() if key != "paused"} for row in rows]


SHOWN_TO_REPORTER = frozenset(set(MoveName) - {MoveName.FIND_CAUSE, MoveName.ANSWER_AS_PARTY})


def for_reporter(case: Case) -> dict[str, Any]:
    """State, promises, answers and timeline; no personal data and nothing of the inner view."""
    events = [
        event for event in case.events.all() if event.kind == "register" or event.kind in SHOWN_TO_REPORTER
    ]
    return {
        "number": case.number,
        "state": case.state,
        "state_label": str(case.get_state_display()),
        "promises": promises(case),
        "answers": [
            {"outcome": row.outcome, "answer": row.answer, "at": moment(row.event.at)}
            for row in case.resolutions.select_related("event")
        ],
        "timeline": [
            {
                "kind": event.kind,
                "label": str(event.get_kind_display()),
                "text": event.reporter_text,
                "at": moment(event.at),
            }
            for event in events
        ],
    }


def row(case: Case, *, now: datetime) -> dict[str, Any]:
    """A case in a list."""
    return {
        "number": case.number,
        "title": case.title,
        "state": case.state,
        "request_type": case.request_type,
        "channel": case.channel,
        "category": case.category.code if case.category else None,
        "deadline_class": case.deadline_class,
        "area": case.area.code,
        "handler": str(case.handler_post or case.handler_party or "") or None,
        "light": queries.light_of(case, now=now) or None,
        "due": moment(case.due_at),
        "registered": moment(case.registered_at),
    }


def for_staff(case: Case, *, now: datetime) -> dict[str, Any]:
    """Everything of the inner view but the reporter's contact, with each history row and its hash."""
    return row(case, now=now) | {
        "text": case.text,
        "place": case.place_note,
        "happening_now": case.happening_now,
        "concerned_party": str(case.concerned_party) if case.concerned_party_id else None,
        "outcome": case.outcome or None,
        "solved": case.solved or None,
        "satisfaction": case.satisfaction or None,
        "clocks": [clock(each) for each in case.clocks.all()],
        "history": [history_row(event) for event in case.events.all()],
    }


def history_row(event: CaseEvent) -> dict[str, Any]:
    """A row of the chain."""
    return {
        "sequence": event.sequence,
        "kind": event.kind,
        "from": event.from_state,
        "to": event.to_state,
        "role": event.role,
        "post": event.post_name,
        "note": event.note,
        "reporter_text": event.reporter_text,
        "at": moment(event.at),
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }
