"""Reads of ledgers: which rows they have for somebody, a page of them, and all of them in pieces."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext

from shangju.areas.models import Area, AreaKind
from shangju.cases.models import Case
from shangju.cases.reporter_lists import NO_CONTACT, ListedContact, listed_contacts
from shangju.cases.rules import visible_to, within
from shangju.cases.workflow import RequestType
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.ledgers.columns import Cell, Column
from shangju.ledgers.filters import BY_RECEIPT, LedgerFilters
from shangju.ledgers.ledger import Ledger
from shangju.ledgers.models import Export, LedgerView
from shangju.ledgers.rules import exports_open_to, is_auditor, to_decide_exports, views_open_to
from shangju.posts.rights import Right, Standing

PAGE = 50
PIECE = 2_000
"""Rows read at once where all are read: some megabytes, one statement and one for the contacts."""

OF_ITS_CASE = (
    "is_confidential", "concerns_minor", "category__privacy_wall", "category__code", "category__name_zh",
    "category__name_en", "request_type",
)  # fmt: skip
"""What of the case decides how much of its words a row may show."""


def rows_of(
    ledger: Ledger, filters: LedgerFilters, *, standing: Standing | None, leaving: Area | None = None
) -> QuerySet[Any]:
    """The rows that ``standing`` may see, narrowed; without a standing (command line, auditor) all of the scope.

    ``leaving``: those that they may also take out of the house for this area, whose leaders allow it and read the log.
    """
    rows = ledger.rows()
    if standing is not None and not (ledger.is_for_auditor and is_auditor(standing)):
        cases = _open_cases(ledger, standing, leaving=leaving is not None)
        if leaving is not None:
            cases &= within(leaving.scoped)
        rows = rows.filter(_of_cases(ledger, cases))
    return rows.filter(_condition(ledger, filters)).order_by("pk")


def _open_cases(ledger: Ledger, standing: Standing, *, leaving: bool) -> Q:
    """The cases that may be opened, in the areas in which the ledger's right is held."""
    near = Q(pk__in=[])
    for area in standing.areas_with(ledger.right):
        if not leaving or standing.may(Right.EXPORT_LEDGERS, path=area.path):
            near |= within(area)
    return near & visible_to(standing)


def _of_cases(ledger: Ledger, cases: Q) -> Q:
    return Q(case__in=Case.objects.filter(cases)) if ledger.case else cases


def _condition(ledger: Ledger, filters: LedgerFilters) -> Q:
    """What the filters leave; an area that is not in the scope, and a code that nothing has, leave nothing."""
    at, condition = ledger.case, _in_period(ledger, filters)
    if filters.area:
        area = Area.objects.filter(code=filters.area).first()
        inside = Q(pk__in=[]) if area is None else within(area.scoped)
        condition &= _of_cases(ledger, inside)
    if filters.category:
        condition &= Q(**{f"{at}category__code": filters.category}) | Q(
            **{f"{at}category__parent__code": filters.category}
        )
    if filters.state:
        condition &= Q(**{f"{at}state": filters.state})
    if filters.channel:
        condition &= Q(**{f"{at}channel": filters.channel})
    return condition


def _in_period(ledger: Ledger, filters: LedgerFilters) -> Q:
    by_receipt = filters.by == BY_RECEIPT or (not filters.by and not ledger.case)
    field = f"{ledger.case}received_at" if by_receipt else ledger.act
    condition = Q()
    if filters.first:
        begin = _midnight(filters.first)
        condition &= Q(**{f"{field}__gte": begin})
        if by_receipt and not ledger.case:
            # Nothing is registered before it was received: the index on registration gives these rows.
            condition &= Q(registered_at__gte=begin)
    if filters.last:
        condition &= Q(**{f"{field}__lt": _midnight(filters.last, days=1)})
    return condition


EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
"""Nothing happened outside; at the ends of the calendar no instant can be reckoned in another zone."""


