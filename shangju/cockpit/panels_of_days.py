"""The panels that show what happened: flow of the day, rates, categories, hours, places."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import pgettext

from shangju.areas.models import Area
from shangju.categories.queries import category_tree
from shangju.cockpit import queries
from shangju.cockpit.links import Links
from shangju.cockpit.queries import EndedToday
from shangju.cockpit.rows import Shown
from shangju.cockpit.tally import FEWEST, KEPT_APART, ReceivedCounts, named_categories
from shangju.cockpit.wall import Counted, Wall
from shangju.measures.definitions import THREE_RATES, Figure, MeasureName, Part, Settings
from shangju.measures.models import DayFlow
from shangju.measures.periods import Period
from shangju.measures.queries import Asked, figures_of, hours_of_weekdays, read_to, settings_of

PLACES = 5
LATE_AFTER = timedelta(minutes=10)
"""Figures that the worker has not brought up to date for so long say so."""

LINE_DAYS = 14
RATE_DAYS = 30
SHOWN_RATES = (MeasureName.CLOSED, *THREE_RATES)
PER_CENT = 100
KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table that a chart is drawn from: what it is about, and its numbers."""

    name: str
    numbers: list[Counted]


@dataclass(frozen=True, slots=True)
class Share:
    """A category with its part of the whole, in per cent; ``code`` is empty for all that are not named."""

    name: str
    code: str
    number: int
    percent: float
    href: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in per cent (none: nothing to count), or the score of the three; ``change`` in points, where comparable.

    ``href`` leads to all that count in it, ``counted_href`` to those that were counted.
    """

    label: str
    value: Decimal | None
    figure: Figure | None
    change: Decimal | None
    href: str
    counted_href: str = ""


def today(wall: Wall) -> dict[str, Any]:
    """What came in and went on since midnight, and in the last two weeks."""
    read = read_to()
    return {
        "read_to": read or wall.now,
        "is_late": read is not None and wall.now - read > LATE_AFTER,
        "steps": _steps(wall),
        "lines": _lines(wall.flows[-LINE_DAYS:], wall.links),
    }


def rates(wall: Wall) -> dict[str, Any]:
    """The rates and their score."""
    return {"rates": rates_in(wall.area, now=wall.now, links=wall.links), "rate_days": RATE_DAYS}


def categories(wall: Wall) -> dict[str, Any]:
    """What was registered, by category."""
    shares = [_with_rows(share, wall.links, wall.settled) for share in shares_of(wall.received)]
    return {"categories": shares, "settled": wall.settled}


def hours(wall: Wall) -> dict[str, Any]:
    """When people report."""
    return {"hours": range(24), "week": _week(wall.flows, wall.links), "since": wall.flows[0].day}


def places(wall: Wall) -> dict[str, Any]:
    """Where much is reported."""
    found = places_of(wall.received, links=wall.links, period=wall.settled)
    return {"places": found, "settled": wall.settled, "fewest": FEWEST}


def _steps(wall: Wall) -> list[Counted]:
    whole, flow, today = wall.whole, wall.flows[-1], wall.today
    ended = _ended(wall.area, today)
    steps = (
        (Shown.RECEIVED, flow.received, "inbox"),
        (Shown.ACCEPTED, whole.accepted + ended.accepted, "check"),
        (Shown.DISPATCHED, whole.dispatched + ended.dispatched, "send"),
        (Shown.RESOLVED, flow.resolved, "check-circle"),
        (Shown.CLOSED, ended.closed, "document"),
    )
    return [
        Counted(str(figure.label), number, wall.links.rows(number, figure, today, today), mark)
        for figure, number, mark in steps
    ]


def _ended(area: Area, today: date) -> EndedToday:
    """Kept for a minute, like the figures beside it: it looks at a month of results."""
    key = f"cockpit:ended:{area.pk}:{today}"
    kept: EndedToday | None = cache.get(key)
    if kept is None:
        kept = queries.ended_today_in(area, today=today)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _lines(flows: list[DayFlow], links: Links) -> list[Row]:
    """What came, was resolved and came again on each day, as the lines are drawn."""
    figures = {Shown.RECEIVED: "received", Shown.RESOLVED: "resolved", Shown.REOPENED: "reopened"}
    return [
        Row(
            date_format(flow.day, "n-j"),
            [
                Counted("", number, links.rows(number, figure, flow.day, flow.day))
                for figure, column in figures.items()
                for number in [getattr(flow, column)]
            ],
        )
        for flow in flows
    ]


def _week(flows: list[DayFlow], links: Links) -> list[Row]:
    """What was received by day of the week and hour."""
    first, last = flows[0].day, flows[-1].day
    return [
        Row(
            str(name),
            [
                Counted(
                    "",
                    number,
                    links.rows(number, Shown.RECEIVED, first, last, weekday=weekday, hour=hour),
                )
                for hour, number in enumerate(numbers)
            ],
        )
        for weekday, (name, numbers) in enumerate(
            zip(WEEKDAYS_ABBR.values(), hours_of_weekdays(flows), strict=True)
        )
    ]


def rates_in(area: Area, *, now: datetime, links: Links) -> list[Rate]:
    """The rates of the last thirty days, compared with the thirty before where both are of enough cases."""
    today, settings = timezone.localdate(now), settings_of(area)
    period = Period(today - timedelta(days=RATE_DAYS - 1), today)
    current = figures_of(Asked(area, period, now), settings=settings, medians=False)
    before = figures_of(Asked(area, period.before(), now), settings=settings, medians=False)
    rates = [
        _rate(current.by_name[name], before.by_name[name], settings, partial(links.rate, name, period))
        for name in SHOWN_RATES
    ]
    label = pgettext("measure", "Overall score")
    score = Rate(label, current.score, None, _difference(current.score, before.score), links.measures(period))
    return [*rates, score]


def _rate(figure: Figure, before: Figure, settings: Settings, rows: Callable[[Part], str]) -> Rate:
    small = figure.is_small(settings.minimum) or before.is_small(settings.minimum)
    change = None if small else _difference(figure.percent, before.percent)
    everything = rows(Part.DENOMINATOR) if figure.denominator else ""
    counted = rows(Part.NUMERATOR) if figure.numerator else ""
    return Rate(str(figure.measure.label), figure.percent, figure, change, everything, counted)


def _difference(value: Decimal | None, earlier: Decimal | None) -> Decimal | None:
    return None if value is None or earlier is None else value - earlier


def shares_of(counts: ReceivedCounts) -> list[Share]:
    """The most frequent root categories with their share; what is rare or kept apart is one line at the end."""
    names = {branch.root.code: branch.root.name for branch in category_tree().branches}
    shown = named_categories(counts)
    rest = counts.total - sum(number for _code, number in shown)
    lines = [(names.get(code, code), code, number) for code, number in shown]
    if rest >= FEWEST:
        lines.append((pgettext("categories", "Others"), KEPT_APART, rest))
    whole = sum(number for _name, _code, number in lines) or 1
    return [Share(name, code, number, PER_CENT * number / whole) for name, code, number in lines]


def _with_rows(share: Share, links: Links, days: Period) -> Share:
    return replace(
        share, href=links.rows(share.number, Shown.CATEGORY, days.first, days.last, key=share.code)
    )


def places_of(counts: ReceivedCounts, *, links: Links, period: Period) -> list[Counted]:
    """The roads and members with the most cases, never one with fewer than ``FEWEST``."""
    places = (
        (Shown.MEMBER, counts.by_member, "shop"),
        (Shown.ROAD, counts.by_road, "map-pin"),
    )
    found = [
        Counted(name, number, links.rows(number, figure, period.first, period.last, key=name), mark)
        for figure, by_name, mark in places
        for name, number in by_name.items()
        if number >= FEWEST
    ]
    return sorted(found, key=lambda place: (-place.number, place.label))[:PLACES]
