"""The worker's part of an import: rows are looked through, taken in, and cleared when their time is over.

A batch is read and judged outside the transaction, which holds other writers of SQLite back, and stored with its marks in
one: a kill loses a batch of work at most and never leaves a case without the mark on its row. Two workers on one run
take turns: the second finds the run locked, or the rows done.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from shangju.cases.rules import Actor, staff
from shangju.core.audit import record
from shangju.core.errors import DomainError
from shangju.core.queue import wake_worker_after_commit
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.setting_aside import resting, work_off
from shangju.core.table_files import Row
from shangju.imports.models import ImportRow, ImportRun, closed
from shangju.imports.queries import table_for
from shangju.imports.rules import may_import
from shangju.imports.runs import lock_run
from shangju.imports.table import Table
from shangju.imports.taking import Judged, Taking, stored_cases
from shangju.imports.workflow import (
    KNOWN_NUMBER,
    OPEN_OUTCOMES,
    STEPS,
    WORKED_ON,
    RowOutcome,
    Stage,
    StepName,
    StopReason,
)

STEP = "take tables of orders in"
BATCH = 200
"""Rows in one transaction."""

BATCHES_IN_A_PASS = 10
"""Then the other steps of the worker have their turn."""

FORGOTTEN_AFTER = timedelta(days=7)
"""A table that nobody let in."""


def work_on_runs(now: datetime) -> int:
    """One pass: some batches of every run that waits for the worker; how many runs got further."""
    with everywhere(EverywhereReason.WORKER):
        waiting = ImportRun.objects.filter(stage__in=WORKED_ON).exclude(pk__in=resting(STEP, now=now))
        runs = list(waiting.order_by("pk").values_list("pk", flat=True))
        return work_off(STEP, runs, lambda pk: _work_on(pk, now=now), now=now)


def _work_on(pk: int, *, now: datetime) -> bool:
    run = ImportRun.objects.select_related("area", "uploaded_by", "started_by").get(pk=pk)
    by = staff(run.started_by or run.uploaded_by)
    with translation.override(run.language):
        if not may_import(by.standing, run.area):
            return _end(run, StepName.STOP, now=now, because=StopReason.RIGHT_GONE)
        try:
            table = table_for(run)
        except DomainError:
            return _end(run, StepName.STOP, now=now, because=StopReason.NOT_USABLE)
        return _go_on(run, table, by=by, now=now)


def _go_on(run: ImportRun, table: Table, *, by: Actor, now: datetime) -> bool:
    wanted = (RowOutcome.WAITING,) if run.stage == Stage.EXAMINING else OPEN_OUTCOMES
    for _batch in range(BATCHES_IN_A_PASS):
        rows = list(run.rows.filter(outcome__in=wanted).order_by("line")[:BATCH])
        if not rows:
            _link_repeated(run)
            return _end(run, _ending(run), now=now)
        if not _take_batch(run, rows, Taking(table, by=by, now=now, masks=run.is_masked)):
            return False
    wake_worker_after_commit()
    return True


def _ending(run: ImportRun) -> StepName:
    return StepName.EXAMINED if run.stage == Stage.EXAMINING else StepName.FINISH


def _take_batch(run: ImportRun, rows: Sequence[ImportRow], taking: Taking) -> bool:
    """Judge these rows and, while the run is imported, store them; false where somebody else has the run."""
    plain = [Row(row.line, row.cells) for row in rows]
    taking.remember(_above(run, taking.keys(plain), rows[0].line))
    judged = taking.judge(plain)
    with transaction.atomic():
        if not _is_ours(run, rows):
            return False
        if run.stage == Stage.IMPORTING:
            taking.store([each for each in judged if each.outcome is RowOutcome.FRESH])
        _mark(run, rows, judged)
    return True


def _is_ours(run: ImportRun, rows: Sequence[ImportRow]) -> bool:
    """Whether run and rows are still as they were read: a colleague or another worker may have been here."""
    held = lock_run(run.pk, skip_locked=True)
    if held is None or (held.stage, held.positions, held.is_masked) != (
        run.stage,
        run.positions,
        run.is_masked,
    ):
        return False
    keys = [row.pk for row in rows]
    return run.rows.filter(pk__in=keys, outcome__in=OPEN_OUTCOMES).count() == len(keys)


def _above(run: ImportRun, keys: Sequence[str], line: int) -> dict[str, tuple[int, str]]:
    """Rows above ``line`` that have one of these numbers, the first of each."""
    found = run.rows.filter(source_key__in=keys, line__lt=line, outcome__in=KNOWN_NUMBER).order_by("-line")
    return {key: (at, digest) for key, at, digest in found.values_list("source_key", "line", "digest")}


def _mark(run: ImportRun, rows: Sequence[ImportRow], judged: Sequence[Judged]) -> None:
    for row, each in zip(rows, judged, strict=True):
        row.outcome, row.source_key, row.case = each.outcome, each.key, each.case
        row.refusals_sealed = closed(each.refusals) if each.refusals else ""
        row.holds_personal_data = each.holds_personal_data
        if each.submission is not None:
            found = each.submission.place.area
            row.area = found if found.pk != run.area_id else None
    # Most rows have nothing but their new outcome; a batch is written by the columns that its rows need.
    refused = [row for row in rows if row.outcome == RowOutcome.REFUSED]
    others = [row for row in rows if row.outcome != RowOutcome.REFUSED]
    looked_at = ["outcome"]
    if run.stage == Stage.EXAMINING:
        looked_at += ["source_key", "area", "holds_personal_data"]
    ImportRow.objects.bulk_update(refused, ["outcome", "source_key", "refusals_sealed"])
    ImportRow.objects.bulk_update(
        others, [*looked_at, "case"] if any(row.case_id for row in others) else looked_at
    )


def _link_repeated(run: ImportRun) -> None:
    """Rows that stood in the file twice get the case of the first."""
    while repeated := list(run.rows.filter(outcome=RowOutcome.PRESENT, case=None).order_by("line")[:BATCH]):
        cases = stored_cases([row.source_key for row in repeated])
        for row in repeated:
            row.case = cases.get(row.source_key)
        found = [row for row in repeated if row.case is not None]
        ImportRow.objects.bulk_update(found, ["case"])
        if len(found) < len(repeated):
            return  # while it is only looked through, the first has no case yet


def _end(run: ImportRun, step: StepName, *, now: datetime, because: str = "") -> bool:
    with transaction.atomic():
        held = lock_run(run.pk, skip_locked=True)
        if held is None or held.stage != run.stage or held.stage not in STEPS[step].sources:
            return False
        held.stage, held.stopped_because = STEPS[step].target, because
        if held.stage == Stage.DONE:
            held.ended_at = now
        held.save(update_fields=["stage", "stopped_because", "ended_at"])
        record(held, action=f"import.{step.value}", by=None, now=now, after={"stage": held.stage})
    return True


def clear_old_runs(now: datetime) -> int:
    """Remove what the rows said when its time is over, and tables that nobody let in; how many runs it were."""
    with everywhere(EverywhereReason.WORKER):
        kept = timedelta(days=settings.IMPORT_KEEP_DAYS)
        waiting = ImportRun.objects.filter(cleared_at=None)
        let_in = waiting.filter(stage__in=(Stage.DONE, Stage.STOPPED), started_at__lt=now - kept)
        forgotten = waiting.filter(
            stage__in=STEPS[StepName.DISCARD].sources, uploaded_at__lt=now - FORGOTTEN_AFTER
        )
        stopped_early = waiting.filter(
            stage=Stage.STOPPED, started_at=None, uploaded_at__lt=now - FORGOTTEN_AFTER
        )
        return (
            _clear_each(let_in, _empty_rows, now=now)
            + _clear_each(forgotten, _discard, now=now)
            + _clear_each(stopped_early, _empty_rows, now=now)
        )


def _clear_each(runs: Any, clear: Callable[[ImportRun], None], *, now: datetime) -> int:
    cleared = 0
    for pk in list(runs.values_list("pk", flat=True)):
        with transaction.atomic():
            held = lock_run(pk, skip_locked=True)
            if held is None or held.cleared_at is not None or held.stage == Stage.IMPORTING:
                continue
            clear(held)
            held.cleared_at = now
            held.save(update_fields=["stage", "cleared_at"])
            record(held, action="import.cleared", by=None, now=now, after={"rows": held.row_count})
        cleared += 1
    return cleared


def _empty_rows(run: ImportRun) -> None:
    run.rows.update(cells_sealed="", refusals_sealed="", digest="")


def _discard(run: ImportRun) -> None:
    run.rows.all().delete()
    run.stage = STEPS[StepName.DISCARD].target
