"""Everything that the wall shows of one area at one instant, ready for the template."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from shangju.cockpit import flow, queries
from shangju.cockpit.links import Links
from shangju.cockpit.queries import Days, OpenCases
from shangju.cockpit.tally import KEPT_APART, Tally
from shangju.core.templatetags.ui import LIGHTS as LOOKS
from shangju.parties.models import Party

TOP_CATEGORIES = 11
PLACES = 5
FEWEST = 3
"""Fewer cases than this at a place, or of a category, are not named on a wall (cases.md §7)."""

STEPS = 5
"""How many colours the map has."""

KEEP_SECONDS = 60
"""How long what was received is kept: hours, categories and places change slowly and are looked at all day."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A number with its word and the address of its rows (or none)."""

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


def screen_of(area: Area, *, now: datetime, links: Links) -> dict[str, Any]:
    """The context of the template."""
    today = timezone.localdate(now)
    by_child = queries.open_cases_of(area, now=now)
    whole = sum(by_child.values(), OpenCases())
    parts, drawing = _parts(area, by_child, links)
    days, counted_at = _received(area, now=now)
    return {
        "area": area,
        "now": now,
        "steps": _steps(area, now=now, links=links),
        "lines": flow.lines_of(area, today=today),
        "whole": whole,
        "lights": _lights(whole, links),
        "parts": parts,
        "drawing": drawing,
        "legend": range(1, STEPS + 1),
        "supervision": _supervision(area, whole, now=now, links=links),
        "categories": shares_of(days.thirty),
        "hours": range(24),
        "week": list(zip(WEEKDAYS_ABBR.values(), days.ninety.week(), strict=True)),
        "places": places_of(days.thirty),
        "fewest": FEWEST,
        "days": days,
        "counted_at": counted_at,
        "first_of_thirty": today - timedelta(days=queries.PLACE_DAYS - 1),
    }


def _received(area: Area, *, now: datetime) -> tuple[Days, datetime]:
    """What was received, at most a minute old, with the instant of its count."""
    key = f"cockpit:received:{area.pk}:{timezone.localdate(now)}"
    kept: tuple[Days, datetime] | None = cache.get(key)
    if kept is None:
        kept = queries.received_in(area, today=timezone.localdate(now)), now
        cache.set(key, kept, KEEP_SECONDS)
    return kept


def _steps(area: Area, *, now: datetime, links: Links) -> list[Counted]:
    done = flow.today_in(area, today=timezone.localdate(now))
    return [
        Counted(pgettext("flow of the day", "Received"), done.received, links.worklist(state="all"), "inbox"),
        Counted(pgettext("flow of the day", "Accepted"), done.accepted, mark="check"),
        Counted(pgettext("flow of the day", "Dispatched"), done.dispatched, mark="send"),
        Counted(pgettext("flow of the day", "Resolved"), done.resolved, mark="check-circle"),
        Counted(pgettext("flow of the day", "Closed"), done.closed, mark="document"),
    ]


def _lights(whole: OpenCases, links: Links) -> list[Light]:
    return [
        Light(
            str(LOOKS[light][1]),
            getattr(whole, light),
            links.worklist(light=light),
            f"light-{light}",
            LOOKS[light][0],
        )
        for light in LIGHTS
    ]


def _parts(
    area: Area, by_child: dict[int | None, OpenCases], links: Links
) -> tuple[list[Part], Drawing | None]:
    children = queries.children_of(area)
    drawing = draw_outlines(area, children)
    shapes = {shape.area.pk: shape for shape in drawing.shapes} if drawing else {}
    most = max((by_child.get(child.pk, OpenCases()).open for child in children), default=0)
    parts = []
    for child in children:
        cases, name = by_child.get(child.pk, OpenCases()), short_name(str(child), str(area))
        step, shape = _step(cases.open, most), shapes.get(child.pk)
        parts.append(Part(child, name, cases, _closer(child, links), step, shape))
    return parts, drawing


def _closer(child: Area, links: Links) -> str:
    """A community has a screen of its own; a grid's cases are a list."""
    if child.kind == AreaKind.COMMUNITY:
        return reverse("cockpit:wall", args=[child.code])
    return Links(child, links.worklist_is_open, links.supervision_is_open).worklist()


def _step(number: int, most: int) -> int:
    """Which of the map's colours: 0 for none, else the share of the largest number."""
    return -(-STEPS * number // most) if number else 0


def _supervision(area: Area, whole: OpenCases, *, now: datetime, links: Links) -> list[Counted]:
    orders = queries.orders_of(area, today=timezone.localdate(now))
    return [
        Counted(_("Orders out"), orders.waiting, links.orders("waiting"), "document"),
        Counted(pgettext("order", "Reply overdue"), orders.late, links.orders("late"), "warning"),
        Counted(_("Climbed a tier"), whole.climbed, links.supervision("climbed"), "arrow-up"),
        Counted(_("Dissatisfied twice"), whole.dissatisfied, links.supervision("dissatisfied"), "history"),
    ]


def shares_of(tally: Tally) -> list[Share]:
    """The most frequent root categories with their share; what is rare or kept apart is one line at the end."""
    names = {branch.root.code: branch.root.name for branch in category_tree().branches}
    ranked = [(code, number) for code, number in tally.by_category.most_common() if code != KEPT_APART]
    shown = [(code, number) for code, number in ranked if number >= FEWEST][:TOP_CATEGORIES]
    rest = tally.total - sum(number for _code, number in shown)
    lines = [(names.get(code, code), number) for code, number in shown]
    if rest >= FEWEST:
        lines.append((pgettext("categories", "Others"), rest))
    whole = sum(number for _name, number in lines) or 1
    return [Share(name, number, 100 * number / whole) for name, number in lines]


def places_of(tally: Tally) -> list[Counted]:
    """The roads and members with the most cases, never one with fewer than ``FEWEST``."""
    members = {pk: number for pk, number in tally.by_party.items() if number >= FEWEST}
    named = Party.objects.filter(pk__in=[int(pk) for pk in members])
    found = [Counted(str(party), members[str(party.pk)], mark="shop") for party in named]
    found += [Counted(road, number, mark="map-pin") for road, number in _frequent(tally.by_road.items())]
    return sorted(found, key=lambda place: (-place.number, place.label))[:PLACES]


def _frequent(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(name, number) for name, number in counts if number >= FEWEST]
