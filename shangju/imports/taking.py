"""Rows of a table on their way to cases: judged first, then stored, many with one transaction.

The command and the worker use the same two steps, so a row means the same whichever way it came.
"""

import logging
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from shangju.cases.intake import Submission, check_submission, register_concerns
from shangju.cases.models import Case
from shangju.cases.rules import Actor
from shangju.core.errors import DomainError
from shangju.core.personal_data import find_personal_data, mask_personal_data
from shangju.core.sealing import fingerprint
from shangju.core.table_files import Row
from shangju.imports.table import Table
from shangju.imports.workflow import RowOutcome

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Judged:
    """A row with what became of it, or will.

    ``refusals`` hold a sentence by column (``""``: the row as a whole); ``case`` is the case that has its number.
    """

    row: Row
    outcome: RowOutcome
    key: str = ""
    digest: str = ""
    submission: Submission | None = None
    refusals: dict[str, str] = field(default_factory=dict)
    case: Case | None = None
    holds_personal_data: bool = False
    """Whether the text, as it came, names a phone, a plate or the like."""

    @property
    def reason(self) -> str:
        """The refusals in one line."""
        return " ".join(dict.fromkeys(self.refusals.values()))

    def refuse(self, refusal: DomainError) -> None:
        """It does not go in."""
        self.outcome, self.submission = RowOutcome.REFUSED, None
        self.refusals = {name: str(sentence) for name, sentence in refusal.fields.items()} or {
            "": str(refusal)
        }


class Taking:
    """The rows of one table on their way in."""

    def __init__(
        self, table: Table, *, by: Actor, now: datetime, dry_run: bool = False, masks: bool = False
    ) -> None:
        self._table, self._by, self._now, self._dry_run, self._masks = table, by, now, dry_run, masks
        self._seen: dict[str, tuple[int, str]] = {}

    def remember(self, rows: Lookup[str, tuple[int, str]]) -> None:
        """Rows above these, by key: line and digest. Needed where a table is not taken in one go."""
        self._seen.update(rows)

    def keys(self, rows: Sequence[Row]) -> list[str]:
        """The keys of those rows that have one."""
        keys = []
        for row in rows:
            try:
                keys.append(self._table.key_of(row.cells))
            except DomainError:
                continue  # told when its turn comes
        return keys

    def judge(self, rows: Sequence[Row]) -> list[Judged]:
        """What would become of each row; nothing is stored."""
        stored = stored_cases(self.keys(rows))
        return [self._judge(row, stored) for row in rows]

    def _judge(self, row: Row, stored: Lookup[str, Case]) -> Judged:
        judged = Judged(row, RowOutcome.FRESH, digest=digest_of(row.cells))
        try:
            if row.fault:
                raise DomainError(row.fault)  # noqa: TRY301 - every refusal of a row ends in the same place
            judged.key = self._table.key_of(row.cells)
            judged.case = stored.get(judged.key)
            if self._is_repeated(judged):
                judged.outcome = RowOutcome.PRESENT
                return judged
            if judged.case is not None and self._says_the_same(judged):
                judged.outcome = RowOutcome.PRESENT
            elif judged.case is not None:
                judged.outcome = RowOutcome.CHANGED
            else:
                told = self._table.submission(row.cells, judged.key, now=self._now)
                judged.holds_personal_data = bool(find_personal_data(told.text))
                if self._masks and judged.holds_personal_data:
                    told = replace(told, text=mask_personal_data(told.text))
                check_submission(told, by=self._by)
                judged.submission = told
        except DomainError as refusal:
            judged.refuse(refusal)
            return judged
        self._seen.setdefault(judged.key, (row.line, judged.digest))
        return judged

    def _is_repeated(self, judged: Judged) -> bool:
        """Whether the same row stands above. Raises ``DomainError`` where another row above has its number."""
        line, first = self._seen.get(judged.key, (judged.row.line, judged.digest))
        if line == judged.row.line:
            return False
        if first != judged.digest:
            sentence = _("The number was given to another row before, in line %(line)s.") % {"line": line}
            raise DomainError(sentence, fields={"id": sentence})
        return True

    def _says_the_same(self, judged: Judged) -> bool:
        """Whether the words of an order that is there already are those of its case; unreadable ones change nothing."""
        try:
            words = self._table.cell(judged.row.cells, "text")
        except DomainError:
            return True
        if judged.case is None:
            return False
        kept = judged.case.text.strip()
        return kept in {words.strip(), mask_personal_data(words).strip()}

    def store(self, fresh: Sequence[Judged]) -> None:
        """Register these rows, all that can be with one transaction; what became of each is in it afterwards."""
        waiting = list(fresh)
        while waiting:
            try:
                self._register(waiting)
            except (IntegrityError, DataError):
                remaining = self._without_stored(waiting)
                if len(remaining) == len(waiting):
                    self._store_each(waiting)
                    return
                # Another import of the same rows was first; the others are still ours to take.
                waiting = remaining
            else:
                return

    def _store_each(self, fresh: Sequence[Judged]) -> None:
        """One at a time, so that the row that the database refuses is found and the others go in."""
        for each in fresh:
            try:
                self._register([each])
            except (IntegrityError, DataError) as fault:
                if not self._without_stored([each]):
                    continue
                logger.exception(
                    "a row of an import was refused by the database", extra={"line": each.row.line}
                )
                refusal = DomainError(_("The database cannot store this row."))
                refusal.__cause__ = fault
                each.refuse(refusal)

    def _without_stored(self, fresh: Sequence[Judged]) -> list[Judged]:
        stored, remaining = stored_cases([each.key for each in fresh]), []
        for each in fresh:
            each.case = stored.get(each.key)
            if each.case is None:
                remaining.append(each)
            else:
                each.outcome = RowOutcome.PRESENT if self._says_the_same(each) else RowOutcome.CHANGED
        return remaining

    def _register(self, fresh: Sequence[Judged]) -> None:
        submissions = [each.submission for each in fresh if each.submission is not None]
        with transaction.atomic():
            cases = register_concerns(submissions, by=self._by, now=self._now)
            if self._dry_run:
                transaction.set_rollback(True)
        for each, case in zip(fresh, cases, strict=True):
            each.outcome, each.case = RowOutcome.IMPORTED, case


def stored_cases(keys: Sequence[str]) -> dict[str, Case]:
    """The cases that have these numbers of a source, wherever they lie: the caller opened the scope for that."""
    cases = Case.objects.filter(source_key__in=keys).only("number", "source_key", "text")
    return {case.source_key or "": case for case in cases}


def digest_of(cells: Sequence[str]) -> str:
    """A keyed mark of what a row says: equal rows, equal marks, and no way back to the words."""
    return fingerprint("\x1f".join(cells).encode("utf-8", "replace").decode(), purpose="import-row")
