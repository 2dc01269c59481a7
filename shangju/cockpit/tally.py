"""Counting what was received: hours of the week, categories, places. Pure; the same for a day and for ninety of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

HOURS = 24
WEEKDAYS = 7
KEPT_APART = ""
"""The key of categories that are not named on a wall, and of cases without a category."""


@dataclass(frozen=True, slots=True)
class Received:
    """What is counted of one case. ``root`` is the code of its root category, ``road`` a name of the gazetteer.

    ``root`` is empty for a category that is not named on a wall; ``road`` and ``party`` are empty where no stranger may
    read where the case is.
    """

    received_at: datetime
    root: str = KEPT_APART
    road: str = ""
    party: int | None = None


@dataclass(slots=True)
class Tally:
    """How many by hour of the week (``weekday * 24 + hour``, Monday first), root category, road and member."""

    by_hour: Counter[str] = field(default_factory=Counter)
    by_category: Counter[str] = field(default_factory=Counter)
    by_road: Counter[str] = field(default_factory=Counter)
    by_party: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All that was received."""
        return self.by_hour.total()

    def add(self, one: Received) -> None:
        """Count one case."""
        moment = timezone.localtime(one.received_at)
        self.by_hour[str(moment.weekday() * HOURS + moment.hour)] += 1
        self.by_category[one.root] += 1
        # A member's place is told by its name, not by its road as well: a case is at one place.
        if one.party is not None:
            self.by_party[str(one.party)] += 1
        elif one.road:
            self.by_road[one.road] += 1

    def add_counts(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Add what :meth:`counts` gave."""
        for name in ("by_hour", "by_category", "by_road", "by_party"):
            getattr(self, name).update(counts[name])

    def counts(self) -> dict[str, dict[str, int]]:
        """Everything as plain values, to be stored."""
        return {
            "by_hour": dict(self.by_hour),
            "by_category": dict(self.by_category),
            "by_road": dict(self.by_road),
            "by_party": dict(self.by_party),
        }

    def week(self) -> list[list[int]]:
        """Seven rows of twenty-four numbers."""
        return [
            [self.by_hour[str(weekday * HOURS + hour)] for hour in range(HOURS)]
            for weekday in range(WEEKDAYS)
        ]


def tally_of(rows: Iterable[Received]) -> Tally:
    """The tally of some cases."""
    tally = Tally()
    for row in rows:
        tally.add(row)
    return tally


def merged(stored: Iterable[Mapping[str, Any]], live: Tally) -> Tally:
    """Stored days and what is counted now, as one."""
    tally = Tally()
    tally.add_counts(live.counts())
    for day in stored:
        tally.add_counts(day)
    return tally