def _midnight(day: date, *, days: int = 0) -> datetime:
    """The instant at which ``day``, or the day so many ``days`` after it, begins."""
    reckoned = max(EARLIEST, min(day, LATEST)) + timedelta(days=days)
    return timezone.make_aware(datetime.combine(reckoned, time.min))


# ---- from rows to cells


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row: its key, its case, what stands in the columns, in their order, and whether its contact is in plain."""

    pk: int
    case_id: int
    cells: Sequence[Cell]
    is_open: bool = False


class CellMaker:
    """Reads the chosen columns of pieces of rows, everything masked but what is explicitly opened."""

    def __init__(self, ledger: Ledger, columns: Sequence[Column]) -> None:
        self.ledger, self.columns = ledger, columns
        at = ledger.case
        own = [f"{at}{name}" for name in OF_ITS_CASE]
        wanted = dict.fromkeys(["pk", "case_id" if at else "pk", *own])
        for column in columns:
            wanted.update(dict.fromkeys(column.fields))
        self.fields = tuple(wanted)
        place = {name: index for index, name in enumerate(self.fields)}
        self.case_place = place["case_id"] if at else 0
        self._own_at = [place[name] for name in own]
        self._plan = [(column, column.bind(), [place[name] for name in column.fields]) for column in columns]
        self._needs_contact = any(column.words or column.contact for column in columns)
        self._types = {value: str(label) for value, label in RequestType.choices}
        self._is_english = get_language() == "en"
        self._confidential = gettext("Confidential: %(category)s")

    def made(self, rows: Sequence[tuple[Any, ...]], *, opened: Iterable[int] = ()) -> list[LedgerRow]:
        """The cells of these rows; of cases among ``opened`` the contact columns show the contact in plain.

        They are made column by column: what is the same for a whole column is then asked once a piece, not once a cell.
        """
        if not rows:
            return []
        fields = list(zip(*rows, strict=True))
        keys = fields[self.case_place]
        contacts = listed_contacts(set(keys)) if self._needs_contact else {}
        listed = [contacts.get(key, NO_CONTACT) for key in keys]
        plain = frozenset(opened)
        is_open = [key in plain for key in keys]
        own = list(zip(*(fields[place] for place in self._own_at), strict=True))
        columns = [
            _contacts(column.contact, listed, is_open)
            if column.contact
            else self._words(column, map(read, *(fields[place] for place in places)), listed, own)
            if column.words
            else map(read, *(fields[place] for place in places))
            for column, read, places in self._plan
        ]
        return list(map(LedgerRow, fields[0], keys, zip(*columns, strict=True), is_open))

    def _words(
        self, column: Column, texts: Iterable[Cell], listed: Sequence[ListedContact], own: Sequence[Any]
    ) -> Iterator[str]:
        """What people wrote, starred; of a case that is kept close nothing, and its kind for a title."""
        for text, contact, (confidential, minor, helped, *category) in zip(texts, listed, own, strict=True):
            if column.is_of_log or not (confidential or minor or helped):
                yield contact.hidden_in(str(text))
            else:
                yield self._title_of_close(category) if column.key == "title" else ""

    def _title_of_close(self, category: list[Any]) -> str:
        code, name, english, request_type = category
        told = (
            f"{code} {(english if self._is_english else '') or name}"
            if code
            else self._types.get(request_type)
        )
        return self._confidential % {"category": told}


def _contacts(piece: str, listed: Sequence[ListedContact], is_open: Sequence[bool]) -> Iterator[str]:
    for contact, opened in zip(listed, is_open, strict=True):
        yield contact.plain(piece) if opened else contact.masked(piece)


def page_of(
    ledger: Ledger, columns: Sequence[Column], rows: QuerySet[Any], *, before: int | None
) -> tuple[list[LedgerRow], int | None]:
    """The newest fifty rows below the key ``before``, and the key below which the next page begins."""
    maker = CellMaker(ledger, columns)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk").values_list(*maker.fields)[: PAGE + 1])
    made = maker.made(found[:PAGE])
    return made, made[-1].pk if len(found) > PAGE else None


def pieces_of(
    ledger: Ledger, columns: Sequence[Column], rows: QuerySet[Any], *, opens: Q | None = None
) -> Iterator[list[LedgerRow]]:
    """All rows, oldest first, a piece at a time; each piece costs the same statements, and nothing is held between.

    ``opens`` says of which cases the contact columns show the contact in plain.
    """
    maker = CellMaker(ledger, columns)
    for first, last in _stretches_of(rows):
        found = list(rows.filter(pk__gte=first, pk__lte=last).values_list(*maker.fields))
        opened: set[int] = set()
        if opens is not None:
            keys = {row[maker.case_place] for row in found}
            opened = set(Case.objects.filter(opens, pk__in=keys).values_list("pk", flat=True))
        yield maker.made(found, opened=opened)


def _stretches_of(rows: QuerySet[Any]) -> list[tuple[int, int]]:
    """The first and last keys of the pieces of all rows.

    Asked for once: a database that finds the rows by their day has to sort them by their key, and would read and sort what
    is left of a hundred thousand for each piece anew where it knew no end of it.
    """
    keys, stretches = rows.values_list("pk", flat=True).iterator(chunk_size=PIECE), []
    while piece := list(islice(keys, PIECE)):
        stretches.append((piece[0], piece[-1]))
    return stretches


# ---- saved views and the log


def views_for(standing: Standing) -> list[LedgerView]:
    """The saved views that somebody sees, by name."""
    return list(
        LedgerView.objects.filter(views_open_to(standing))
        .select_related("owner", "area")
        .defer("area__outline")
    )


def view_for(standing: Standing, pk: int) -> LedgerView:
    """One saved view; ``LedgerView.DoesNotExist`` where it is not theirs to see."""
    seen = LedgerView.objects.filter(views_open_to(standing)).select_related("owner", "area")
    return seen.defer("area__outline").get(pk=pk)


def _exports() -> QuerySet[Export]:
    return Export.objects.select_related("area", "asked_by", "decided_by").defer("area__outline")


def exports_for(standing: Standing, *, before: int | None = None, limit: int = PAGE) -> list[Export]:
    """The log, newest first, one more than ``limit`` where there are more."""
    seen = _exports().filter(exports_open_to(standing))
    return list((seen.filter(pk__lt=before) if before else seen).order_by("-pk")[: limit + 1])


def export_for(standing: Standing, pk: int) -> Export:
    """One row of the log; ``Export.DoesNotExist`` where it is not theirs to see."""
    return _exports().get(exports_open_to(standing), pk=pk)


def exports_waiting_for(standing: Standing, *, limit: int = PAGE) -> list[Export]:
    """The requests that wait for the decision of ``standing``, the longest waiting first."""
    return list(_exports().filter(to_decide_exports(standing)).order_by("pk")[:limit])


def home_of(standing: Standing, right: Right) -> Area | None:
    """The first of the areas in which ``right`` is held, with its tiers; for the auditor the top of the tree."""
    ids = [area.pk for area in standing.areas_with(right)]
    found = Area.objects.filter(pk__in=ids) if not is_auditor(standing) else Area.objects.filter(parent=None)
    return found.defer("outline").order_by("path").first()


def subdistrict_of(area: Area) -> Area:
    """The sub-district in which an area lies, or the area itself above them."""
    with everywhere(EverywhereReason.STRUCTURE):
        return area.tiers().get(AreaKind.SUBDISTRICT, area)


def areas_in_reach() -> list[Area]:
    """Sub-districts, communities and grids of the scope, in the order of the tree."""
    kinds = (AreaKind.SUBDISTRICT, AreaKind.COMMUNITY, AreaKind.GRID)
    found = Area.objects.filter(kind__in=kinds, retired_on__isnull=True)
    return list(found.defer("outline").order_by("path"))
