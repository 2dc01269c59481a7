"""Which rules hold, and what has reached its time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from shangju.cases.models import Case, ContactReveal, IdempotencyKey
from shangju.core.models import AuditEvent
from shangju.gateways.models import OutgoingMessage
from shangju.ledgers.models import Export
from shangju.notices.models import Notice, NoticeState
from shangju.privacy.models import CaseErasure, DataRequest, RetentionRule
from shangju.privacy.workflow import (
    ENDED_STATES,
    OPEN_REQUEST_STATES,
    RETENTION,
    ErasureCause,
    LegalReason,
    RetentionKind,
    RetentionTerm,
)


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """A rule as it holds here, with the bounds that the law sets."""

    kind: RetentionKind
    days: int
    reason: LegalReason
    bounds: RetentionTerm


def rules_in_force() -> list[RuleInForce]:
    """Every kind with its days: the stored rule, else the built-in one."""
    stored = {rule.kind: rule for rule in RetentionRule.objects.all()}
    return [_in_force(kind, stored.get(kind)) for kind in RetentionKind]


def _in_force(kind: RetentionKind, rule: RetentionRule | None) -> RuleInForce:
    bounds = RETENTION[kind]
    if rule is None:
        return RuleInForce(kind, bounds.days, bounds.reason, bounds)
    return RuleInForce(kind, rule.days, LegalReason(rule.reason), bounds)


def terms_in_force() -> dict[str, int]:
    """The days of every kind, for a run."""
    return {rule.kind.value: rule.days for rule in rules_in_force()}


def ended_cases(kind: str, *, before: datetime) -> QuerySet[Case]:
    """Cases that ended before an instant and from which this kind was not removed by its time yet.

    A case that was merged, or split off, ends with the one it belongs to. One about which somebody waits for an answer
    about their data is left until they have it.
    """
    done = CaseErasure.objects.filter(case=OuterRef("pk"), kind=kind, cause=ErasureCause.RETENTION)
    ended = Case.objects.annotate(ended_at=Coalesce("closed_at", "last_progress_at"))
    belongs_to_open = Q(merged_into__is_open=True) | Q(part_of__is_open=True)
    asked = DataRequest.objects.filter(case=OuterRef("pk"), state__in=OPEN_REQUEST_STATES)
    return ended.filter(~Exists(done), ~Exists(asked), is_open=False, ended_at__lt=before).exclude(
        belongs_to_open
    )


def _notices(before: datetime) -> QuerySet[Any]:
    told = Notice.objects.filter(created_at__lt=before, emptied_at__isnull=True)
    return told.exclude(state=NoticeState.PENDING)


def _sessions(before: datetime) -> QuerySet[Any]:
    return Session.objects.filter(expire_date__lt=before)


def _requests(before: datetime) -> QuerySet[Any]:
    return DataRequest.objects.filter(state__in=ENDED_STATES, received_at__lt=before, emptied_at__isnull=True)


def _attempts(model: type[models.Model]) -> Callable[[datetime], QuerySet[Any]]:
    def due(before: datetime) -> QuerySet[Any]:
        rows: QuerySet[Any] = model.objects.filter(attempt_time__lt=before)  # type: ignore[attr-defined]
        return rows

    return due


ROWS_DUE: Mapping[RetentionKind, tuple[Callable[[datetime], QuerySet[Any]], ...]] = {
    RetentionKind.NOTICE_CONTENT: (
        _notices,
        lambda before: OutgoingMessage.objects.filter(sent_at__lt=before),
    ),
    RetentionKind.CONTACT_LOOKS: (lambda before: ContactReveal.objects.filter(at__lt=before),),
    RetentionKind.SUBMISSION_KEYS: (lambda before: IdempotencyKey.objects.filter(created_at__lt=before),),
    RetentionKind.SESSIONS: (_sessions,),
    RetentionKind.SIGN_IN_ATTEMPTS: tuple(map(_attempts, (AccessAttempt, AccessFailureLog, AccessLog))),
    RetentionKind.AUDIT: (
        lambda before: AuditEvent.objects.filter(at__lt=before),
        lambda before: Export.objects.filter(asked_at__lt=before, file=""),
    ),
    RetentionKind.DATA_REQUESTS: (_requests,),
}
"""What of the kinds that are no matter of single cases has reached its time."""


def cutoff(as_of: datetime, days: int) -> datetime:
    """Before which instant everything of a kind has reached its time."""
    return as_of - timedelta(days=days)


def found_in_cases(kind: str, *, before: datetime) -> list[tuple[int, int]]:
    """How many cases are due in each sub-district: (id, count)."""
    rows = ended_cases(kind, before=before).values("subdistrict").annotate(count=Count("pk"))
    return [(row["subdistrict"], row["count"]) for row in rows.order_by("subdistrict")]
