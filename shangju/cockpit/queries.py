"""What the screen shows, read from index ranges of open cases and of today, and from stored days."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone

from shangju.areas.models import Area, AreaKind
from shangju.cases.models import Case, SupervisionOrder
from shangju.cases.queries import LIGHTS, light_condition
from shangju.cases.rules import within
from shangju.cases.safe_summary import SHARED_MATTERS, road_names, road_of
from shangju.cases.workflow import DISSATISFIED_TO_CLIMB
from shangju.categories.queries import category_tree
from shangju.cockpit.models import ReceivedDay
from shangju.cockpit.tally import KEPT_APART, Received, Tally, merged, tally_of
from shangju.core.scoping import EverywhereReason, everywhere

CHILD_COLUMN = {AreaKind.SUBDISTRICT: "community_id", AreaKind.COMMUNITY: "grid_id"}
"""By what the cases of an area are told apart on its map."""

HEAT_DAYS = 90
PLACE_DAYS = 30
CATEGORY_DAYS = 30
LIVE_DAYS = 2
"""Today and yesterday are counted when somebody looks; a day before that is stored, with the area it was sorted into."""


def midnight(day: date) -> datetime:
    """The instant at which ``day`` begins here."""
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, slots=True)
class OpenCases:
    """The open cases of an area now, by light, and what asks for supervision among them.

    ``overdue`` is red and purple together; what no clock runs for (paused) has no light.
    """

    open: int = 0
    green: int = 0
    yellow: int = 0
    orange: int = 0
    red: int = 0
    purple: int = 0
    climbed: int = 0
    dissatisfied: int = 0

    @property
    def overdue(self) -> int:
        """Those whose due instant has passed."""
        return self.red + self.purple

    def __add__(self, other: "OpenCases") -> "OpenCases":
        return OpenCases(
            **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        )


def open_cases_of(area: Area, *, now: datetime) -> dict[int | None, OpenCases]:
    """The open cases of ``area`` by community or grid (``None``: in none of them); one index range of what is open."""
    lights = {light: Count("pk", filter=light_condition(light, now=now)) for light in LIGHTS}
    rows: Any = (
        Case.objects.filter(within(area.scoped), is_open=True)
        .order_by()
        .values(child=F(CHILD_COLUMN[AreaKind(area.kind)]))
        .annotate(
            open=Count("pk"),
            climbed=Count("pk", filter=~Q(tier="")),
            dissatisfied=Count("pk", filter=Q(dissatisfaction_count__gte=DISSATISFIED_TO_CLIMB)),
            **lights,
        )
    )
    return {row.pop("child"): OpenCases(**row) for row in rows}


@dataclass(frozen=True, slots=True)
class Orders:
    """Supervision orders without a reply, and how many of them are past their day."""

    waiting: int
    late: int


def orders_of(area: Area, *, today: date) -> Orders:
    """The orders of ``area`` that wait for a reply."""
    waiting = SupervisionOrder.objects.filter(
        replied_at__isnull=True, case__in=Case.objects.filter(within(area.scoped))
    )
    return Orders(**waiting.aggregate(waiting=Count("pk"), late=Count("pk", filter=Q(reply_by__lt=today))))


@dataclass(frozen=True, slots=True)
class WallNames:
    """What may be named on a wall: roads of the gazetteer by their one spelling, root categories by their leaves' ids."""

    roads: Mapping[str, str]
    roots: Mapping[int, str]


def wall_names(area: Area) -> WallNames:
    """The roads in ``area``, and the root of every category that is not about helped persons, minors or discipline."""
    return WallNames(
        road_names([area]),
        {
            category.pk: (category.parent or category).code
            for category in category_tree().by_code.values()
            if not (category.privacy_wall or category.sealed or category.concerns_minors)
        },
    )


def received_rows(
    area: Area, first: date, last: date, *, names: WallNames
) -> dict[int | None, list[Received]]:
    """The cases registered in ``area`` from ``first`` to ``last``, by community (``None``: in none).

    Both days belong to it. What strangers may not read of has no place, and no category where that is walled.
    """
    found = (
        Case.objects.filter(
            within(area.scoped),
            registered_at__gte=midnight(first),
            registered_at__lt=midnight(last + timedelta(days=1)),
        )
        .order_by()
        .values_list(
            "community_id",
            "received_at",
            "category_id",
            "place_party_id",
            "place_note",
            "request_type",
            "is_confidential",
            "concerns_minor",
        )
    )
    known: dict[str, str] = {}
    by_community: dict[int | None, list[Received]] = defaultdict(list)
    for community, received_at, category, party, note, request_type, confidential, minor in found:
        root = names.roots.get(category, KEPT_APART)
        shown = not (confidential or minor) and request_type in SHARED_MATTERS and (root or category is None)
        if shown and note not in known:
            known[note] = road_of(note, names.roads)
        by_community[community].append(
            Received(received_at, root, known[note] if shown else "", party if shown else None)
        )
    return by_community


def days_missing(subdistrict: Area, *, today: date) -> list[date]:
    """The days of the last ninety that are over and not stored yet."""
    last = today - timedelta(days=LIVE_DAYS)
    first = today - timedelta(days=HEAT_DAYS)
    stored = set(
        ReceivedDay.objects.filter(area=subdistrict, day__gte=first, day__lte=last).values_list(
            "day", flat=True
        )
    )
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if day not in stored]


@dataclass(frozen=True, slots=True)
class Days:
    """What was received in the last ninety days and in the last thirty; ``stored`` says how many days were counted."""

    ninety: Tally
    thirty: Tally
    first: date
    counted: int


def received_in(area: Area, *, today: date) -> Days:
    """The stored days of ``area`` together with today and yesterday."""
    first = today - timedelta(days=HEAT_DAYS)
    live_from = today - timedelta(days=LIVE_DAYS - 1)
    live = tally_of(
        row for rows in received_rows(area, live_from, today, names=wall_names(area)).values() for row in rows
    )
    stored = list(
        ReceivedDay.objects.filter(area=area, day__gte=first, day__lt=live_from).values(
            "day", "by_hour", "by_category", "by_road", "by_party"
        )
    )
    recent = [row for row in stored if row["day"] > today - timedelta(days=PLACE_DAYS)]
    return Days(merged(stored, live), merged(recent, live), first, len(stored) + LIVE_DAYS)


def children_of(area: Area) -> list[Area]:
    """The communities of a sub-district or the grids of a community, in force, with their outlines."""
    kind = AreaKind.COMMUNITY if area.kind == AreaKind.SUBDISTRICT else AreaKind.GRID
    with everywhere(EverywhereReason.STRUCTURE):
        return list(Area.objects.filter(parent=area, kind=kind, retired_on__isnull=True).order_by("path"))
