"""The audit trail: one call for everything that does not have its own history rows."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from shangju.core.models import AuditEvent

if TYPE_CHECKING:
    from shangju.accounts.models import User


def record(
    subject: models.Model,
    *,
    action: str,
    by: "User | None",
    now: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Append one event about ``subject``; call it inside the transaction of the change it tells of.

    ``action`` is a dotted name such as ``area.renamed``. ``before`` and ``after`` hold changed fields
    only, and no personal data of residents.
    """
    return AuditEvent.objects.create(
        actor=by,
        action=action,
        object_type=subject._meta.label_lower,
        object_id=str(subject.pk),
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason,
        at=now,
    )


def change_and_record(
    held: models.Model,
    changes: Mapping[str, Any],
    *,
    allowed: Collection[str],
    action: str,
    by: "User | None",
    now: datetime,
) -> bool:
    """Set fields of a row that the caller holds locked, store those that differ, and record them; whether any did.

    ``allowed`` are the fields that the calling service changes; another one is a fault of the caller (``ValueError``).
    """
    if unknown := set(changes) - set(allowed):
        raise ValueError(f"not changeable here: {sorted(unknown)}")
    before = {
        field: getattr(held, field) for field, value in changes.items() if getattr(held, field) != value
    }
    if not before:
        return False
    for field in before:
        setattr(held, field, changes[field])
    held.save(update_fields=list(before))
    after = {field: changes[field] for field in before}
    record(held, action=action, by=by, now=now, before=before, after=after)
    return True


def record_each(
    subjects: Iterable[tuple[models.Model, Mapping[str, object]]],
    *,
    action: str,
    by: "User | None",
    now: datetime,
) -> None:
    """Append one event for each of many subjects of the same action, each with its ``after``: one
    statement for all.
    """
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                actor=by,
                action=action,
                object_type=subject._meta.label_lower,
                object_id=str(subject.pk),
                after=dict(after),
                at=now,
            )
            for subject, after in subjects
        ],
        batch_size=500,
    )
