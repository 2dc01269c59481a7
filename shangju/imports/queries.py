"""Reads of imports worth a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.cases.places import Place, building_level
from shangju.cases.reporter import mask_name, mask_phone, normalise_phone
from shangju.cases.rules import visible_to
from shangju.categories.models import Category
from shangju.categories.queries import Tree, category_tree
from shangju.categories.suggest import Suggestion, rank
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.personal_data import mask_personal_data
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.columns import orders_mapping
from shangju.imports.models import ColumnPlan, ImportRow, ImportRun
from shangju.imports.rules import open_to, subdistrict_of
from shangju.imports.table import Table, table_of
from shangju.imports.workflow import OPEN_OUTCOMES, RowOutcome
from shangju.posts.rights import Standing

RUNS_SHOWN = 20
ROWS_SHOWN = 50
PREVIEWED = 5
"""Rows that a person reads before they let the rest in: enough to see that the columns are right."""


def runs_for(standing: Standing, *, before: int | None = None) -> list[ImportRun]:
    """The runs that ``standing`` may see, newest first; one more than a page where there are more."""
    runs = ImportRun.objects.filter(open_to(standing)).select_related("area", "uploaded_by")
    if before:
        runs = runs.filter(pk__lt=before)
    return list(runs.defer("area__outline").order_by("-pk")[: RUNS_SHOWN + 1])


def run_for(standing: Standing, pk: int) -> ImportRun:
    """The run with this key. ``NotAllowed`` in an area of one's own without the right, ``DoesNotExist`` elsewhere."""
    runs = ImportRun.objects.select_related("area", "uploaded_by", "started_by").defer("area__outline")
    try:
        return runs.filter(open_to(standing)).get(pk=pk)
    except ImportRun.DoesNotExist:
        if ImportRun.objects.filter(pk=pk).exists():
            raise NotAllowed(_("You are signed in, but this is not open to you.")) from None
        raise


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of a run stand where."""

    by_outcome: dict[str, int]
    without_area: int
    """New rows whose place was not found: they go to the whole area of the import."""
    with_personal_data: int = 0
    """New rows whose text names a phone, a plate or the like."""

    def of(self, outcome: str) -> int:
        """The number with this outcome."""
        return self.by_outcome.get(outcome, 0)

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.by_outcome.values())

    @property
    def waiting(self) -> int:
        """Rows not looked at yet."""
        return self.of(RowOutcome.WAITING)

    @property
    def open(self) -> int:
        """Rows that are not in yet and may go in."""
        return sum(self.of(outcome) for outcome in OPEN_OUTCOMES)


def counts_of(runs: Sequence[ImportRun]) -> dict[int, Counts]:
    """The counts of several runs, in one statement."""
    rows = ImportRow.objects.filter(run__in=runs).order_by().values_list("run_id", "outcome")
    lacking = Count("pk", filter=Q(area=None, outcome__in=(RowOutcome.FRESH, RowOutcome.IMPORTED)))
    personal = Count("pk", filter=holding_personal_data())
    found = {run.pk: Counts({}, 0) for run in runs}
    counted = rows.annotate(number=Count("pk"), without=lacking, personal=personal)
    for run, outcome, number, without, holding in counted:
        known = found[run]
        found[run] = Counts(
            {**known.by_outcome, outcome: number},
            known.without_area + without,
            known.with_personal_data + holding,
        )
    return found


PERSONAL = "personal"
"""Shown like an outcome: the new rows whose text holds personal data."""


def holding_personal_data() -> Q:
    """New rows, in already or not, whose text holds personal data."""
    return Q(holds_personal_data=True, outcome__in=(RowOutcome.FRESH, RowOutcome.IMPORTED))


def plans_for(area: Area) -> list[ColumnPlan]:
    """The column plans of the sub-district in which ``area`` lies, the latest first.

    They hold headers of tables and no rows: a community's officer uses those of the sub-district's desk.
    """
    subdistrict = subdistrict_of(area)
    with everywhere(EverywhereReason.STRUCTURE):
        return list(ColumnPlan.objects.filter(area=subdistrict))


def table_for(run: ImportRun) -> Table:
    """The table of a run as its columns are named now. Raises ``DomainError`` where that cannot be used."""
    with everywhere(EverywhereReason.STRUCTURE):
        return table_of(orders_mapping(), run.headers, positions=run.positions, within=run.area)


@dataclass(frozen=True, slots=True)
class Previewed:
    """A row as the concern that it would become; contact and personal data in the words are masked, as everywhere."""

    line: int
    number: str
    title: str
    text: str
    received_at: datetime | None
    request_type: str
    area: Area
    place_note: str
    category: Category | None
    suggestion: Suggestion | None
    name: str
    phone: str


def previewed(run: ImportRun, *, now: datetime) -> list[Previewed]:
    """The first rows that would go in."""
    fresh = run.rows.filter(outcome=RowOutcome.FRESH).select_related("area").defer("area__outline")
    rows = fresh.order_by("line")[:PREVIEWED]
    table, tree, shown = table_for(run), category_tree(), []
    for row in rows:
        try:
            shown.append(_previewed(run, table, tree, row, now=now))
        except DomainError:
            continue  # an area was closed since: the import will say so
    return shown


def _previewed(run: ImportRun, table: Table, tree: Tree, row: ImportRow, *, now: datetime) -> Previewed:
    place = Place(row.area or run.area, building_level(table.cell(row.cells, "address")))
    told = table.submission(row.cells, row.source_key, now=now, place=place)
    # The tree is read once: asked of it for each row, it would look each time whether it is still current.
    words = [] if told.category else [(leaf.code, leaf.keywords) for leaf in tree.leaves]
    suggestions = rank(words, told.text, limit=1)
    return Previewed(
        line=row.line,
        number=row.source_key.partition(":")[2],
        title=mask_personal_data(told.title),
        text=mask_personal_data(told.text),
        received_at=told.received_at,
        request_type=told.request_type,
        area=told.place.area,
        place_note=told.place.note,
        category=told.category or next((tree.by_code.get(each.category_code) for each in suggestions), None),
        suggestion=suggestions[0] if suggestions else None,
        name=mask_name(told.contact.name),
        phone=mask_phone(normalise_phone(told.contact.phone)),
    )


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the result: its order, its case where the reader may see that one, and what is wrong by header."""

    line: int
    number: str
    outcome: str
    case_number: str
    refusals: list[tuple[str, str]]
    passage: str = ""
    """Of a row that holds personal data: its text, masked."""


