"""The figures of a bulletin as plain data. Pure: what is frozen at issue, and what every sentence is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from shangju.measures.definitions import MeasureName

TENTH = Decimal("0.1")
WHOLE = Decimal(100)


RATES = (
    MeasureName.CLOSED,
    MeasureName.SIGNED,
    MeasureName.CONTACTED,
    MeasureName.SOLVED,
    MeasureName.SATISFIED,
)
"""The rates that a bulletin tells, in its order (cases.md §8)."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, both counted in cases."""

    part: int = 0
    whole: int = 0

    @property
    def percent(self) -> Decimal | None:
        """Per cent with one decimal, or none of nothing.

        Only all is 100 and only none is 0: 2999 of 3000 are 99.9.
        """
        if not self.whole:
            return None
        if self.part in (0, self.whole):
            return WHOLE if self.part else Decimal(0)
        exact = (WHOLE * self.part / self.whole).quantize(TENTH, ROUND_HALF_UP)
        return min(max(exact, TENTH), WHOLE - TENTH)

    def is_told(self, minimum: int) -> bool:
        """Whether there are enough cases to speak of a rate."""
        return self.whole >= max(minimum, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One community, one category or the whole: a row of the annex.

    ``received`` counts the cases registered in the period, ``overdue`` those past their deadline that were open when
    the figures were taken, wherever their deadline lies. The shares count cases whose deadline lies in the period.
    """

    key: str = ""
    label: str = ""
    received: int = 0
    received_before: int = 0
    overdue: int = 0
    shares: Mapping[str, Share] = field(default_factory=dict)

    def share(self, rate: MeasureName) -> Share:
        """The share, nothing of nothing where it is not known."""
        return self.shares.get(rate.value, Share())

    @property
    def due(self) -> int:
        """How many cases were due to be closed."""
        return self.share(MeasureName.CLOSED).whole

    @property
    def is_quiet(self) -> bool:
        """Nothing was raised, nothing was due and nothing is late: "no concerns", which is not 100 %."""
        return not (self.received or self.due or self.overdue)


@dataclass(frozen=True, slots=True)
class Counted:
    """A word and how many cases it stands for."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Example:
    """A case that was solved, as everybody may read it on the public board."""

    category: str
    place: str
    result: str
    days: int


@dataclass(frozen=True, slots=True)
class TopicTold:
    """A topic that people confirmed: ``cases`` belong to it, ``new`` of them were registered in the period.

    ``lead`` and ``task_force`` are names, ``outcome`` is what was said when it was settled; each may be empty.
    """

    pk: int
    title: str
    cases: int
    new: int = 0
    lead: str = ""
    task_force: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Problems:
    """What is told as a problem: reopened in the period; the others were open when the figures were taken."""

    reopened: int = 0
    dissatisfied_twice: int = 0
    returned_twice: int = 0
    unanswered_orders: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a bulletin. ``taken_at`` is an ISO instant; the year ago is none where no record reaches back."""

    taken_at: str
    minimum: int
    total: Line
    before: Line
    year_ago: Line | None = None
    open_cases: int = 0
    types: Sequence[Counted] = ()
    channels: Sequence[Counted] = ()
    communities: Sequence[Line] = ()
    categories: Sequence[Line] = ()
    handled: int = 0
    median_hours: float | None = None
    mean_hours: float | None = None
    problems: Problems = Problems()
    topics: Sequence[TopicTold] = ()
    topics_kept_back: int = 0
    """Confirmed topics of which nothing is told, because a reader has a stake in one of their cases."""

    examples: Sequence[Example] = ()


def as_data(figures: Figures) -> dict[str, Any]:
    """The figures as JSON can hold them."""
    return asdict(figures)


def from_data(data: Mapping[str, Any]) -> Figures:
    """The figures that :func:`as_data` wrote down; those of bulletins from before there were topics have none."""
    return Figures(
        **{
            **data,
            "total": _line(data["total"]),
            "before": _line(data["before"]),
            "year_ago": _line(data["year_ago"]) if data["year_ago"] else None,
            "types": [Counted(**each) for each in data["types"]],
            "channels": [Counted(**each) for each in data["channels"]],
            "communities": [_line(each) for each in data["communities"]],
            "categories": [_line(each) for each in data["categories"]],
            "problems": Problems(**data["problems"]),
            "topics": [TopicTold(**each) for each in data.get("topics", ())],
            "examples": [Example(**each) for each in data["examples"]],
        }
    )


def _line(data: Mapping[str, Any]) -> Line:
    shares = {name: Share(**share) for name, share in data["shares"].items()}
    return Line(**{**data, "shares": shares})
