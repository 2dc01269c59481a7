"""What the hash of an issued bulletin covers, and the chain of its history. Pure.

Everything that the paper says is in the hash: number, title, period, sections and figures, who issued it and when.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from shangju.bulletins.models import Bulletin, BulletinEvent, BulletinSection


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of ``content``, as 64 hexadecimal digits."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def hash_of_content(bulletin: Bulletin, sections: Iterable[BulletinSection], *, area_code: str) -> str:
    """The hash that an issued bulletin bears."""
    assert bulletin.issued_at is not None, "only what is issued is frozen"
    return digest(
        {
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
    previous = ""
    for place, event in enumerate(events, start=1):
        if event.sequence != place or event.previous_hash != previous or event.hash != hash_of_event(event):
            return f"row {place} of its history is not what was written"
        previous = event.hash
    if not previous:
        return "its history is gone"
    if bulletin.is_draft:
        return ""
    if bulletin.content_hash != hash_of_content(bulletin, sections, area_code=area_code):
        return "text or figures are not what was issued"
    return ""


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
