"""What staff do with an import: give a table, name its columns, let it in, or discard it."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from shangju.areas.models import Area
from shangju.cases.rules import Actor
from shangju.core.audit import record
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.queue import wake_worker_after_commit
from shangju.core.scanning import ScannerAway, Verdict, scan
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.table_files import Row, form_of, read_rows
from shangju.imports.columns import Positions, are_enough, find_columns, headers_by_name
from shangju.imports.mapping import NEEDED_COLUMNS
from shangju.imports.models import ColumnPlan, ImportRow, ImportRun, closed
from shangju.imports.queries import plans_for
from shangju.imports.rules import may_import, subdistrict_of
from shangju.imports.services import HEADERS_WITHIN, header_rows
from shangju.imports.taking import digest_of
from shangju.imports.workflow import OPEN_OUTCOMES, STEPS, RowOutcome, Stage, StepName

logger = logging.getLogger(__name__)

BYTES_AT_MOST = 10 * 1024 * 1024
UNPACKED_AT_MOST = 80 * 1024 * 1024
"""Of a packed file: more is a bomb, or a table for the command line."""

ROWS_AT_MOST = 20_000
COLUMNS_AT_MOST = 120
HEADER_LENGTH = 80
NAME_LENGTH = 80
STORED_AT_ONCE = 500


def give_table(
    upload: "UploadedFile[bytes]", *, area: Area, by: Actor, language: str, now: datetime
) -> ImportRun:
    """Keep the rows of a table, sealed, and let the worker look through them; the file itself is not kept.

    Raises ``NotAllowed`` without the right in ``area``, ``DomainError`` (field ``file``) for what is no table.
    """
    _require_right(area, by)
    with TemporaryDirectory(prefix="shangju-import-") as folder:
        path = Path(folder) / _safe_name(upload.name or "")
        try:
            _write(upload, path)
            _refuse_infected(path)
            form, rows = form_of(path), list(islice(_bounded(path), ROWS_AT_MOST + HEADERS_WITHIN + 1))
        except DomainError as refusal:
            raise _at_file(str(refusal)) from refusal
        except OSError as error:
            raise _at_file(
                _("There was no room for the file. Try again later, or tell the administrator.")
            ) from error
    plans = plans_for(area)
    headers, below = _headers(rows, plans)
    positions, _plan = find_columns(headers, plans)
    run = ImportRun(
        area=area,
        stage=Stage.EXAMINING if are_enough(positions) else Stage.CHOOSING,
        file_name=path.name[-NAME_LENGTH:],
        file_kind=form.kind,
        encoding=form.encoding,
        delimiter=form.delimiter,
        headers=headers,
        positions=positions,
        row_count=len(below),
        language=language,
        uploaded_by=by.user,
        uploaded_at=now,
    )
    with transaction.atomic():
        run.save(force_insert=True)
        prepared = (_row_of(run, row, len(headers)) for row in below)
        while batch := list(islice(prepared, STORED_AT_ONCE)):
            ImportRow.objects.bulk_create(batch)
        record(run, action="import.given", by=by.user, now=now, after={"rows": len(below)})
        wake_worker_after_commit()
    return run


def _require_right(area: Area, by: Actor) -> None:
    if by.user is None or not may_import(by.standing, area):
        raise NotAllowed(_("You can take orders in for your own area only."))


def _at_file(sentence: str) -> DomainError:
    return DomainError(sentence, fields={"file": sentence})


def _safe_name(name: str) -> str:
    """The name of the upload, short enough for a file and without what no name may hold."""
    plain = "".join(sign for sign in Path(name.replace("\\", "/")).name if sign.isprintable())
    return plain[-60:].lstrip(".") or "table"


def _write(upload: "UploadedFile[bytes]", path: Path) -> None:
    if (upload.size or 0) > BYTES_AT_MOST:
        words = {"megabytes": BYTES_AT_MOST // 1024**2}
        raise DomainError(
            _("The file has more than %(megabytes)s MB. Split it, or ask the operator to import it.") % words
        )
    with path.open("wb") as stream:
        upload.seek(0)
        for chunk in upload.chunks():
            stream.write(chunk)
    _refuse_bomb(path)


def _refuse_infected(path: Path) -> None:
    """Ask the malware scanner, where there is one. A table is not urgent: without a verdict it is not taken."""
    try:
        verdict = scan(path.read_bytes())
    except ScannerAway as fault:
        logger.warning("a table was not taken, the malware scanner gave no verdict: %s", fault)
        sentence = _("The file could not be checked for malware just now. Try again later.")
        raise DomainError(sentence) from fault
    if verdict is Verdict.INFECTED:
        raise DomainError(_("The malware scanner found something in this file. It was not taken."))


def _refuse_bomb(path: Path) -> None:
    """Raise for a packed file that is far larger than it looks; what a workbook states is what can be read of it."""
    sentence = _(
        "Unpacked, the file is far too large for a table of orders. Save it again and try once more."
    )
    with path.open("rb") as stream:
        start = stream.read(4)
    if start[:2] == b"\x1f\x8b":
        raise DomainError(_("The file is packed. Unpack it first and give the table in it."))
    if start[:2] != b"PK":
        return
    try:
        with ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED_AT_MOST:
                raise DomainError(sentence)
    except (BadZipFile, ValueError, NotImplementedError):
        return  # the reader says what is wrong with it


def _bounded(path: Path) -> Iterator[Row]:
    for row in read_rows(path):
        if len(row.cells) > COLUMNS_AT_MOST and any(cell.strip() for cell in row.cells[COLUMNS_AT_MOST:]):
            words = {"count": COLUMNS_AT_MOST}
            raise DomainError(
                _("The table has more than %(count)s columns; keep those that are needed.") % words
            )
        yield Row(row.line, row.cells[:COLUMNS_AT_MOST], row.fault)


def _headers(rows: Sequence[Row], plans: Sequence[ColumnPlan]) -> tuple[list[str], Sequence[Row]]:
    """The headers and what stands below them: of the first rows, the one of which most is known."""
    candidates = list(header_rows(rows[:HEADERS_WITHIN]))
    if not candidates:
        raise _at_file(_("The file has no row of headers."))

    def known(candidate: tuple[int, Row]) -> tuple[bool, int]:
        positions = find_columns(candidate[1].cells, plans)[0]
        return are_enough(positions), len(positions)

    place, row = max(candidates, key=known)
    headers = [" ".join(cell.split()).replace("\x00", "")[:HEADER_LENGTH] for cell in row.cells]
    while headers and not headers[-1]:
        headers.pop()
    below = rows[place + 1 :]
    if not below:
        raise _at_file(_("The file has headers and no rows."))
    if len(below) > ROWS_AT_MOST:
        words = {"count": ROWS_AT_MOST}
        raise _at_file(
            _("The table has more than %(count)s rows. Split it, or ask the operator to import it.") % words
        )
    return [_storable(header) for header in headers], below


def _storable(header: str) -> str:
    """A header whose damaged signs are shown as such: the database takes none."""
    return header.encode("utf-8", "replace").decode()


def _row_of(run: ImportRun, row: Row, width: int) -> ImportRow:
    cells = row.cells[:width] + [""] * (width - len(row.cells))
    return ImportRow(
        run=run,
        line=row.line,
        cells_sealed=closed(cells),
        digest=digest_of(cells),
        outcome=RowOutcome.REFUSED if row.fault else RowOutcome.WAITING,
        is_broken=bool(row.fault),
        refusals_sealed=closed({"": row.fault}) if row.fault else "",
    )


def name_columns(
    run: ImportRun, *, positions: Positions, by: Actor, now: datetime, remember_as: str = ""
) -> ImportRun:
    """Say what the columns mean; the worker looks through the rows again. ``remember_as`` keeps it under a name.

    Raises ``DomainError`` where number or text stand nowhere, ``Conflict`` once the orders are being taken in.
    """
    _require_right(run.area, by)
    missing = [name for name in NEEDED_COLUMNS if not positions.get(name)]
    if missing:
        sentence = _("Say which column holds the order number and which one what was said.")
        raise DomainError(sentence, fields={"columns": sentence})

    def change(held: ImportRun) -> None:
        held.positions = positions
        held.rows.filter(is_broken=False).update(
            outcome=RowOutcome.WAITING, refusals_sealed="", source_key="", area=None, case=None
        )
        if remember_as.strip():
            _remember(held, remember_as.strip()[:40], by=by, now=now)

    return _take_step(run, StepName.NAME_COLUMNS, change, by=by, now=now)


def _remember(run: ImportRun, name: str, *, by: Actor, now: datetime) -> None:
    subdistrict = subdistrict_of(run.area)
    kept = {
        "columns": headers_by_name(run.positions, run.headers),
        "made_by": by.user,
        "changed_at": now,
    }
    # Of the sub-district, which the scope of a community's officer does not reach up to.
    with everywhere(EverywhereReason.STRUCTURE):
        ColumnPlan.objects.update_or_create(area=subdistrict, name=name, defaults=kept)


def start_import(run: ImportRun, *, by: Actor, now: datetime, masks: bool | None = None) -> ImportRun:
    """Let the new rows in; the worker does it. A stopped import goes on with what is left.

    ``masks`` says whether personal data in the texts is masked on the way (cases.md §2); raises ``DomainError`` where
    there is some and nothing is said. A stopped import keeps what was said.
    """
    _require_right(run.area, by)

    def change(held: ImportRun) -> None:
        was_asked = held.started_at is not None
        rows = held.rows.filter(holds_personal_data=True, outcome__in=OPEN_OUTCOMES)
        if masks is None and not was_asked and rows.exists():
            sentence = _("Some texts hold personal data. Choose: mask it, or keep it as it is.")
            raise DomainError(sentence, fields={"personal_data": sentence})
        held.is_masked = held.is_masked if masks is None else masks
        held.started_by, held.started_at, held.stopped_because = by.user, now, ""

    return _take_step(run, StepName.START, change, by=by, now=now)


def discard_run(run: ImportRun, *, by: Actor, now: datetime) -> ImportRun:
    """Throw the rows away before any went in."""
    _require_right(run.area, by)

    def change(held: ImportRun) -> None:
        held.rows.all().delete()
        held.ended_at = held.cleared_at = now

    return _take_step(run, StepName.DISCARD, change, by=by, now=now)


def _take_step(
    run: ImportRun, step: StepName, change: Callable[[ImportRun], None], *, by: Actor, now: datetime
) -> ImportRun:
    """One step of a person: lock, check the stage, change, record, and wake the worker once it is durable."""
    with transaction.atomic():
        held = lock_run(run.pk)
        if held is None or held.stage not in STEPS[step].sources:
            stage = held.get_stage_display() if held else ""
            raise Conflict(
                _("Somebody was first: the import is “%(stage)s” now. Look at it again.") % {"stage": stage}
            )
        change(held)
        held.stage = STEPS[step].target
        held.save()
        record(held, action=f"import.{step.value}", by=by.user, now=now, after=_facts(held))
        wake_worker_after_commit()
    return held


def lock_run(pk: int, *, skip_locked: bool = False) -> ImportRun | None:
    """The run as it is now, locked until the transaction ends; ``None`` where it is gone or locked and to be skipped."""
    runs = ImportRun.objects.select_for_update(of=("self",), skip_locked=skip_locked)
    return runs.filter(pk=pk).select_related("area").defer("area__outline").first()


def _facts(run: ImportRun) -> Mapping[str, Any]:
    return {"stage": run.stage, "rows": run.row_count, "is_masked": run.is_masked}
