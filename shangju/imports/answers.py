"""What the source of an order is told back: its own table, in its own columns, with our answers; and the rows refused.

Contact data leaves the house masked (cases.md §7): who gave it to us need not be told it again, and a file travels further
than one thinks. The order number and everything else comes back as it came.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Prefetch, Subquery
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from stdnum.cn import ric

from shangju.cases.models import Case, CaseEvent, Resolution
from shangju.cases.places import building_level
from shangju.cases.reporter import mask_name, mask_phone, normalise_phone
from shangju.cases.rules import Actor, visible_to
from shangju.cases.workflow import MoveName, State
from shangju.core.audit import record
from shangju.core.cells import clean_cell, header_key
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.table_files import FileForm
from shangju.core.watermark import watermark_words
from shangju.imports.columns import orders_mapping
from shangju.imports.mapping import ANSWER_COLUMNS
from shangju.imports.models import ImportRow, ImportRun
from shangju.imports.queries import header_of
from shangju.imports.rules import may_import
from shangju.imports.workflow import RowOutcome
from shangju.imports.writing import written_table

AT_ONCE = 500
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d)\d{4}(\d{4})(?!\d)")
IDENTITY = re.compile(r"(?<![\dXx])\d{17}[\dXx](?![\dXx])")
HIDDEN = "***"

ENDED_WITH_WORDS = (MoveName.DECLINE, MoveName.REFER)
"""Moves whose explanation to the reporter is the answer, where no result was reported."""


RESULT_STATES = (State.RESOLVED, State.CLOSED)
"""States in which the last result stands; a reopened case has none any more."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file for download, and of how many rows it says nothing since the reader may not see their cases."""

    name: str
    form: FileForm
    content: bytes
    rows: int
    left_out: int = 0


def export_answers(run: ImportRun, *, by: Actor, now: datetime, kind: str = "") -> Written:
    """The table of a run with its answers, in the columns, order and form in which it came (or as ``kind``).

    Only rows whose case the reader may see, and those that were refused, with the reason as result. Raises ``NotAllowed``
    without the right, ``Conflict`` once the rows were cleared. The export is recorded.
    """
    _require(run, by)
    form = _form(run, kind)
    with translation.override(_language(run)):
        answers = _AnswerColumns.of(run)
        seen = _cases(run, by)
        rows, left_out = [answers.headers(run.headers)], 0
        for row in run.rows.order_by("line").iterator(AT_ONCE):
            case = seen.get(row.case_id or 0)
            if case is None and row.outcome != RowOutcome.REFUSED:
                left_out += 1
                continue
            told = _answers(case) if case else _refusal(run, row)
            rows.append(answers.filled(masked_cells(run, row.cells), told))
        name = _("answers")
    facts = {"rows": len(rows) - 1, "left_out": left_out, "kind": form.kind}
    _record(run, "import.answers_exported", facts, by=by, now=now)
    return Written(
        _file_name(run, name, form),
        form,
        written_table(rows, form, mark=_mark(run, by, now)),
        len(rows) - 1,
        left_out,
    )


def export_refused(run: ImportRun, *, by: Actor, now: datetime, kind: str = "") -> Written:
    """The rows that were refused, as they came, with a column that says why: to be corrected and given again.

    Not masked: a row without its phone could not be taken in as it was meant. They are nobody's case yet, and whoever
    gets them gave them, or holds the same right. The export is recorded.
    """
    _require(run, by)
    form = _form(run, kind)
    with translation.override(_language(run)):
        reason = pgettext("column of a file", "Reason")
        rows = [[*run.headers, _unused(reason, run.headers)]]
        refused = run.rows.filter(outcome=RowOutcome.REFUSED).order_by("line")
        rows.extend([*row.cells, _reason(run, row)] for row in refused.iterator(AT_ONCE))
        name = _("refused rows")
    _record(run, "import.refused_exported", {"rows": len(rows) - 1}, by=by, now=now)
    return Written(
        _file_name(run, name, form), form, written_table(rows, form, mark=_mark(run, by, now)), len(rows) - 1
    )


def _mark(run: ImportRun, by: Actor, now: datetime) -> str:
    return watermark_words(by.user, str(run.area), now=now)


def _require(run: ImportRun, by: Actor) -> None:
    if by.user is None or not may_import(by.standing, run.area):
        raise NotAllowed(_("You can take orders in for your own area only."))
    if run.cleared_at is not None:
        raise Conflict(_("The rows of this table were deleted, since their time was over."))


def _record(run: ImportRun, action: str, facts: Mapping[str, object], *, by: Actor, now: datetime) -> None:
    with transaction.atomic():
        record(run, action=action, by=by.user, now=now, after=facts)


def _form(run: ImportRun, kind: str) -> FileForm:
    if kind in {"csv", "xlsx"} and kind != run.file_kind:
        return FileForm(kind, "utf-8-sig" if kind == "csv" else "", ",")
    return FileForm(run.file_kind, run.encoding, run.delimiter)


def _language(run: ImportRun) -> str:
    """Headers and values of the answers speak the language of the table: its source reads them, not we."""
    return "zh-hans" if CHINESE.search("".join(run.headers)) else "en"


def _file_name(run: ImportRun, what: str, form: FileForm) -> str:
    stem = run.file_name.rpartition(".")[0] or run.file_name
    return f"{stem[:40]}-{what}.{form.kind}"


