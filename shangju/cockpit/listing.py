"""The list behind a figure of the wall, for a reader: what they may open, the latest first, and how many there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shangju.cases.models import Case
from shangju.cases.queries import read_cursor, write_cursor
from shangju.cases.rules import visible_to
from shangju.categories.queries import category_tree
from shangju.cockpit.rows import ROUNDS, AskedRows, Shown, cases_behind, moment_of, rounds_behind
from shangju.cockpit.tally import KEPT_APART
from shangju.posts.rights import Standing

ROWS = 50


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A case with the instant by which it is counted; ``number`` is that of its round, 0 for the first."""

    case: Case
    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class RowsPage:
    """Some rows, how many there are behind the figure, and how many of them are not open to the reader."""

    rows: list[ListedRow]
    total: int
    kept_back: int
    next_cursor: str


def rows_for(standing: Standing, asked: AskedRows, *, cursor: str | None) -> RowsPage:
    """One page of the rows that ``standing`` may open."""
    moment, is_rounds = moment_of(asked.figure), asked.figure in ROUNDS
    behind: Any = rounds_behind(asked) if is_rounds else cases_behind(asked)
    seen = Case.objects.filter(visible_to(standing))
    open_to_reader = behind.filter(case__in=seen.values("pk")) if is_rounds else behind & seen
    listed = open_to_reader
    if after := read_cursor(cursor):
        listed = listed.filter(Q(**{f"{moment}__lt": after[0]}) | Q(**{moment: after[0]}, pk__lt=after[1]))
    found = list(_with_case(listed, "case__" if is_rounds else "").order_by(f"-{moment}", "-pk")[: ROWS + 1])
    last = found[ROWS - 1] if len(found) > ROWS else None
    total = behind.count()
    return RowsPage(
        rows=list(_told_rows(found[:ROWS], moment, is_rounds=is_rounds)),
        total=total,
        kept_back=total - open_to_reader.count(),
        next_cursor=write_cursor(getattr(last, moment), last.pk) if last else "",
    )


def _with_case(rows: Any, prefix: str) -> Any:
    related = [f"{prefix}{name}" for name in ("area", "category", "handler_post", "handler_party")]
    long = [f"{prefix}{name}" for name in ("text", "party_summary", "area__outline")]
    return rows.select_related(*related).defer(*long)


def _told_rows(found: Iterable[Any], moment: str, *, is_rounds: bool) -> Iterable[ListedRow]:
    for row in found:
        yield ListedRow(row.case if is_rounds else row, getattr(row, moment), row.number if is_rounds else 0)


def told(asked: AskedRows) -> list[str]:
    """What the figure is narrowed to besides its days, in words."""
    words = []
    if asked.weekday is not None:
        words.append(str(WEEKDAYS[asked.weekday]))
    if asked.hour is not None:
        words.append(_("%(hour)s:00 to %(hour)s:59") % {"hour": asked.hour})
    if asked.figure == Shown.CATEGORY:
        names = {branch.root.code: str(branch.root) for branch in category_tree().branches}
        words.append(
            names.get(asked.key, asked.key) if asked.key != KEPT_APART else pgettext("categories", "Others")
        )
    elif asked.figure in {Shown.ROAD, Shown.MEMBER}:
        words.append(asked.key)
    return words
