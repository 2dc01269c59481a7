"""The worker's part: long exports are written, and files and requests end when their time is over.

An export is claimed by a conditional update and says after each piece that it lives; one that was left running by a killed
worker falls silent, is claimed again and written from the start. The name of the file is in the row before the file is
there, so that what a kill leaves behind is found and removed.
"""

import logging
import secrets
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from shangju.cases.rules import staff
from shangju.core.audit import record
from shangju.core.queue import wake_worker_after_commit
from shangju.core.scoping import EverywhereReason, area_scope, everywhere
from shangju.core.setting_aside import resting, work_off
from shangju.core.watermark import watermark_words
from shangju.ledgers.models import Export
from shangju.ledgers.producing import produce
from shangju.ledgers.queries import LedgerRow
from shangju.ledgers.rules import is_auditor, may_export
from shangju.ledgers.tables import LEDGERS
from shangju.ledgers.telling import tell_asker
from shangju.ledgers.workflow import (
    DECIDED_WITHIN,
    KEPT_FOR,
    SILENT_FOR,
    STEPS,
    TAKEN_WITHIN,
    TRIES_AT_MOST,
    ExportState,
    ExportStep,
    FailureReason,
    LedgerKind,
)
from shangju.ledgers.writing import digest_of
from shangju.posts.rights import Standing

logger = logging.getLogger(__name__)

STEP = "write exports"
LONGEST_PASS = timedelta(hours=1)
ROOT = "exports"


class _Lost(Exception):  # noqa: N818 - what happened, not a fault
    """Another worker has claimed the export meanwhile."""


def write_exports(now: datetime) -> int:
    """Write the export that waits longest; how many were written. The others wait for the next pass, which follows at once:
    what else the worker does has its turn in between."""
    with everywhere(EverywhereReason.WORKER):
        ready = _claimable(now).exclude(pk__in=resting(STEP, now=now)).order_by("pk")
        waiting = list(ready.values_list("pk", flat=True)[:2])
        done = work_off(STEP, waiting[:1], lambda pk: _write(pk, now=now), now=now)
        if len(waiting) > 1:
            wake_worker_after_commit()
    return done


def _claimable(now: datetime) -> Any:
    # What spoke so far ahead spoke under a clock that was put back since; no pass of a worker takes as long.
    lost = Q(seen_at__lt=now - SILENT_FOR) | Q(seen_at__gt=now + LONGEST_PASS)
    return Export.objects.filter(Q(state=ExportState.WAITING) | Q(state=ExportState.RUNNING) & lost)


def _moved(exports: Any, step: ExportStep, **facts: Any) -> int:
    """Take the step with those of ``exports`` that stand where it begins; how many there were."""
    way = STEPS[step]
    return int(exports.filter(state__in=way.sources).update(state=way.target, **facts))


def _write(pk: int, *, now: datetime) -> bool:
    claimed = _claimable(now).filter(pk=pk)
    if not _moved(claimed, ExportStep.CLAIM, seen_at=now, rows_done=0, attempts=F("attempts") + 1):
        return False
    export = Export.objects.select_related("area", "asked_by").get(pk=pk)
    if export.attempts > TRIES_AT_MOST:
        return _fail(export, FailureReason.GAVE_UP, now=now)
    assert export.asked_by is not None, "what the command line writes never waits"
    by = staff(export.asked_by)
    if not may_export(by.standing, LEDGERS[LedgerKind(export.kind)], path=export.area.path):
        return _fail(export, FailureReason.RIGHT_GONE, now=now)
    return _write_file(export, by.standing, now=now)


def _write_file(export: Export, standing: Standing, *, now: datetime) -> bool:
    _remove(export.file)  # what a worker that was killed had stored
    export.file = _name(export, now)
    with tempfile.TemporaryFile() as stream:
        try:
            count = _produce(export, stream, standing, now=now)
            size, digest = digest_of(stream)
            if not _mine(export).update(file=export.file):
                return False
            default_storage.save(export.file, File(stream))
        except _Lost:
            return False
        except OSError as fault:
            logger.warning("export %s could not be stored: %s", export.pk, type(fault).__name__)
            return _fail(export, FailureReason.NO_SPACE, now=now)
    return _finish(export, {"row_count": count, "rows_done": count, "size": size, "sha256": digest}, now=now)


