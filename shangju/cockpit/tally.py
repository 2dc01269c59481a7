"""Counting what was registered, by category and place. Pure; the same for a day and for thirty of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

KEPT_APART = ""
"""The key of categories that are not named on a wall, and of cases without a category."""

FEWEST = 3
"""Fewer cases than this at a place, or of a category, are not named on a wall (cases.md §7)."""

TOP_CATEGORIES = 11


@dataclass(frozen=True, slots=True)
class Received:
    """What is counted of one case: the code of its root category, a road of the gazetteer, the name of a member.

    ``root`` is empty for a category that is not named on a wall; ``road`` and ``member`` are empty where no stranger may
    read where the case is.
    """

    root: str = KEPT_APART
    road: str = ""
    member: str = ""


@dataclass(slots=True)
class ReceivedCounts:
    """How many cases there were, by root category, by road and by member."""

    total: int = 0
    by_category: Counter[str] = field(default_factory=Counter)
    by_road: Counter[str] = field(default_factory=Counter)
    by_member: Counter[str] = field(default_factory=Counter)

    def as_values(self) -> dict[str, Any]:
        """Everything as plain values, to be stored."""
        return {
            "total": self.total,
            "by_category": dict(self.by_category),
            "by_road": dict(self.by_road),
            "by_member": dict(self.by_member),
        }


def named_categories(counts: ReceivedCounts) -> list[tuple[str, int]]:
    """The codes of the root categories that a wall names, the most frequent first; all others are one line."""
    ranked = counts.by_category.most_common()
    frequent = [(code, number) for code, number in ranked if code != KEPT_APART and number >= FEWEST]
    return frequent[:TOP_CATEGORIES]


def counted(rows: Iterable[Received]) -> ReceivedCounts:
    """The counts of some cases. A member's place is told by its name, not by its road as well."""
    counts = ReceivedCounts()
    for row in rows:
        counts.total += 1
        counts.by_category[row.root] += 1
        if row.member:
            counts.by_member[row.member] += 1
        elif row.road:
            counts.by_road[row.road] += 1
    return counts


def together(days: Iterable[Mapping[str, Any]]) -> ReceivedCounts:
    """The sum of stored days."""
    counts = ReceivedCounts()
    for day in days:
        counts.total += day["total"]
        counts.by_category.update(day["by_category"])
        counts.by_road.update(day["by_road"])
        counts.by_member.update(day["by_member"])
    return counts
