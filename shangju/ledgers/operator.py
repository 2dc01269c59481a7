"""A ledger written at the command line: of one area, always masked, into the log like every other."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shangju.areas.models import Area
from shangju.core.audit import record
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, Scope, area_scope, everywhere
from shangju.core.watermark import watermark_words
from shangju.ledgers.filters import LedgerFilters
from shangju.ledgers.models import Export, LedgerView
from shangju.ledgers.producing import produce
from shangju.ledgers.queries import LedgerRow, rows_of
from shangju.ledgers.tables import LEDGERS
from shangju.ledgers.workflow import WORKBOOK_AT_MOST, ExportState, FileForm, LedgerKind
from shangju.ledgers.writing import digest_of


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator orders: a kind or the name of a shared ledger, of an area, to a file."""

    ledger: str
    area: str
    out: Path
    columns: tuple[str, ...] = ()
    by: str = ""
    first: date | None = None
    last: date | None = None


def write_for_operator(order: Order, *, progress: Callable[[int, int], None], now: datetime) -> int:
    """Write the file and its row of the log; how many rows it has. ``progress`` is told rows done and rows in all.

    The file appears under its name only when it is whole. Raises ``DomainError`` for an area, ledger, column or file
    that there is not, and ``OSError`` where nothing can be written.
    """
    form = order.out.suffix.lower().removeprefix(".")
    if form not in FileForm.values:
        raise DomainError(_("Name a file that ends with .xlsx or .csv."))
    with everywhere(EverywhereReason.LEDGER):
        area = Area.objects.defer("outline").filter(code=order.area).first()
        if area is None:
            raise DomainError(_("There is no area with the code %(code)s.") % {"code": order.area})
        export = _export(order, area, form, now)
    with area_scope(Scope(areas=(area.scoped,))):
        export.row_count = _count(export)
        with order.out.with_name(f"{order.out.name}.part").open("w+b") as stream:
            try:
                _write(export, stream, progress)
                os.fsync(stream.fileno())
                _log(export, now)  # first: no file is there that the log does not know
                Path(stream.name).rename(order.out)
            except BaseException:
                Path(stream.name).unlink(missing_ok=True)
                raise
    return export.row_count


def _export(order: Order, area: Area, form: str, now: datetime) -> Export:
    """The row of the log, not stored yet; the saved ledger's columns and rows where one is named."""
    view = None
    if order.ledger not in LedgerKind.values:
        shared = LedgerView.objects.filter(name=order.ledger, is_shared=True, area_id__in=area.ancestor_ids)
        view = shared.first()
        if view is None:
            raise DomainError(
                _(
                    "There is no ledger “%(name)s”: name one of %(kinds)s, or one that is shared in the sub-district."
                )
                % {"name": order.ledger, "kinds": ", ".join(LedgerKind.values)}
            )
    kind = LedgerKind(view.kind if view else order.ledger)
    known = LEDGERS[kind].by_key
    if unknown := [key for key in order.columns if key not in known]:
        raise DomainError(
            _("There is no column %(unknown)s; there are %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(known)}
        )
    chosen = LEDGERS[kind].chosen(order.columns or (view.columns if view else ()))
    filters = LedgerFilters.from_data(view.filters if view else {}).as_data()
    filters |= LedgerFilters(by=order.by, first=order.first, last=order.last).as_data()
    return Export(
        area=area, kind=kind, name=str(view or kind.label), form=form, columns=[column.key for column in chosen],
        filters=filters, language=get_language() or "zh-hans", asked_at=now, state=ExportState.RUNNING,
    )  # fmt: skip


def _count(export: Export) -> int:
    ledger = LEDGERS[LedgerKind(export.kind)]
    count = rows_of(ledger, LedgerFilters.from_data(export.filters), standing=None).count()
    if export.form == FileForm.XLSX and count > WORKBOOK_AT_MOST:
        raise DomainError(
            _("A workbook holds at most %(most)s rows here: choose CSV, or a shorter period.")
            % {"most": WORKBOOK_AT_MOST}
        )
    return count


def _write(export: Export, stream, progress: Callable[[int, int], None]) -> None:  # type: ignore[no-untyped-def] # a file
    total = export.row_count

    def seen(piece: list[LedgerRow]) -> None:
        export.rows_done += len(piece)
        progress(export.rows_done, max(total, export.rows_done))

    mark = watermark_words(_("command line"), str(export.area), now=export.asked_at)
    export.row_count = produce(export, stream, standing=None, mark=mark, seen=seen)
    export.size, export.sha256 = digest_of(stream)


def _log(export: Export, now: datetime) -> None:
    export.state, export.ended_at = ExportState.DONE, now
    with transaction.atomic():
        export.save()
        after = {"kind": export.kind, "rows": export.row_count, "full": False, "form": export.form}
        record(export, action="export.taken", by=None, now=now, after=after)