def _unused(header: str, headers: Sequence[str]) -> str:
    """A header that the table does not have yet, so that the file given again keeps both apart."""
    return header if header not in headers else f"{header} 2"


# ---- which columns are filled


@dataclass(frozen=True, slots=True)
class _AnswerColumns:
    """Where each answer goes: into a column that the table has for it, else behind the last one."""

    places: Mapping[str, int]
    added: Sequence[str]

    @classmethod
    def of(cls, run: ImportRun) -> "_AnswerColumns":
        taken = {place for places in run.positions.values() for place in places}
        by_key = {header_key(header): place for place, header in enumerate(run.headers) if place not in taken}
        places: dict[str, int] = {}
        added: list[str] = []
        for name in ANSWER_COLUMNS:
            known = (by_key.get(header_key(word)) for word in orders_mapping().answers.get(name, ()))
            place = next((place for place in known if place is not None), None)
            if place is None:
                place = len(run.headers) + len(added)
                added.append(_unused(_header(name), run.headers))
            places[name] = place
        return cls(places, added)

    def headers(self, headers: Sequence[str]) -> list[str]:
        """The headers of the table and of the columns that are added."""
        return [*headers, *self.added]

    def filled(self, cells: Sequence[str], told: Mapping[str, str]) -> list[str]:
        """A row with its answers; a cell for which there is no answer keeps what it says."""
        row = [*cells, *("" for _added in self.added)]
        for name, place in self.places.items():
            if told.get(name):
                row[place] = told[name]
        return row


def _header(name: str) -> str:
    """The header of an added column: the first of its synonyms that is in the language of the table."""
    is_chinese = translation.get_language() == "zh-hans"
    words = orders_mapping().answers[name]
    return next((word for word in words if bool(CHINESE.search(word)) is is_chinese), words[0])


# ---- what is answered


def _cases(run: ImportRun, by: Actor) -> dict[int, Case]:
    """The cases of the run that the reader may see, with what is told of them."""
    mine = run.rows.filter(case__isnull=False).order_by().values("case_id")
    last = CaseEvent.objects.filter(case=OuterRef("pk"), kind__in=ENDED_WITH_WORDS).order_by("-sequence")
    cases = (
        Case.objects.filter(visible_to(by.standing), pk__in=mine)
        .select_related("handler_post", "handler_party")
        .prefetch_related(Prefetch("resolutions", Resolution.objects.order_by("event_id")))
        .annotate(explanation=Subquery(last.values("reporter_text")[:1]))
        .defer("text", "party_summary")
    )
    return {case.pk: case for case in cases}


def _answers(case: Case) -> dict[str, str]:
    """What the source is told of a case; the values in the language in force."""
    resolution = next(iter(reversed(case.resolutions.all())), None)
    has_result = case.state in RESULT_STATES and resolution is not None
    answer = resolution.answer if has_result and resolution else getattr(case, "explanation", None)
    ended_at = case.resolved_at if has_result else case.closed_at
    return {
        "case_number": case.number,
        "status": str(State(case.state).label),
        "handler": str(case.handler_post or case.handler_party or ""),
        "first_contact_at": _moment(case.first_contact_at),
        "answer": _without_numbers(answer or ""),
        "resolved_at": _moment(ended_at),
        "solved": str(case.get_solved_display()) if case.solved else "",
        "satisfaction": str(case.get_satisfaction_display()) if case.satisfaction else "",
    }


def _moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else ""


def _refusal(run: ImportRun, row: ImportRow) -> dict[str, str]:
    """What the source is told of a row that was not taken."""
    status = pgettext("answer about an order", "Not taken in")
    return {"status": status, "answer": _without_numbers(_reason(run, row))}


def _reason(run: ImportRun, row: ImportRow) -> str:
    """Why a row was refused, with the header at which it is to be put right."""
    told = []
    for column, sentence in row.refusals.items():
        header = header_of(run, column)
        told.append(f"{header}: {sentence}" if header else sentence)
    return " ".join(told)


# ---- what is masked


def masked_cells(run: ImportRun, cells: Sequence[str]) -> list[str]:
    """The cells of a row without what says who called and where exactly they live."""
    by_place = {place: name for name, places in run.positions.items() for place in places}
    private = {header_key(word) for word in orders_mapping().private}
    return [
        _masked_cell(cell, by_place.get(place, ""), is_private=header_key(header) in private)
        for place, (header, cell) in enumerate(zip(run.headers, cells, strict=True))
    ]


def _masked_cell(cell: str, name: str, *, is_private: bool) -> str:
    if name == "id" or not cell.strip():
        return cell
    if is_private:
        return HIDDEN
    if name in {"name", "phone"}:
        return _masked_contact(cell, name)
    return building_level(_without_numbers(cell)) if name == "address" else _without_numbers(cell)


def _masked_contact(cell: str, name: str) -> str:
    try:
        plain = clean_cell(cell)
    except DomainError:
        return HIDDEN
    return mask_name(plain) if name == "name" else (mask_phone(normalise_phone(plain)) or HIDDEN)


def _without_numbers(text: str) -> str:
    """A text with mobile numbers and identity numbers masked, whichever column they stand in."""
    without = IDENTITY.sub(lambda found: HIDDEN if ric.is_valid(found[0]) else found[0], text)
    return MOBILE.sub(r"\1****\2", without)
