"""Everything that the wall shows of one area at one instant, ready for the template."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shangju.areas.models import Area, AreaKind
from shangju.areas.outline_drawing import Drawing, DrawnArea, draw_outlines, short_name
from shangju.cases.queries import LIGHTS
from shangju.categories.queries import category_tree
from shangju.cockpit import queries
from shangju.cockpit.links import Links
from shangju.cockpit.queries import EndedToday, OpenCases
from shangju.cockpit.tally import KEPT_APART, ReceivedCounts
from shangju.core.templatetags.ui import LIGHTS as LOOKS
from shangju.measures.definitions import THREE_RATES, Figure, MeasureName, Settings
from shangju.measures.models import DayFlow
from shangju.measures.periods import Period
from shangju.measures.queries import Asked, figures_of, flows_of, hours_of_weekdays, read_to, settings_of

TOP_CATEGORIES = 11
PLACES = 5
LISTED = 10
FEWEST = 3
"""Fewer cases than this at a place, or of a category, are not named on a wall (cases.md §7)."""

STEPS = 5
"""How many colours the map has."""

LINE_DAYS = 14
HEAT_DAYS = 90
RATE_DAYS = 30
SHOWN_RATES = (MeasureName.CLOSED, *THREE_RATES)
PER_CENT = 100
KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Counted:
    """A number with its word, its icon and the address of its rows (or none)."""

    label: str
    number: int
    href: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Light:
    """How many open cases show a light; its word, shape and tone are those of every other page."""

    label: str
    number: int
    href: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Part:
    """A community or grid: its shape on the map, its open cases, the address that looks closer."""

    area: Area
    name: str
    cases: OpenCases
    href: str
    step: int
    shape: DrawnArea | None


@dataclass(frozen=True, slots=True)
class Share:
    """A category with its part of the whole, in per cent."""

    name: str
    number: int
    percent: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in per cent (none: nothing to count), or the score of the three; ``change`` in points, where comparable."""

    label: str
    value: Decimal | None
    figure: Figure | None
    change: Decimal | None
    href: str


def screen_of(area: Area, children: list[Area], *, now: datetime, links: Links) -> dict[str, Any]:
    """The context of the template."""
    today = timezone.localdate(now)
    by_child = queries.open_cases_of(area, now=now)
    whole = sum(by_child.values(), OpenCases())
    parts, drawing = _parts(area, children, by_child, links)
    flows = flows_of(area, Period(today - timedelta(days=HEAT_DAYS - 1), today))
    received, days = queries.received_in(area, today=today), queries.settled_days(today)
    return {
        "area": area,
        "now": now,
        "read_to": read_to() or now,
        "rates": rates_in(area, now=now, links=links),
        "rate_days": RATE_DAYS,
        "steps": _steps(area, whole, flows[-1], links=links, today=today),
        "lines": flows[-LINE_DAYS:],
        "whole": whole,
        "lights": _lights(whole, links),
        "parts": parts,
        "listed": listed_of(parts),
        "drawing": drawing,
        "legend": range(1, STEPS + 1),
        "supervision": _supervision(whole, links=links),
        "categories": shares_of(received),
        "places": places_of(received),
        "fewest": FEWEST,
        "first": days[0],
        "last": days[-1],
        "hours": range(24),
        "week": list(zip(WEEKDAYS_ABBR.values(), hours_of_weekdays(flows), strict=True)),
        "heat_from": flows[0].day,
    }


def rates_in(area: Area, *, now: datetime, links: Links) -> list[Rate]:
    """The rates of the last thirty days, compared with the thirty before where both are of enough cases."""
    today, settings = timezone.localdate(now), settings_of(area)
    period = Period(today - timedelta(days=RATE_DAYS - 1), today)
    current = figures_of(Asked(area, period, now), settings=settings, medians=False)
    before = figures_of(Asked(area, period.before(), now), settings=settings, medians=False)
    rates = [
        _rate(current.by_name[name], before.by_name[name], settings, links.rows_of(name, period))
        for name in SHOWN_RATES
    ]
    label = pgettext("measure", "Score of the three rates")
    return [*rates, Rate(label, current.score, None, _difference(current.score, before.score), "")]


def _rate(figure: Figure, before: Figure, settings: Settings, href: str) -> Rate:
    small = figure.is_small(settings.minimum) or before.is_small(settings.minimum)
    change = None if small else _difference(figure.percent, before.percent)
    return Rate(str(figure.measure.label), figure.percent, figure, change, href)


