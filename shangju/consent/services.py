"""Bringing the notices in; nothing edits one."""

from datetime import datetime
from importlib.resources import files
from typing import Any

import yaml

from shangju.consent.models import ConsentNotice


def notices_in_seed() -> list[dict[str, Any]]:
    """The notices that come with the program, oldest first."""
    text = files("shangju.consent").joinpath("seed/notices.yaml").read_text(encoding="utf-8")
    return list(yaml.safe_load(text))


def seed_consent_notices(*, now: datetime) -> int:
    """Store the versions that are not there yet; returns how many were added. Repeatable, changes none."""
    known = set(ConsentNotice.objects.values_list("version", flat=True))
    new = [
        ConsentNotice(
            version=str(entry["version"]),
            valid_from=entry["valid_from"],
            short=entry["short"],
            changes=entry["changes"],
            sections=entry["sections"],
            added_at=now,
        )
        for entry in notices_in_seed()
        if str(entry["version"]) not in known
    ]
    ConsentNotice.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)
