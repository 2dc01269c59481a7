"""Reads of the board: the public page by keyset, what waits for a second look, what is public of one case."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from shangju.areas.models import Area, AreaKind
from shangju.board.models import Publication, Stage
from shangju.board.rules import listed_for
from shangju.cases.models import Case
from shangju.cases.queries import read_cursor, write_cursor
from shangju.cases.walls import found_by
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.rights import Standing

PAGE = 20
LISTED = 100


@dataclass(frozen=True, slots=True)
class BoardFilters:
    """What the public page is narrowed to: codes of a community and a root category, and whether of this month."""

    community: str = ""
    category: str = ""
    this_month: bool = False


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One page and, where there are more rows, the cursor of the next."""

    items: list[Publication]
    next_cursor: str | None


def public_page(filters: BoardFilters, *, cursor: str | None, now: datetime) -> BoardPage:
    """What is on the board, the latest first; an unknown filter gives none, an unreadable cursor the first page."""
    with everywhere(EverywhereReason.PUBLIC_BOARD):
        rows = _with_names(Publication.objects.filter(_narrowed(filters, now), stage=Stage.PUBLISHED))
        rows = rows.order_by("-published_at", "-pk")
        if after := read_cursor(cursor):
            behind = Q(published_at__lt=after[0]) | Q(pk__lt=after[1])
            rows = rows.filter(behind, published_at__lte=after[0])
        items = list(rows[: PAGE + 1])
    more, items = len(items) > PAGE, items[:PAGE]
    last = items[-1] if more else None
    return BoardPage(items, write_cursor(last.published_at, last.pk) if last and last.published_at else None)


def _narrowed(filters: BoardFilters, now: datetime) -> Q:
    wanted = Q()
    if filters.community:
        wanted &= Q(community__code=filters.community)
    if filters.category:
        wanted &= Q(category__code=filters.category) | Q(category__parent__code=filters.category)
    if filters.this_month:
        today = timezone.localdate(now)
        wanted &= Q(ended_on__gte=today.replace(day=1), ended_on__lte=today)
    return wanted


def _with_names(rows: QuerySet[Publication]) -> QuerySet[Publication]:
    related = rows.select_related("category", "category__parent", "community", "subdistrict")
    return related.defer("community__outline", "subdistrict__outline")


def communities() -> list[Area]:
    """Every community in force, for the filter of the public page."""
    with everywhere(EverywhereReason.STRUCTURE):
        rows = Area.objects.filter(kind=AreaKind.COMMUNITY, retired_on__isnull=True)
        return list(rows.defer("outline").order_by("path"))


def for_second_look(standing: Standing) -> list[Publication]:
    """What is proposed in the reader's areas, the oldest first."""
    rows = Publication.objects.filter(listed_for(standing), stage=Stage.PROPOSED)
    return _outside_the_wall(standing, _for_desk(rows).order_by("proposed_at", "pk"))


def on_the_board(standing: Standing) -> list[Publication]:
    """What is on the board from the reader's areas, the latest first."""
    rows = Publication.objects.filter(listed_for(standing), stage=Stage.PUBLISHED)
    return _outside_the_wall(standing, _for_desk(rows).order_by("-published_at", "-pk"))


def _outside_the_wall(standing: Standing, rows: QuerySet[Publication]) -> list[Publication]:
    """The rows that ``listed_for`` gave: their cases need not be asked once more."""
    found = list(rows[:LISTED])
    for publication in found:
        found_by(standing, publication.case)
    return found


def _for_desk(rows: QuerySet[Publication]) -> QuerySet[Publication]:
    return (
        _with_names(rows)
        .select_related("case")
        .defer("case__text", "case__tracking_code", "community__outline", "subdistrict__outline")
    )


def publication_of(case: Case) -> Publication | None:
    """The latest publication of a case that the reader may open; one query."""
    return Publication.objects.filter(case=case).order_by("-pk").first()


def public_result(case_id: int) -> Publication | None:
    """What everybody may read of the case's result, for who said "me too"."""
    with everywhere(EverywhereReason.PUBLIC_BOARD):
        return Publication.objects.filter(case_id=case_id, stage=Stage.PUBLISHED).first()


def results_in(subdistrict: Area, first: date, last: date, *, at_most: int) -> list[Publication]:
    """What is on the board of a sub-district with a result from ``first`` to ``last``, the latest first."""
    with everywhere(EverywhereReason.PUBLIC_BOARD):
        rows = Publication.objects.filter(
            subdistrict=subdistrict, stage=Stage.PUBLISHED, ended_on__gte=first, ended_on__lte=last
        )
        return list(_with_names(rows).order_by("-ended_on", "-pk")[:at_most])
