"""The hash chain of a case's history (docs/adr/0003).

Each row's hash covers its content and the previous hash; the case keeps the length and the last hash, so that a
row changed, removed, added, reordered or cut off the end is found.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shangju.cases.models import Case, CaseEvent
from shangju.cases.workflow import CaseRole


def digest(text: str) -> str:
    """SHA-256 of a text, empty for the empty text."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def reporter_digest(case: Case, user_id: int) -> str:
    """Which account the reporter used, provable while the case keeps its tracking code and by nobody afterwards."""
    return digest(f"{case.tracking_code}:{user_id}")


def hash_of(event: CaseEvent, *, number: str) -> str:
    """The hash of a history row: SHA-256 over its canonical JSON, the texts by their stored digests.

    So is the account of a reporter: it can be cut off when its time has come, like a text.
    """
    content = {
        "case": number,
        "sequence": event.sequence,
        "kind": event.kind,
        "from": event.from_state,
        "to": event.to_state,
        "by": None if "by" in event.data.get("digests", {}) else event.by_id,
        "role": event.role,
        "post": event.post_name,
        "data": event.data,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "previous": event.previous_hash,
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def next_event(
    case: Case,
    *,
    kind: str,
    from_state: str,
    by_id: int | None,
    role: str,
    at: datetime,
    post_name: str = "",
    data: dict[str, Any] | None = None,
    note: str = "",
    reporter_text: str = "",
    party_text: str = "",
) -> CaseEvent:
    """Make the row that follows the last one, unsaved, and move the case's chain head to it.

    ``case.state`` must already be the state after the move. The caller holds the case's lock, saves both.
    """
    texts = {"note": note, "reporter_text": reporter_text, "party_text": party_text}
    digests = {name: digest(text) for name, text in texts.items() if text}
    if by_id is not None and role == CaseRole.REPORTER:
        digests["by"] = reporter_digest(case, by_id)
    event = CaseEvent(
        case=case,
        sequence=case.history_length + 1,
        kind=kind,
        from_state=from_state,
        to_state=case.state,
        by_id=by_id,
        role=role,
        post_name=post_name,
        data={**(data or {}), "digests": digests},
        at=at,
        previous_hash=case.history_head,
        **texts,
    )
    event.hash = hash_of(event, number=case.number)
    case.history_length = event.sequence
    case.history_head = event.hash
    return event


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which a case's history is not what was written."""

    number: str
    sequence: int
    row: int | None
    fault: str


def first_break(case: Case, events: Iterable[CaseEvent]) -> Break | None:
    """Check the rows of one case, in order of ``sequence``; ``None`` where all is as written."""
    previous, length = "", 0
    for event in events:
        length += 1
        fault = _fault_of(event, case=case, expected_sequence=length, previous=previous)
        if fault:
            return Break(case.number, event.sequence, event.pk, fault)
        previous = event.hash
    if length != case.history_length or previous != case.history_head:
        return Break(case.number, length + 1, None, "the history is shorter or longer than the case says")
    if not length:
        return Break(case.number, 1, None, "there is no history")
    return None


def _fault_of(event: CaseEvent, *, case: Case, expected_sequence: int, previous: str) -> str:
    if event.sequence != expected_sequence:
        return "a row is missing before this one"
    if event.previous_hash != previous:
        return "this row does not follow the one before it"
    if event.hash != hash_of(event, number=case.number):
        return "the content of this row was changed"
    if event.redacted_at is None:
        digests = event.data.get("digests", {})
        for name in ("note", "reporter_text", "party_text"):
            if digest(getattr(event, name)) != digests.get(name, ""):
                return f"the text “{name}” of this row was changed"
        if "by" in digests and (event.by_id is None or digests["by"] != reporter_digest(case, event.by_id)):
            return "who made this row was changed"
    return ""
