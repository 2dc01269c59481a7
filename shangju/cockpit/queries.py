"""What the screen shows, read from the index ranges of open cases and from days that are stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from shangju.areas.models import Area, AreaKind
from shangju.cases.models import Case, SupervisionOrder
from shangju.cases.queries import LIGHTS, light_condition
from shangju.cases.rules import within
from shangju.cases.safe_summary import SHARED_MATTERS, road_names, road_of
from shangju.cases.workflow import DISSATISFIED_TO_CLIMB
from shangju.categories.queries import category_tree
from shangju.cockpit.models import ReceivedDay
from shangju.cockpit.tally import KEPT_APART, Received, ReceivedCounts, together
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.models import Round
from shangju.measures.periods import day_of
from shangju.measures.queries import rounds_of

CHILD_KIND = {AreaKind.SUBDISTRICT: AreaKind.COMMUNITY, AreaKind.COMMUNITY: AreaKind.GRID}
"""The areas that have a screen, and what is told apart on their maps."""

PLACE_DAYS = 30
SETTLED_AFTER = timedelta(days=2)
"""A day is counted when the day after it is over, too: by then its cases have their categories."""

COUNTED_FOR = timedelta(hours=1)
"""So long what was counted of a day counts."""

CALLED_BACK_WITHIN = timedelta(days=30)
"""So far back are results looked at for what was closed today: a reporter is asked within seven days. Who was called later
still than this is missing in the figure and in its rows alike: an index of closings would cost every case of twenty million.
"""


def midnight(day: date) -> datetime:
    """The instant at which ``day`` begins here."""
    return timezone.make_aware(datetime.combine(day, time.min))


def area_with_children(**named: Any) -> tuple[Area, list[Area]] | None:
    """A sub-district with its communities or a community with its grids, all in force; none where there is none.

    ``named`` is its ``code`` or ``pk``.
    """
    ((name, value),) = named.items()
    with everywhere(EverywhereReason.STRUCTURE):
        found = list(
            Area.objects.filter(Q(**named) | Q(**{f"parent__{name}": value}), retired_on__isnull=True)
            .select_related("parent")
            .defer("parent__outline")
            .order_by("path")
        )
    area = next((one for one in found if getattr(one, name) == value and one.kind in CHILD_KIND), None)
    if area is None:
        return None
    return area, [one for one in found if one.kind == CHILD_KIND[AreaKind(area.kind)]]


@dataclass(frozen=True, slots=True)
class OpenCases:
    """The open cases of an area now, by light, with what asks for supervision and what was done to them today.

    What no clock runs for (a pause) has no light. ``orders`` are those without a reply, ``late`` the cases with one whose
    day has passed.
    """

    open: int = 0
    green: int = 0
    yellow: int = 0
    orange: int = 0
    red: int = 0
    purple: int = 0
    climbed: int = 0
    dissatisfied: int = 0
    orders: int = 0
    late: int = 0
    accepted: int = 0
    dispatched: int = 0

    @property
    def overdue(self) -> int:
        """Those whose due instant has passed."""
        return self.red + self.purple

    def __add__(self, other: "OpenCases") -> "OpenCases":
        names = [one.name for one in fields(self)]
        return OpenCases(**{name: getattr(self, name) + getattr(other, name) for name in names})


def open_cases_of(area: Area, *, now: datetime) -> dict[int | None, OpenCases]:
    """The open cases of ``area`` by community or grid (``None``: in none of them); one index range of what is open."""
    today = timezone.localdate(now)
    late = SupervisionOrder.objects.filter(case=OuterRef("pk"), replied_at__isnull=True, reply_by__lt=today)
    rows: Any = (
        Case.objects.filter(within(area.scoped), is_open=True)
        .order_by()
        .values(child=F(f"{CHILD_KIND[AreaKind(area.kind)]}_id"))
        .annotate(
            open=Count("pk"),
            climbed=Count("pk", filter=~Q(tier="")),
            dissatisfied=Count("pk", filter=Q(dissatisfaction_count__gte=DISSATISFIED_TO_CLIMB)),
            orders=Sum("open_orders"),
            late=Count("pk", filter=Q(Exists(late), open_orders__gt=0)),
            accepted=Count("pk", filter=Q(accepted_at__gte=midnight(today))),
            dispatched=Count("pk", filter=Q(dispatched_at__gte=midnight(today))),
            **{light: Count("pk", filter=light_condition(light, now=now)) for light in LIGHTS},
        )
    )
    return {row.pop("child"): OpenCases(**row) for row in rows}


@dataclass(frozen=True, slots=True)
class EndedToday:
    """What was closed today, and what was accepted and dispatched today and has ended since."""

    closed: int
    accepted: int
    dispatched: int


def ended_today_in(area: Area, *, today: date) -> EndedToday:
    """Among the rounds that had their result lately: an index range, where a closing has none of its own."""
    since = midnight(today)
    return EndedToday(
        **ended_lately_in(area, since=since).aggregate(
            closed=Count("case", distinct=True, filter=Q(case__closed_at__gte=since)),
            accepted=Count("case", distinct=True, filter=Q(case__accepted_at__gte=since)),
            dispatched=Count("case", distinct=True, filter=Q(case__dispatched_at__gte=since)),
        )
    )


def ended_lately_in(area: Area, *, since: datetime) -> QuerySet[Round]:
    """The rounds of cases that are over, among which are all that were closed after ``since``."""
    return rounds_of(area).filter(ended_on__gte=day_of(since - CALLED_BACK_WITHIN), case__is_open=False)


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


@dataclass(frozen=True, slots=True)
class ReceivedCase:
    """A case by its id, with the day and community that it is counted for."""

    pk: int
    day: date
    community: int | None
    received: Received


def received_between(area: Area, first: date, last: date, *, names: WallNames) -> Iterator[ReceivedCase]:
    """The cases registered in ``area`` from ``first`` to ``last``, both included.

    What strangers may not read of has no place, and no category where that is walled.
    """
    found = (
        Case.objects.filter(
            within(area.scoped),
            registered_at__gte=midnight(first),
            registered_at__lt=midnight(last + timedelta(days=1)),
        )
        .order_by()
        .values_list(
            "pk",
            "registered_at",
            "community_id",
            "category_id",
            "place_party__name",
            "place_note",
            "request_type",
            "is_confidential",
            "concerns_minor",
        )
    )
    for pk, at, community, category, member, note, request_type, confidential, minor in found.iterator():
        root = names.roots.get(category, KEPT_APART)
        kept = confidential or minor or request_type not in SHARED_MATTERS or (category and not root)
        place = {} if kept else {"road": road_of(note, names.roads), "member": member or ""}
        yield ReceivedCase(pk, timezone.localdate(at), community, Received(root, **place))


def settled_days(today: date) -> list[date]:
    """The thirty days that are shown, the last of which is the day before yesterday."""
    last = today - SETTLED_AFTER
    return [last - timedelta(days=number) for number in reversed(range(PLACE_DAYS))]


def days_to_count(subdistrict: Area, *, now: datetime) -> list[date]:
    """Those of the settled days that are not stored, or were counted so long ago that cases may have changed since."""
    days = settled_days(timezone.localdate(now))
    fresh = ReceivedDay.objects.filter(
        area=subdistrict,
        day__gte=days[0],
        day__lte=days[-1],
        counted_at__gt=now - COUNTED_FOR,
        counted_at__lte=now,
    )
    known = set(fresh.values_list("day", flat=True))
    return [day for day in days if day not in known]


def received_in(area: Area, *, today: date) -> ReceivedCounts:
    """What was registered in ``area`` on the settled days."""
    days = settled_days(today)
    stored = ReceivedDay.objects.filter(area=area, day__gte=days[0], day__lte=days[-1])
    return together(stored.values("total", "by_category", "by_road", "by_member"))
