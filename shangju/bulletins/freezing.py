"""What the hash of an issued bulletin covers, and the chain of its history. Pure.

Everything that the paper says is in the hash: office, number, title, period, sections and figures, who issued it and
when. That it was withdrawn comes later and stands in the history, whose last row says in which state it is.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from shangju.bulletins.models import Bulletin, BulletinEvent, BulletinSection
from shangju.bulletins.workflow import MOVES, BulletinMove, BulletinState


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of ``content``, as 64 hexadecimal digits."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def hash_of_content(bulletin: Bulletin, sections: Iterable[BulletinSection], *, area_code: str) -> str:
    """The hash that an issued bulletin bears."""
    assert bulletin.issued_at is not None, "only what is issued is frozen"
    # Bulletins that were issued before the office was kept have none, and their hashes do not cover it.
    office = {"office": bulletin.office} if bulletin.office else {}
    return digest(
        {
            **office,
            "area": area_code,
            "kind": bulletin.kind,
            "first": bulletin.first.isoformat(),
            "last": bulletin.last.isoformat(),
            "language": bulletin.language,
            "number": bulletin.number,
            "title": bulletin.title,
            "sections": [[section.part, section.text] for section in sections],
            "figures": bulletin.figures,
            "taken_at": _instant(bulletin.figures_taken_at),
            "issued_as": bulletin.issued_as,
            "issued_at": _instant(bulletin.issued_at),
        }
    )


def hash_of_event(event: BulletinEvent) -> str:
    """The hash of a row of the history: its content and the hash before it."""
    return digest(
        {
            "bulletin": event.bulletin_id,
            "sequence": event.sequence,
            "move": event.move,
            "by": event.by_id,
            "post": event.post_name,
            "data": event.data,
            "at": _instant(event.at),
            "previous": event.previous_hash,
        }
    )


def fault_of(
    bulletin: Bulletin,
    sections: Iterable[BulletinSection],
    events: Iterable[BulletinEvent],
    *,
    area_code: str,
) -> str:
    """What is wrong with a stored bulletin, in plain English for an operator; empty where nothing is."""
    rows = list(events)
    previous = ""
    for place, event in enumerate(rows, start=1):
        if event.sequence != place or event.previous_hash != previous or event.hash != hash_of_event(event):
            return f"row {place} of its history is not what was written"
        previous = event.hash
    if not rows:
        return "its history is gone"
    if len(rows) != bulletin.history_length or previous != bulletin.history_head:
        return "its history is shorter or longer than the bulletin says"
    if bulletin.state != MOVES[BulletinMove(rows[-1].move)].target:
        return "its state is not what its history says"
    if bulletin.is_draft:
        return ""
    if bulletin.content_hash != hash_of_content(bulletin, sections, area_code=area_code):
        return "text or figures are not what was issued"
    if _said_of(bulletin) != _said_in(rows):
        return "its history tells of another issue or withdrawal"
    return ""


def _said_of(bulletin: Bulletin) -> list[object]:
    """What the bulletin says of its issue and withdrawal."""
    issue = [bulletin.content_hash, bulletin.issued_by_id, bulletin.issued_as, bulletin.issued_at]
    withdrawal = [bulletin.withdrawn_reason, bulletin.withdrawn_at]
    return [*issue, *(withdrawal if bulletin.state == BulletinState.WITHDRAWN else [])]


def _said_in(events: Iterable[BulletinEvent]) -> list[object]:
    """What its history says of them."""
    told: list[object] = []
    for event in events:
        if event.move == BulletinMove.ISSUE:
            told += [event.data.get("hash"), event.by_id, event.post_name, event.at]
        elif event.move == BulletinMove.WITHDRAW:
            told += [event.data.get("reason"), event.at]
    return told


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
