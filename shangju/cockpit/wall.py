"""What the panels of the wall have in common: the area and reader that they are for, and what several of them show."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from shangju.areas.models import Area
from shangju.areas.outline_drawing import Drawing, draw_outlines
from shangju.cockpit import queries
from shangju.cockpit.links import Links
from shangju.cockpit.queries import OpenCases
from shangju.cockpit.tally import ReceivedCounts
from shangju.measures.models import DayFlow
from shangju.measures.periods import Period
from shangju.measures.queries import flows_of

FLOW_DAYS = 90
"""So far back are flows read."""


@dataclass(frozen=True)
class Wall:
    """One area at one instant, for one reader; what several panels show is read once."""

    area: Area
    children: list[Area]
    now: datetime
    links: Links

    @property
    def today(self) -> date:
        """The day that it is there."""
        return timezone.localdate(self.now)

    @cached_property
    def by_child(self) -> dict[int | None, OpenCases]:
        """The open cases by community or grid."""
        return queries.open_cases_of(self.area, now=self.now)

    @cached_property
    def whole(self) -> OpenCases:
        """The open cases of the area."""
        return sum(self.by_child.values(), OpenCases())

    @cached_property
    def flows(self) -> list[DayFlow]:
        """What came and went on each of the last days, today included."""
        return flows_of(self.area, Period(self.today - timedelta(days=FLOW_DAYS - 1), self.today))

    @cached_property
    def received(self) -> ReceivedCounts:
        """What was registered on the settled days."""
        return queries.received_in(self.area, today=self.today)

    @cached_property
    def drawing(self) -> Drawing | None:
        """The communities or grids on a map, where outlines are known."""
        return draw_outlines(self.area, self.children)

    @cached_property
    def settled(self) -> Period:
        """The settled days."""
        days = queries.settled_days(self.today)
        return Period(days[0], days[-1])


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the wall: ``cockpit/panels/NAME.html`` with the figures that ``figures`` gives."""

    name: str
    figures: Callable[[Wall], dict[str, Any]]

    @property
    def template(self) -> str:
        """Its template."""
        return f"cockpit/panels/{self.name}.html"


@dataclass(frozen=True, slots=True)
class Counted:
    """A number with its word, its icon and the address of its rows (or none)."""

    label: str
    number: int
    href: str = ""
    mark: str = ""
