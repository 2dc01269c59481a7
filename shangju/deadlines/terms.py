"""The words of a deadline: clock, limit, pause, extension, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

MOST = {"minutes": 525_600, "days": 3_650}
"""A year of minutes, ten years of days: a longer limit is a slip of the pen."""

Light = Literal["green", "yellow", "orange", "red", "purple"]


class Clock(StrEnum):
    """How time is counted (cases.md §4)."""

    CONTINUOUS = "continuous"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"

    @property
    def unit(self) -> Literal["minutes", "days"]:
        """What an amount on this clock counts."""
        return "minutes" if self in (Clock.CONTINUOUS, Clock.WORKING_HOURS) else "days"


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of time on a clock: minutes for continuous and working hours, days for the two day clocks."""

    amount: int
    clock: Clock

    def __post_init__(self) -> None:
        most = MOST[self.clock.unit]
        if not 1 <= self.amount <= most:
            raise ValueError(f"a limit has 1 to {most} {self.clock.unit}, not {self.amount}")


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands still from ``start`` (included) to ``end``; without an end it still does."""

    start: datetime
    end: datetime | None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError("a pause cannot end before it begins")


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, counted from the due instant that was reached before it."""

    limit: Limit
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Caps:
    """How far the closing limit of a class may be stretched (cases.md §3, §4).

    ``pause_days`` is the sum of all pauses of a round in calendar days, 0 for none. ``extension`` is the most that one
    extension may add, in the unit of the closing limit, 0 for none; ``extensions`` how many there may be, ``None`` for
    as many as are approved.
    """

    pause_days: int = 0
    extension: int = 0
    extensions: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the explanation: a code and its values, ready to be stored as JSON and told in any
    language.
    """

    code: str
    params: dict[str, str | int]

    def as_json(self) -> dict[str, object]:
        """For a JSON column; :meth:`from_json` reads it back."""
        return {"code": self.code, "params": dict(self.params)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Line":
        """The line that :meth:`as_json` stored."""
        return cls(stored["code"], dict(stored["params"]))


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due instant, when its light changes, whether it rests on an unpublished year, and why it is what it
    is.

    ``paused`` says that the clock stands still now: ``due`` is then what it would be if the pause ended
    this moment and must not be shown as running.
    """

    due: datetime
    yellow_at: datetime
    orange_at: datetime
    purple_at: datetime
    provisional: bool
    explanation: tuple[Line, ...]
    paused: bool = False