def rows_shown(
    run: ImportRun, standing: Standing, *, outcome: str, after: int | None = None
) -> tuple[list[ShownRow], int | None]:
    """A page of rows with this outcome, and the line after which the next one begins."""
    asked = holding_personal_data() if outcome == PERSONAL else Q(outcome=outcome)
    rows = run.rows.filter(asked).order_by("line")
    if after:
        rows = rows.filter(line__gt=after)
    page = list(rows[: ROWS_SHOWN + 1])
    numbers = case_numbers(standing, page[:ROWS_SHOWN])
    table = table_for(run) if outcome == PERSONAL and page else None
    shown = [
        ShownRow(
            row.line,
            row.source_key.partition(":")[2],
            row.get_outcome_display(),
            numbers.get(row.case_id or 0, ""),
            [(header_of(run, column), sentence) for column, sentence in row.refusals.items()],
            mask_personal_data(table.cell(row.cells, "text")) if table and row.cells else "",
        )
        for row in page[:ROWS_SHOWN]
    ]
    return shown, page[ROWS_SHOWN - 1].line if len(page) > ROWS_SHOWN else None


def case_numbers(standing: Standing, rows: Sequence[ImportRow]) -> dict[int, str]:
    """The numbers of these rows' cases, as far as the reader may see them."""
    keys = [row.case_id for row in rows if row.case_id]
    seen = Case.objects.filter(visible_to(standing), pk__in=keys)
    return dict(seen.values_list("pk", "number"))


def header_of(run: ImportRun, column: str) -> str:
    """The header under which a column of ours stands in the file; empty for what is wrong with a row as a whole."""
    places: Any = run.positions.get(column) or []
    return next((run.headers[place] for place in places if place < len(run.headers)), "")
