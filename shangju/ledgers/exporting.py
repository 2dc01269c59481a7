"""Taking a ledger out of the house: asked for, allowed by somebody else where contacts are in plain, written, logged."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from shangju.areas.models import Area
from shangju.cases.reporter_lists import open_in_list, write_down_list
from shangju.cases.rules import Actor
from shangju.core.audit import record
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.queue import wake_worker_after_commit
from shangju.core.watermark import watermark_words
from shangju.ledgers.filters import LedgerFilters
from shangju.ledgers.ledger import Ledger
from shangju.ledgers.models import Export
from shangju.ledgers.producing import produce
from shangju.ledgers.queries import LedgerRow, rows_of
from shangju.ledgers.rules import may_ask_full, may_decide, may_export
from shangju.ledgers.tables import LEDGERS
from shangju.ledgers.telling import tell_asker, tell_deciders
from shangju.ledgers.workflow import (
    AT_ONCE_AT_MOST,
    DECIDED_WITHIN,
    FULL_AT_MOST,
    REASON_AT_LEAST,
    STEPS,
    TAKEN_WITHIN,
    WORKBOOK_AT_MOST,
    ExportState,
    ExportStep,
    FileForm,
    LedgerKind,
    PaperKind,
)
from shangju.posts.rights import Standing

LONGEST_REASON = 120
"""Signs that the log of looks keeps of a reason."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What somebody asks to take out: the rows of ``area``, and ``area`` is where the log keeps it."""

    area: Area
    name: str
    columns: Sequence[str]
    filters: LedgerFilters
    form: FileForm = FileForm.XLSX
    is_full: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """An export, and its file where it was written while one waited."""

    export: Export
    content: bytes | None = None


def ask_export(ledger: Ledger, asking: Asking, *, by: Actor, now: datetime) -> Taken:
    """Ask for a ledger as a file: a short masked one comes at once, a long one is the worker's, a full one waits.

    Raises ``NotAllowed`` without the right there, and ``DomainError`` at ``reason``, ``form`` or ``is_full``.
    """
    assert by.user is not None, "only who signed in asks"
    _require(ledger, asking, by.standing)
    count = rows_of(ledger, asking.filters, standing=by.standing, leaving=asking.area).count()
    _check(asking, count)
    export = Export(
        area=asking.area,
        kind=ledger.kind,
        name=asking.name[:80],
        form=asking.form,
        is_full=asking.is_full,
        columns=[column.key for column in ledger.chosen(asking.columns)],
        filters=asking.filters.as_data(),
        reason=asking.reason.strip(),
        language=get_language() or "zh-hans",
        asked_by=by.user,
        post_name=office_in(by.standing, asking.area),
        asked_at=now,
        state=ExportState.ASKED if asking.is_full else ExportState.WAITING,
        row_count=count,
    )
    if asking.is_full or count > AT_ONCE_AT_MOST:
        with transaction.atomic():
            export.save()
            _record(export, "export.asked", by=by, now=now)
            if asking.is_full:
                tell_deciders(export, now=now)
            wake_worker_after_commit()
        return Taken(export)
    content = _write(export, by=by, now=now)
    with transaction.atomic():
        _finish(export, content, by=by, now=now)
    return Taken(export, content)


def _require(ledger: Ledger, asking: Asking, standing: Standing) -> None:
    allows = may_ask_full if asking.is_full else may_export
    if not allows(standing, ledger, path=asking.area.path):
        raise NotAllowed(_("You cannot take this ledger out for this area."))


def _check(asking: Asking, count: int) -> None:
    if asking.is_full and len(asking.reason.strip()) < REASON_AT_LEAST:
        sentence = _("Say what it is needed for, in at least %(count)s signs.") % {"count": REASON_AT_LEAST}
        raise DomainError(sentence, fields={"reason": sentence})
    if asking.is_full and count > FULL_AT_MOST:
        sentence = ngettext(
            "With contacts in plain at most %(most)s row can be taken at once: choose a shorter period.",
            "With contacts in plain at most %(most)s rows can be taken at once: choose a shorter period.",
            FULL_AT_MOST,
        ) % {"most": FULL_AT_MOST}
        raise DomainError(sentence, fields={"is_full": sentence})
    if asking.form == FileForm.XLSX and count > WORKBOOK_AT_MOST:
        sentence = _("A workbook holds at most %(most)s rows here: choose CSV, or a shorter period.") % {
            "most": WORKBOOK_AT_MOST
        }
        raise DomainError(sentence, fields={"form": sentence})


def office_in(standing: Standing, area: Area) -> str:
    """The name of the post through which somebody stands nearest to an area."""
    near = [holding.post_name for holding in standing.holdings if area.path.startswith(holding.area.path)]
    return near[-1] if near else ""


