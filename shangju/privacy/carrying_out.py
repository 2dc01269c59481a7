"""What the worker does with a confirmed run: piece by piece, each in a transaction that also counts it.

It may be killed at any line and be run by two workers at once: a case is locked and looked at again before anything is
taken from it, and the row that says so (:class:`~shangju.privacy.models.CaseErasure`) is unique; other rows are simply
gone or emptied, and whoever comes second finds none.
"""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models import F, QuerySet

from shangju.cases.models import Case
from shangju.core.audit import record
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.setting_aside import resting, work_off
from shangju.notices.models import Notice
from shangju.privacy.anonymising import anonymise, remove_words
from shangju.privacy.models import CaseErasure, DataRequest, RetentionCount, RetentionRun
from shangju.privacy.queries import ROWS_DUE, cutoff, ended_cases
from shangju.privacy.workflow import CASE_KINDS, ErasureCause, RetentionKind, RunState

BATCH = 200
"""Cases in one pass of the worker: what else is to be done has its turn in between."""

ROWS_AT_ONCE = 500
CASES_STEP = "retention: {kind}"

EMPTIED: dict[type[models.Model], tuple[str, ...]] = {
    Notice: ("recipient", "body", "values"),
    DataRequest: ("words", "new_name", "new_phone", "answer"),
}
"""Tables of which the row stays, as a record that it was, and the words go."""


def carry_out_retention(now: datetime) -> int:
    """One pass over the confirmed run; returns how much was dealt with. Nothing left to do ends the run."""
    run = RetentionRun.objects.filter(state=RunState.CONFIRMED).first()
    if run is None:
        return 0
    with everywhere(EverywhereReason.WORKER):
        for kind in RetentionKind:
            done, is_left = _carry_out(run, kind, now=now)
            if done or is_left:
                return done
        _finish(run, now=now)
    return 0


def carry_out_completely(run: RetentionRun, *, now: datetime) -> RetentionRun:
    """Pass after pass until the run is done or nothing moves any more, for the command line."""
    while RetentionRun.objects.filter(pk=run.pk, state=RunState.CONFIRMED).exists():
        if (
            not carry_out_retention(now)
            and RetentionRun.objects.filter(pk=run.pk, state=RunState.CONFIRMED).exists()
        ):
            break
    return RetentionRun.objects.get(pk=run.pk)


def _carry_out(run: RetentionRun, kind: RetentionKind, *, now: datetime) -> tuple[int, bool]:
    """Deal with a batch of one kind: how many, and whether any waits for another try."""
    before = cutoff(run.as_of, run.terms[kind.value])
    if kind in CASE_KINDS:
        return _carry_out_cases(run, kind, before=before, now=now)
    for due in ROWS_DUE[kind]:
        if done := _remove_rows(run, kind, due(before), now=now):
            return done, False
    return 0, False


def _carry_out_cases(
    run: RetentionRun, kind: RetentionKind, *, before: datetime, now: datetime
) -> tuple[int, bool]:
    step = CASES_STEP.format(kind=kind.value)
    asleep = resting(step, now=now)
    due = ended_cases(kind, before=before)
    rows = list(due.exclude(pk__in=asleep).order_by("pk").values_list("pk", flat=True)[:BATCH])
    done = work_off(step, rows, partial(_erase, run=run, kind=kind, before=before, now=now), now=now)
    return done, bool(rows) or due.filter(pk__in=asleep).exists()


def _erase(pk: int, *, run: RetentionRun, kind: RetentionKind, before: datetime, now: datetime) -> bool:
    """Take one kind from one case and write down that it was done, all or nothing."""
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=pk)
        if not ended_cases(kind, before=before).filter(pk=pk).exists():
            return False
        remove = anonymise if kind is RetentionKind.CASE_CONTACT else remove_words
        removed: Counter[str] = remove(case, now=now)
        CaseErasure.objects.create(
            case=case, kind=kind.value, cause=ErasureCause.RETENTION, run=run, days=run.terms[kind.value],
            removed=dict(removed), at=now,
        )  # fmt: skip
        _count(run, kind, 1, subdistrict=case.subdistrict_id)
    return True


def _remove_rows(run: RetentionRun, kind: RetentionKind, due: QuerySet[Any], *, now: datetime) -> int:
    """Delete, or empty, some rows that have reached their time."""
    with transaction.atomic():
        keys = list(due.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_ONCE])
        rows = due.filter(pk__in=keys).order_by()
        columns = EMPTIED.get(due.model)
        if columns is None:
            removed = rows.delete()[1].get(due.model._meta.label, 0)
        else:
            removed = rows.update(**dict.fromkeys(columns, ""), emptied_at=now)
        if removed:
            _count(run, kind, removed)
    return removed


def _count(run: RetentionRun, kind: RetentionKind, number: int, *, subdistrict: int | None = None) -> None:
    counts = RetentionCount.objects.filter(run=run, kind=kind.value, subdistrict=subdistrict)
    if not counts.update(removed=F("removed") + number):
        RetentionCount.objects.create(run=run, kind=kind.value, subdistrict_id=subdistrict, removed=number)


@transaction.atomic
def _finish(run: RetentionRun, *, now: datetime) -> None:
    waiting = RetentionRun.objects.filter(pk=run.pk, state=RunState.CONFIRMED)
    if waiting.update(state=RunState.DONE, finished_at=now):
        removed: Counter[str] = Counter()
        for kind, number in run.counts.values_list("kind", "removed"):
            removed[kind] += number
        record(run, action="retention.carried_out", by=None, now=now, after=dict(removed))