def _mine(export: Export) -> Any:
    """The export, as long as nobody else has claimed it."""
    return Export.objects.filter(pk=export.pk, state=ExportState.RUNNING, attempts=export.attempts)


def _remove(name: str) -> None:
    """Delete a file, and what of it was not whole yet; one that is not there is no fault."""
    for each in (name, f"{name}.part") if name else ():
        default_storage.delete(each)


def _produce(export: Export, stream: IO[bytes], standing: Standing, *, now: datetime) -> int:
    mark = watermark_words(export.asked_by, export.post_name, now=now)
    seen = _progress(export)
    if is_auditor(standing):
        with everywhere(EverywhereReason.AUDIT):
            return produce(export, stream, standing=standing, mark=mark, seen=seen)
    with area_scope(standing.scope):
        return produce(export, stream, standing=standing, mark=mark, seen=seen)


def _progress(export: Export) -> Callable[[list[LedgerRow]], None]:
    """Says after each piece how far it is; and notices when another worker has taken over."""
    mine = _mine(export)

    def tell(piece: list[LedgerRow]) -> None:
        with everywhere(EverywhereReason.WORKER):
            if not mine.update(rows_done=F("rows_done") + len(piece), seen_at=timezone.now()):
                raise _Lost

    return tell


def _name(export: Export, now: datetime) -> str:
    return f"{ROOT}/{timezone.localtime(now):%Y/%m}/{secrets.token_hex(16)}.{export.form}"


def _finish(export: Export, facts: dict[str, Any], *, now: datetime) -> bool:
    with transaction.atomic():
        if _moved(_mine(export), ExportStep.FINISH, ended_at=now, **facts):
            after = {"kind": export.kind, "rows": facts["row_count"], "full": False, "form": export.form}
            record(export, action="export.written", by=None, now=now, after=after)
            export.state = STEPS[ExportStep.FINISH].target
            tell_asker(export, now=now)
            return True
    _remove(export.file)
    return False


def _fail(export: Export, why: FailureReason, *, now: datetime) -> bool:
    with transaction.atomic():
        if not _moved(_mine(export), ExportStep.FAIL, failure=why, ended_at=now, file=""):
            return False
        record(export, action="export.failed", by=None, now=now, after={"why": why.value})
        export.state = STEPS[ExportStep.FAIL].target
        tell_asker(export, now=now)
    _remove(export.file)
    return True


def _end_undecided(export: Export, *, now: datetime) -> bool:
    with transaction.atomic():
        waiting = Export.objects.filter(pk=export.pk, state=ExportState.ASKED)
        if not _moved(waiting, ExportStep.EXPIRE, ended_at=now):
            return False  # decided, or ended by another worker, in this very moment
        export.state = STEPS[ExportStep.EXPIRE].target
        tell_asker(export, now=now)
    return True


def clear_exports(now: datetime) -> int:
    """End what nobody decided or took in time, and delete files whose days are over; the rows of the log stay."""
    with everywhere(EverywhereReason.WORKER):
        undecided = Export.objects.filter(state=ExportState.ASKED, asked_at__lte=now - DECIDED_WITHIN)
        ended = sum(_end_undecided(export, now=now) for export in undecided.select_related("asked_by"))
        untaken = Export.objects.filter(state=ExportState.ALLOWED, decided_at__lte=now - TAKEN_WITHIN)
        ended += _moved(untaken, ExportStep.EXPIRE, ended_at=now)
        old = Export.objects.filter(state=ExportState.DONE, ended_at__lte=now - KEPT_FOR).exclude(file="")
        for pk, name in list(old.values_list("pk", "file")):
            _remove(name)
            ended += _moved(old.filter(pk=pk), ExportStep.EXPIRE, file="")
    return ended
