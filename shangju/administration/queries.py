"""What the set-up pages show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet

from shangju.accounts.models import User
from shangju.areas.models import MICRO_GRID_HOUSEHOLDS, Area, AreaKind
from shangju.core.models import AuditEvent
from shangju.core.numbers import small_number
from shangju.notices.models import Notice, NoticeChannel
from shangju.parties.models import Party

TREE_KINDS = (AreaKind.DISTRICT, AreaKind.SUBDISTRICT, AreaKind.COMMUNITY, AreaKind.GRID, AreaKind.MICRO_GRID)
"""Kinds that the tree page shows; buildings and hub households stand on the page of the area they
belong to.
"""

PAGE = 50
MOST_FOUND = 100

SET_UP_OBJECTS = (
    "areas.",
    "posts.",
    "parties.",
    "accounts.",
    "deadlines.",
    "categories.",
    "privacy.retention",
)
"""Object types whose old and new values an audit administrator reads; of others only the names of the
fields.
"""


@dataclass(slots=True)
class Branch:
    """An area of the tree with what stands under it."""

    area: Area
    below: list["Branch"] = field(default_factory=list)

    @property
    def is_odd_size(self) -> bool:
        """Whether a micro-grid has fewer or more households than practice allows (domain-china §1.1)."""
        return has_odd_size(self.area)

    @property
    def odd_below(self) -> int:
        """How many micro-grids of the branch have an odd size."""
        return int(self.is_odd_size) + sum(branch.odd_below for branch in self.below)


def has_odd_size(area: Area) -> bool:
    """Whether ``area`` is a micro-grid with fewer than 50 or more than 100 households, or none counted."""
    return area.kind == AreaKind.MICRO_GRID and area.households not in MICRO_GRID_HOUSEHOLDS


def area_tree() -> list[Branch]:
    """The areas in force down to micro-grids, as trees: one query."""
    branches: dict[int, Branch] = {}
    roots: list[Branch] = []
    areas = Area.objects.filter(kind__in=TREE_KINDS, retired_on__isnull=True)
    for area in sorted(areas, key=lambda area: (len(area.ancestor_ids), area.code)):
        branch = branches[area.pk] = Branch(area)
        above = branches.get(area.parent_id) if area.parent_id else None
        (above.below if above else roots).append(branch)
    return roots


def find_areas(words: str) -> list[Area]:
    """Areas whose name, English name, code or address entry contains ``words``, retired ones included."""
    wanted = (
        Q(name__icontains=words)
        | Q(name_en__icontains=words)
        | Q(code__icontains=words)
        | Q(addresses__shown_as__icontains=words)
    )
    return list(Area.objects.filter(wanted).distinct().order_by("path")[:MOST_FOUND])


def ancestors_of(area: Area) -> list[Area]:
    """The areas above ``area``, from the top."""
    above = Area.objects.in_bulk(area.ancestor_ids[:-1])
    return [above[pk] for pk in area.ancestor_ids[:-1] if pk in above]


def _events_about(subject: Model) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.filter(object_type=subject._meta.label_lower, object_id=str(subject.pk))
    return events.select_related("actor").order_by("-pk")


def history_of(subject: Model, *, most: int = 30) -> list[tuple[AuditEvent, list[tuple[str, str, str]]]]:
    """The newest audit events about something that was set up, each with what it changed."""
    return [(event, told_changes(event)) for event in _events_about(subject)[:most]]


def newest_event(subject: Model) -> AuditEvent | None:
    """The last change of something that was set up."""
    return _events_about(subject).first()


def find_people(words: str, *, after: str = "") -> tuple[list[User], str]:
    """Accounts by sign-in name, one page beginning after the cursor, and the cursor of the next page."""
    people = User.objects.select_related("administrator").order_by("username")
    if words:
        named = (
            Q(username__icontains=words)
            | Q(display_name__icontains=words)
            | Q(display_name_en__icontains=words)
        )
        people = people.filter(named)
    if after:
        people = people.filter(username__gt=after)
    found = list(people[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].username if len(found) > PAGE else ""


def find_parties(words: str, *, kind: str = "", status: str = "", after: int = 0) -> tuple[list[Party], str]:
    """Members in the order they were entered, one page, and the cursor of the next. ``words`` may stand in the name,
    the trade, the address or the name or code of the area.
    """
    parties = Party.objects.select_related("area").order_by("pk").filter(pk__gt=after)
    if words:
        columns = ("name", "name_en", "trade", "address", "area__name", "area__code")
        wanted = Q()
        for column in columns:
            wanted |= Q(**{f"{column}__icontains": words})
        parties = parties.filter(wanted)
    if kind:
        parties = parties.filter(kind=kind)
    if status:
        parties = parties.filter(status=status)
    found = list(parties[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What an audit administrator looks for; empty fields do not narrow."""

    action: str = ""
    actor: str = ""
    object_type: str = ""
    object_id: str = ""
    first_day: date | None = None
    last_day: date | None = None
    before: int = 0

    def applied(self) -> QuerySet[AuditEvent]:
        """The matching events, newest first."""
        given: Mapping[str, Any] = {
            "action__startswith": self.action,
            "actor__username": self.actor,
            "object_type": self.object_type,
            "object_id": self.object_id,
            "at__date__gte": self.first_day,
            "at__date__lte": self.last_day,
            "pk__lt": self.before,
        }
        narrowed = {lookup: value for lookup, value in given.items() if value}
        return AuditEvent.objects.filter(**narrowed).select_related("actor").order_by("-pk")


def find_events(wanted: AuditFilter) -> tuple[Sequence[AuditEvent], str]:
    """One page of events, newest first, and the cursor of the next."""
    found = list(wanted.applied()[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def told_changes(event: AuditEvent) -> list[tuple[str, str, str]]:
    """Field, old and new value of an event; values only for things that are set up, so no case content
    is shown.
    """
    fields = sorted({*event.before, *event.after})
    if not event.object_type.startswith(SET_UP_OBJECTS):
        return [(name, "…", "…") for name in fields]
    return [(name, _short(event.before.get(name)), _short(event.after.get(name))) for name in fields]


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def outgoing_notices(state: str, *, after: str) -> tuple[list[Notice], str]:
    """Messages that leave the house, newest first, without recipient and words; a page and the next page's cursor."""
    rows = Notice.objects.filter(state=state).exclude(channel=NoticeChannel.IN_APP)
    before = small_number(after)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    shown = ("channel", "purpose", "attempts", "refusal", "state", "created_at")
    found = list(rows.order_by("-pk").only(*shown)[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""
