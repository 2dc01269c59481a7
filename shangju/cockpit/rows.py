"""The very rows behind a figure of the wall: rounds that began or ended, cases that moved on or were registered."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet, TextChoices
from django.utils.translation import pgettext_lazy

from shangju.areas.models import Area, AreaKind
from shangju.cases.models import Case
from shangju.cases.rules import within
from shangju.cockpit.queries import (
    ended_lately_in,
    midnight,
    received_between,
    wall_names,
)
from shangju.cockpit.tally import FEWEST, KEPT_APART, Received, counted, named_categories
from shangju.measures.models import Round
from shangju.measures.queries import rounds_of


class Shown(TextChoices):
    """The figures of the wall whose rows are rounds or cases of some days."""

    RECEIVED = "received", pgettext_lazy("flow of the day", "Received")
    RESOLVED = "resolved", pgettext_lazy("flow of the day", "Resolved")
    REOPENED = "reopened", pgettext_lazy("flow of the day", "Reopened")
    ACCEPTED = "accepted", pgettext_lazy("flow of the day", "Accepted")
    DISPATCHED = "dispatched", pgettext_lazy("flow of the day", "Dispatched")
    CLOSED = "closed", pgettext_lazy("flow of the day", "Closed")
    CATEGORY = "category", pgettext_lazy("rows of a figure", "Category")
    ROAD = "road", pgettext_lazy("rows of a figure", "Place")
    MEMBER = "member", pgettext_lazy("rows of a figure", "Member")


@dataclass(frozen=True, slots=True)
class AskedRows:
    """One figure of an area on some days, both included.

    ``weekday`` (0 is Monday) and ``hour`` narrow what was received. ``key`` is the code of a root category (empty: those
    that the wall does not name), a road or the name of a member.
    """

    area: Area
    figure: Shown
    first: date
    last: date
    weekday: int | None = None
    hour: int | None = None
    key: str = KEPT_APART


ROUNDS: dict[Shown, tuple[str, str, dict[str, Any]]] = {
    Shown.RECEIVED: ("started_at", "begun_on", {"number": 0}),
    Shown.REOPENED: ("started_at", "begun_on", {"number__gt": 0}),
    Shown.RESOLVED: ("ended_at", "ended_on", {"is_aside": False}),
}
"""Figures counted in rounds: by which instant and its day, and which of them."""

MOVED: dict[Shown, str] = {
    Shown.ACCEPTED: "accepted_at",
    Shown.DISPATCHED: "dispatched_at",
    Shown.CLOSED: "closed_at",
}
"""Figures counted in cases: by which instant."""


def moment_of(figure: Shown) -> str:
    """The column by which the rows of a figure are counted and ordered."""
    return ROUNDS[figure][0] if figure in ROUNDS else MOVED.get(figure, "registered_at")


def rounds_behind(asked: AskedRows) -> QuerySet[Round]:
    """The rounds of one of :data:`ROUNDS`."""
    moment, day, which = ROUNDS[asked.figure]
    found = rounds_of(asked.area).filter(**which, **{f"{day}__range": (asked.first, asked.last)})
    if asked.weekday is not None:
        found = found.filter(**{f"{day}__iso_week_day": asked.weekday + 1})
    if asked.hour is not None:
        found = found.filter(**{f"{moment}__hour": asked.hour})
    return found


def cases_behind(asked: AskedRows) -> QuerySet[Case]:
    """The cases of any other figure; none of a place or category with so few that the wall does not name it."""
    pks = _moved(asked) if asked.figure in MOVED else _registered(asked)
    return Case.objects.filter(pk__in=pks)


def _days(moment: str, asked: AskedRows) -> dict[str, Any]:
    return {
        f"{moment}__gte": midnight(asked.first),
        f"{moment}__lt": midnight(asked.last + timedelta(days=1)),
    }


def _moved(asked: AskedRows) -> list[int]:
    """Out of the index ranges of what is open and of what ended lately: a move of a case has none of its own."""
    days = _days(MOVED[asked.figure], asked)
    still_open = Case.objects.filter(within(asked.area.scoped), is_open=True, **days)
    ended = ended_lately_in(asked.area, since=midnight(asked.first)).filter(
        **{f"case__{name}": value for name, value in days.items()}
    )
    over = list(ended.values_list("case", flat=True).distinct())
    return over if asked.figure == Shown.CLOSED else [*still_open.values_list("pk", flat=True), *over]


def _registered(asked: AskedRows) -> list[int]:
    area = asked.area
    names = wall_names(area.parent if area.kind == AreaKind.COMMUNITY and area.parent else area)
    cases = list(received_between(area, asked.first, asked.last, names=names))
    if asked.figure != Shown.CATEGORY:
        found = [
            case.pk for case in cases if asked.key and _place_of(case.received, asked.figure) == asked.key
        ]
    elif asked.key != KEPT_APART:
        found = [case.pk for case in cases if case.received.root == asked.key]
    else:
        named = {code for code, _number in named_categories(counted(case.received for case in cases))}
        found = [case.pk for case in cases if case.received.root not in named]
    return found if len(found) >= FEWEST else []


def _place_of(received: Received, figure: Shown) -> str:
    """As counted by :func:`shangju.cockpit.tally.counted`: what is at a member is not told by its road as well."""
    if figure == Shown.MEMBER:
        return received.member
    return "" if received.member else received.road