def decide_export(export: Export, *, allow: bool, note: str, by: Actor, now: datetime) -> Export:
    """Allow or refuse contacts in plain; a refusal says why.

    Raises ``NotAllowed`` for one's own request or without the right, ``Conflict`` where somebody was first or the request
    is over, ``DomainError`` at ``note``.
    """
    if not may_decide(by.standing, export):
        raise NotAllowed(_("Somebody else, who has the right, decides on this."))
    if not allow and len(note.strip()) < REASON_AT_LEAST:
        sentence = _("Say why, in at least %(count)s signs.") % {"count": REASON_AT_LEAST}
        raise DomainError(sentence, fields={"note": sentence})
    step = STEPS[ExportStep.ALLOW if allow else ExportStep.REFUSE]
    with transaction.atomic():
        held = _held(export, step.sources)
        if now >= held.asked_at + DECIDED_WITHIN:
            raise Conflict(_("This request is over. It has to be asked anew."))
        held.state, held.decided_by, held.decided_at = step.target, by.user, now
        held.decider_post, held.decision_note = office_in(by.standing, held.area), note.strip()[:200]
        held.save(update_fields=["state", "decided_by", "decided_at", "decider_post", "decision_note"])
        _record(held, "export.allowed" if allow else "export.refused", by=by, now=now)
        tell_asker(held, now=now)
    return held


def _held(export: Export, sources: frozenset[ExportState]) -> Export:
    held: Export = (
        Export.objects.select_for_update(of=("self",)).select_related("area", "asked_by").get(pk=export.pk)
    )
    if held.state not in sources:
        raise Conflict(_("Somebody was first, or its time is over: look at the page again."))
    return held


def take_full_export(export: Export, *, by: Actor, now: datetime) -> Taken:
    """Write an allowed export with contacts in plain, once and within a day, and log each contact that it shows.

    The rows are those that the asker may see now; where they may not open a contact (any more), and of a case that came
    after it was asked for, it stays masked: nobody has allowed those. Raises
    ``NotAllowed`` for anybody but the asker, ``Conflict`` where it was taken or its time is over.
    """
    if by.user is None or export.asked_by_id != by.user.pk:
        raise NotAllowed(_("Only who asked for it takes it."))
    ledger = LEDGERS[LedgerKind(export.kind)]
    if not may_ask_full(by.standing, ledger, path=export.area.path):
        raise NotAllowed(_("You cannot take this ledger out for this area."))
    if export.state != ExportState.ALLOWED:
        raise Conflict(_("Somebody was first, or its time is over: look at the page again."))
    shown: list[Shown] = []
    allowed = open_in_list(by.standing) & Q(registered_at__lte=export.asked_at)
    # Written before the transaction, which holds other writers of SQLite back, and given out only when it is in the log.
    content = _write(export, by=by, now=now, opens=allowed, seen=partial(_note, export, shown))
    with transaction.atomic():
        held = _held(export, STEPS[ExportStep.TAKE].sources)
        if held.decided_at is None or now >= held.decided_at + TAKEN_WITHIN:
            raise Conflict(_("The day within which it could be taken is over. Ask anew."))
        held.row_count = held.rows_done = export.row_count
        held.opened_contacts = len(shown)
        _finish(held, content, by=by, now=now)
        write_down_list(shown, reason=_reason_of(held), post_name=held.post_name, by=by, now=now)
    return Taken(held, content)


Shown = tuple[int, str]
"""A case, and the piece of its contact that a list shows in plain."""


def _note(export: Export, shown: list[Shown], piece: list[LedgerRow]) -> None:
    columns = LEDGERS[LedgerKind(export.kind)].chosen(export.columns)
    contacts = [(place, column.contact) for place, column in enumerate(columns) if column.contact]
    shown += [
        (row.case_id, name) for row in piece if row.is_open for place, name in contacts if row.cells[place]
    ]


def _reason_of(export: Export) -> str:
    """What the log of looks, and the reporter, read: the reason as it was typed, and who allowed it."""
    facts = {"number": export.pk, "post": export.decider_post}
    told = _("%(reason)s (list no. %(number)s, allowed by %(post)s)")
    room = LONGEST_REASON - len(told % {**facts, "reason": ""})
    return (told % {**facts, "reason": export.reason[: max(room, 0)]})[:LONGEST_REASON]


def _write(export: Export, *, by: Actor, now: datetime, **more: Any) -> bytes:
    """The file, and how many rows it has, in memory."""
    stream = io.BytesIO()
    mark = watermark_words(by.user, export.post_name, now=now)
    export.row_count = export.rows_done = produce(export, stream, standing=by.standing, mark=mark, **more)
    return stream.getvalue()


def _finish(export: Export, content: bytes, *, by: Actor, now: datetime) -> None:
    export.size, export.sha256 = len(content), hashlib.sha256(content).hexdigest()
    export.state, export.ended_at = ExportState.DONE, now
    export.save()
    _record(export, "export.taken", by=by, now=now)


def _record(export: Export, action: str, *, by: Actor, now: datetime) -> None:
    facts = {"kind": export.kind, "rows": export.row_count, "full": export.is_full, "form": export.form}
    record(export, action=action, by=by.user, now=now, after=facts, reason=export.reason)


def note_paper(
    kind: PaperKind, *, area: Area, name: str, form: str, content: bytes, rows: int, by: Actor, now: datetime
) -> Export:
    """Write a table that another part of the house gave out, and recorded, into the log of exports as well."""
    return Export.objects.create(
        area=area, kind=kind, name=name[:80], form=form, language=get_language() or "zh-hans", asked_by=by.user,
        post_name=office_in(by.standing, area), asked_at=now, ended_at=now, row_count=rows, rows_done=rows,
        state=ExportState.DONE, size=len(content), sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
