"""Taking concerns over from other systems: each row once, however often the file is given."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shangju.areas.models import Area
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Case
from shangju.cases.places import Place, locate
from shangju.cases.rules import SYSTEM
from shangju.categories.models import Category
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.mapping import Mapping, mapping_for
from shangju.imports.reading import Row, read_rows

BATCH = 200
SOURCE_KEY_LIMIT = 80


@dataclass(slots=True)
class ImportResult:
    """What became of the rows; ``refusals`` holds line number and reason."""

    imported: int = 0
    already_present: int = 0
    refusals: list[tuple[int, str]] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """The last line of the command, which scripts read: the same in every language."""
        return (
            f"imported {self.imported}, already present {self.already_present}, refused {len(self.refusals)}"
        )


@dataclass(slots=True)
class _Table:
    """The mapping with what it refers to, looked up once."""

    mapping: Mapping
    positions: dict[str, int]
    zone: ZoneInfo
    areas: dict[str, Area]
    categories: dict[str, Category]

    def cell(self, cells: Sequence[str], name: str) -> str:
        position = self.positions.get(name)
        return cells[position].strip() if position is not None and position < len(cells) else ""


def import_concerns(
    path: Path,
    *,
    mapping: Mapping | None,
    now: datetime,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _done: None,
) -> ImportResult:
    """Register every row of a table that is not there yet.

    A row that cannot be taken is refused with its line and reason, the rest goes in. Raises ``DomainError`` where
    the file or its mapping cannot be used. With ``dry_run`` the same counts, and nothing is stored.
    """
    rows = read_rows(path)
    _line, headers = next(rows, (0, []))
    result, done, seen = ImportResult(), 0, set[str]()
    with everywhere(EverywhereReason.IMPORT):
        table = _table(mapping or mapping_for(headers), headers)
        while batch := list(islice(rows, BATCH)):
            fresh = list(_fresh_rows(table, batch, seen, result))
            _take_batch(table, fresh, result, now=now, dry_run=dry_run)
            done += len(batch)
            progress(done)
    result.refusals.sort()
    return result


def _table(mapping: Mapping, headers: Sequence[str]) -> _Table:
    positions = mapping.positions(headers)
    missing = [name for name in ("id", "text") if name not in positions]
    if missing:
        words = ", ".join("/".join(mapping.columns.get(name, [name])) for name in missing)
        raise DomainError(_("The file lacks these columns: %(columns)s.") % {"columns": words})
    areas = Area.objects.filter(retired_on__isnull=True)
    categories = {category.code: category for category in Category.objects.all()}
    names = {category.name: category for category in categories.values()}
    by_text = {text: categories[code] for text, code in mapping.categories.items() if code in categories}
    return _Table(
        mapping,
        positions,
        ZoneInfo(mapping.time_zone),
        {word: area for area in areas for word in (area.name, area.code)},
        names | categories | by_text,
    )


def _fresh_rows(
    table: _Table, batch: Sequence[Row], seen: set[str], result: ImportResult
) -> Iterator[tuple[Row, str]]:
    keys = {line: f"{table.mapping.source}:{table.cell(cells, 'id')}" for line, cells in batch}
    stored = set(Case.objects.filter(source_key__in=list(keys.values())).values_list("source_key", flat=True))
    for line, cells in batch:
        key = keys[line]
        if not table.cell(cells, "id"):
            result.refusals.append((line, _("The row has no number.")))
        elif len(key) > SOURCE_KEY_LIMIT or "\x00" in key:
            result.refusals.append((line, _("The number of the row cannot be stored.")))
        elif key in stored or key in seen:
            result.already_present += 1
        else:
            seen.add(key)
            yield (line, cells), key


def _take_batch(
    table: _Table, rows: Sequence[tuple[Row, str]], result: ImportResult, *, now: datetime, dry_run: bool
) -> None:
    """All rows in one transaction; a row that fails is undone alone by its savepoint."""
    with transaction.atomic():
        for (line, cells), key in rows:
            _take_row(table, line, cells, key, result, now=now)
        if dry_run:
            transaction.set_rollback(True)


def _take_row(
    table: _Table, line: int, cells: Sequence[str], key: str, result: ImportResult, *, now: datetime
) -> None:
    try:
        register_concern(_submission(table, cells, key, now=now), by=SYSTEM, now=now)
        result.imported += 1
    except DomainError as refusal:
        reasons = [str(reason) for reason in refusal.fields.values()] or [str(refusal)]
        result.refusals.append((line, " ".join(reasons)))
    except IntegrityError:
        if not Case.objects.filter(source_key=key).exists():
            raise
        result.already_present += 1


def _submission(table: _Table, cells: Sequence[str], key: str, *, now: datetime) -> Submission:
    mapping = table.mapping
    received = _instant(table, table.cell(cells, "received_at"))
    told_type = table.cell(cells, "request_type")
    return Submission(
        text=table.cell(cells, "text"),
        title=table.cell(cells, "title").replace("\x00", ""),
        place=_place(table, cells),
        channel=mapping.channel,
        request_type=mapping.request_types.get(told_type, mapping.request_type),
        category=table.categories.get(table.cell(cells, "category")),
        contact=ContactDetails(name=table.cell(cells, "name"), phone=table.cell(cells, "phone")),
        received_at=received,
        clocks_start_at=now if mapping.clocks_start == "import" else received,
        source_key=key,
    )


def _place(table: _Table, cells: Sequence[str]) -> Place:
    area = table.areas.get(table.cell(cells, "area")) or table.areas.get(table.mapping.area)
    return locate(area=area, address=table.cell(cells, "address").replace("\x00", ""))


def _instant(table: _Table, text: str) -> datetime | None:
    """The instant that a cell tells; ``None`` for an empty one. Raises ``DomainError`` for what is no time."""
    if not text:
        return None
    for pattern in table.mapping.time_formats:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=table.zone)
        except ValueError:
            continue
    raise DomainError(_("“%(text)s” is not a time in a form that the mapping names.") % {"text": text[:40]})