def _difference(value: Decimal | None, earlier: Decimal | None) -> Decimal | None:
    return None if value is None or earlier is None else value - earlier


def _steps(area: Area, whole: OpenCases, flow: DayFlow, *, links: Links, today: date) -> list[Counted]:
    ended = _ended(area, today)
    return [
        Counted(pgettext("flow of the day", "Received"), flow.received, mark="inbox"),
        Counted(pgettext("flow of the day", "Accepted"), whole.accepted + ended.accepted, mark="check"),
        Counted(pgettext("flow of the day", "Dispatched"), whole.dispatched + ended.dispatched, mark="send"),
        Counted(pgettext("flow of the day", "Resolved"), flow.resolved, mark="check-circle"),
        Counted(pgettext("flow of the day", "Closed"), ended.closed, mark="document"),
    ]


def _ended(area: Area, today: date) -> EndedToday:
    """Kept for a minute, like the figures beside it: it looks at a month of results."""
    key = f"cockpit:ended:{area.pk}:{today}"
    kept: EndedToday | None = cache.get(key)
    if kept is None:
        kept = queries.ended_today_in(area, today=today)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _lights(whole: OpenCases, links: Links) -> list[Light]:
    return [
        Light(
            label=str(LOOKS[light][1]),
            number=getattr(whole, light),
            href=links.worklist(light=light),
            icon=f"light-{light}",
            tone=LOOKS[light][0],
        )
        for light in LIGHTS
    ]


def _parts(
    area: Area, children: list[Area], by_child: dict[int | None, OpenCases], links: Links
) -> tuple[list[Part], Drawing | None]:
    drawing = draw_outlines(area, children)
    shapes = {shape.area.pk: shape for shape in drawing.shapes} if drawing else {}
    most = max((by_child.get(child.pk, OpenCases()).open for child in children), default=0)
    parts = []
    for child in children:
        cases, name = by_child.get(child.pk, OpenCases()), short_name(str(child), str(area))
        step, shape = _step(cases.open, most), shapes.get(child.pk)
        parts.append(Part(child, name, cases, _closer(child, links), step, shape))
    return parts, drawing


def listed_of(parts: list[Part]) -> list[Part]:
    """What the table beside the map has room for: all in their order, else those with the most open cases."""
    if len(parts) <= LISTED:
        return parts
    return sorted(parts, key=lambda part: -part.cases.open)[:LISTED]


def _closer(child: Area, links: Links) -> str:
    """A community has a screen of its own; a grid's cases are a list."""
    if child.kind == AreaKind.COMMUNITY:
        return reverse("cockpit:wall", args=[child.code])
    return Links(child, links.worklist_is_open, links.supervision_is_open).worklist()


def _step(number: int, most: int) -> int:
    """Which of the map's colours: 0 for none, else the share of the largest number."""
    return -(-STEPS * number // most) if number else 0


def _supervision(whole: OpenCases, *, links: Links) -> list[Counted]:
    return [
        Counted(_("Orders out"), whole.orders, links.orders("waiting")),
        Counted(pgettext("order", "Reply overdue"), whole.late, links.supervision("unanswered")),
        Counted(_("Climbed a tier"), whole.climbed, links.supervision("climbed")),
        Counted(_("Dissatisfied twice"), whole.dissatisfied, links.supervision("dissatisfied")),
    ]


def shares_of(counts: ReceivedCounts) -> list[Share]:
    """The most frequent root categories with their share; what is rare or kept apart is one line at the end."""
    names = {branch.root.code: branch.root.name for branch in category_tree().branches}
    ranked = [(code, number) for code, number in counts.by_category.most_common() if code != KEPT_APART]
    shown = [(code, number) for code, number in ranked if number >= FEWEST][:TOP_CATEGORIES]
    rest = counts.total - sum(number for _code, number in shown)
    lines = [(names.get(code, code), number) for code, number in shown]
    if rest >= FEWEST:
        lines.append((pgettext("categories", "Others"), rest))
    whole = sum(number for _name, number in lines) or 1
    return [Share(name, number, PER_CENT * number / whole) for name, number in lines]


def places_of(counts: ReceivedCounts) -> list[Counted]:
    """The roads and members with the most cases, never one with fewer than ``FEWEST``."""
    found = [Counted(name, number, mark="shop") for name, number in _frequent(counts.by_member.items())]
    found += [Counted(road, number, mark="map-pin") for road, number in _frequent(counts.by_road.items())]
    return sorted(found, key=lambda place: (-place.number, place.label))[:PLACES]


def _frequent(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(name, number) for name, number in counts if number >= FEWEST]
