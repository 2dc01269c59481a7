"""The figures for everybody: of a sub-district, its communities and its categories, small numbers withheld."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.db.models import Count

from shangju.areas.models import Area, AreaKind
from shangju.categories.queries import category_tree
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.definitions import Figure, MeasureName
from shangju.measures.models import Dimension
from shangju.measures.periods import Period, month_of
from shangju.measures.queries import Asked, Figures, figures_by, figures_of, minimum_of, rounds_in, rounds_of
from shangju.measures.withholding import withheld

SHOWN: tuple[MeasureName, ...] = (
    MeasureName.CLOSED,
    MeasureName.CONTACTED,
    MeasureName.SOLVED,
    MeasureName.SATISFIED,
)
SHOWN_FROM = 5
"""Fewer than so many are never shown to everybody, however few a sub-district compares inside the house."""

MINUTES_A_DAY = 24 * 60
KEPT_APART = ""
"""The key of what is in no line of its own: outside all communities, of a category that is not named."""

RECEIVED, RESOLVED, MEDIAN = "received", "resolved", "median"
"""Columns beside the rates."""


@dataclass(frozen=True, slots=True)
class Line:
    """What everybody may read of an area. ``None`` or a rate that is not there: withheld. ``key`` is the area's code.

    A rate of nothing has a figure without a share; the median is ``None`` where there was no result, too.
    """

    key: str
    label: str
    received: int | None
    resolved: int | None
    rates: Mapping[MeasureName, Figure]
    median_days: float | None


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """How many results there were in a root category, and the median of the days that they took."""

    key: str
    label: str
    results: int
    median_days: float


@dataclass(frozen=True, slots=True)
class OpenFigures:
    """Everything of one sub-district: a month, the whole month before, the parts of the month."""

    area: Area
    period: Period
    whole: Line
    before: Line
    communities: list[Line]
    categories: list[CategoryLine]
    minimum: int
    made_at: datetime


def open_subdistricts() -> list[Area]:
    """The sub-districts in force, whose figures are for everybody."""
    with everywhere(EverywhereReason.STRUCTURE):
        rows = Area.objects.filter(kind=AreaKind.SUBDISTRICT, retired_on__isnull=True)
        return list(rows.defer("outline").order_by("path"))


def open_period(today: date) -> Period:
    """The month up to yesterday, so that a figure stays the same all day; on its first day the month before."""
    yesterday = today - timedelta(days=1)
    return Period(yesterday.replace(day=1), yesterday)


def open_figures(subdistrict: Area, *, today: date, now: datetime) -> OpenFigures:
    """The figures of the month so far beside the whole month before."""
    period = open_period(today)
    with everywhere(EverywhereReason.PUBLIC_FIGURES):
        minimum = max(SHOWN_FROM, minimum_of(subdistrict))
        asked = Asked(subdistrict, period, now)
        earlier = Asked(subdistrict, month_of(period.first - timedelta(days=1)), now)
        return OpenFigures(
            area=subdistrict,
            period=period,
            whole=_whole(asked, minimum),
            before=_whole(earlier, minimum),
            communities=_communities(asked, minimum),
            categories=_categories(asked, minimum),
            minimum=minimum,
            made_at=now,
        )


Numbers = dict[str, int]
"""What is published of an area or what a published rate or median is made of, by the name of its column."""


def _numbers(figures: Figures | None, flow: Mapping[str, int]) -> Numbers:
    rates = {str(name): figures.by_name[name].denominator if figures else 0 for name in SHOWN}
    return {**flow, **rates, MEDIAN: figures.handled if figures else 0}


def _flows(asked: Asked) -> dict[int | None, dict[str, int]]:
    """What was received and what had a result, by id of the community (none: in no community); zeros where nothing was."""
    rounds = rounds_of(asked.area).order_by().values_list("community")
    days = (asked.period.first, asked.period.last)
    columns = {
        RECEIVED: rounds.filter(begun_on__range=days, number=0),
        RESOLVED: rounds.filter(ended_on__range=days, is_aside=False),
    }
    found: dict[int | None, dict[str, int]] = defaultdict(lambda: dict.fromkeys(columns, 0))
    for column, counted in columns.items():
        for community, count in counted.annotate(count=Count("*")):
            found[community][column] = count
    return found


def _together(flows: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total = {RECEIVED: 0, RESOLVED: 0}
    for flow in flows:
        total = {column: count + flow[column] for column, count in total.items()}
    return total


def _line(area: Area, figures: Figures | None, numbers: Numbers, hidden: Collection[str]) -> Line:
    """One area, without the columns that are withheld of it."""
    minutes = figures.median_minutes if figures and MEDIAN not in hidden else None
    return Line(
        key=area.code,
        label=str(area),
        received=None if RECEIVED in hidden else numbers[RECEIVED],
        resolved=None if RESOLVED in hidden else numbers[RESOLVED],
        rates={name: _rate(name, figures) for name in SHOWN if name not in hidden},
        median_days=None if minutes is None else minutes / MINUTES_A_DAY,
    )


def _rate(name: MeasureName, figures: Figures | None) -> Figure:
    return figures.by_name[name] if figures else Figure(name, 0, 0, 0)


def _whole(asked: Asked, minimum: int) -> Line:
    figures = figures_of(asked)
    numbers = _numbers(figures, _together(_flows(asked).values()))
    return _line(
        asked.area, figures, numbers, [name for name, number in numbers.items() if 0 < number < minimum]
    )


def _communities(asked: Asked, minimum: int) -> list[Line]:
    """The communities, each without what may not be shown of it beside the totals."""
    with everywhere(EverywhereReason.STRUCTURE):
        rows = Area.objects.filter(parent=asked.area, kind=AreaKind.COMMUNITY, retired_on__isnull=True)
        areas = {str(area.pk): area for area in rows.defer("outline").order_by("path")}
    flows = _flows(asked)
    by_key = {each.key: each for each in figures_by(asked, Dimension.AREA)}
    numbers = {key: _numbers(by_key.get(key), flows[area.pk]) for key, area in areas.items()}
    elsewhere = [_numbers(each, {}) for key, each in by_key.items() if key not in areas]
    total = _together(flows.values())
    rest = {name: total[name] - sum(each[name] for each in numbers.values()) for name in total}
    hidden: dict[str, set[str]] = defaultdict(set)
    for column in (RECEIVED, RESOLVED, *map(str, SHOWN), MEDIAN):
        apart = rest[column] if column in rest else sum(each[column] for each in elsewhere)
        parts = {KEPT_APART: apart, **{key: each[column] for key, each in numbers.items()}}
        for key in withheld(parts, minimum=minimum, always=[KEPT_APART]):
            hidden[key].add(column)
    return [_line(area, by_key.get(key), numbers[key], hidden[key]) for key, area in areas.items()]


def _categories(asked: Asked, minimum: int) -> list[CategoryLine]:
    """Root categories with enough results; those about helped persons, minors or discipline never."""
    tree = category_tree()
    roots = {
        each.pk: (each.parent or each).code
        for each in tree.by_code.values()
        if not (each.privacy_wall or each.sealed or each.concerns_minors)
    }
    minutes: dict[str, list[int]] = defaultdict(list)
    handled = rounds_in(asked).filter(minutes__isnull=False)
    for category, taken in handled.values_list("category_id", "minutes"):
        minutes[roots.get(category, KEPT_APART)].append(taken or 0)
    parts = {root: len(taken) for root, taken in minutes.items()}
    hidden = withheld(parts, minimum=minimum, always=[KEPT_APART])
    return [
        CategoryLine(root.code, root.name, parts[root.code], median(minutes[root.code]) / MINUTES_A_DAY)
        for root in (branch.root for branch in tree.branches)
        if root.code in parts and root.code not in hidden
    ]
