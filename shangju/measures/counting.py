"""Counting rounds: the one place where counters are defined, for what is counted ahead and for what is counted anew."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Coalesce, Concat, TruncMonth

from shangju.measures.definitions import MeasureName, Verdict
from shangju.measures.models import COUNTED, Dimension, Round

EACH = Value(1)
"""What counts of a row when rows are counted: no column, so that an index can answer alone."""

POST, PARTY = "post:", "party:"
"""How the key of a handler begins."""


def _key_from(begin: str, column: str) -> Concat:
    return Concat(Value(begin), Cast(column, CharField()), output_field=CharField())


KEYS: dict[str, Any] = {
    Dimension.WHOLE: Value(""),
    Dimension.CATEGORY: Coalesce(Cast("category_id", CharField()), Value("")),
    Dimension.CHANNEL: F("channel"),
    Dimension.CLASS: F("deadline_class"),
    Dimension.HANDLER: Case(
        When(handler_post__isnull=False, then=_key_from(POST, "handler_post_id")),
        When(handler_party__isnull=False, then=_key_from(PARTY, "handler_party_id")),
        default=Value(""),
    ),
}
"""By what a round falls into a part of a dimension, as text; empty for those that have none."""


def counters() -> dict[str, Any]:
    """The counters of :data:`COUNTED` as aggregates over rounds, under names of their own."""
    verdicts = {
        f"{name}_{answer}": Count(EACH, filter=Q(**{name: verdict}))
        for name in MeasureName.values
        for answer, verdict in (("yes", Verdict.YES), ("no", Verdict.NO))
    }
    found = {
        "rounds": Count("*"),
        "aside": Count(EACH, filter=Q(is_aside=True)),
        "open": Count(EACH, filter=Q(ended_at__isnull=True)),
        **verdicts,
        "handled": Count("minutes"),
        "minutes": Coalesce(Sum("minutes"), Value(0)),
    }
    return {f"n_{name}": found[name] for name in COUNTED}


Counts = Counter[str]
"""The counters of one part, by their names in :data:`COUNTED`."""


def counts_in(row: Mapping[str, Any], *, prefix: str = "n_") -> Counts:
    """The counters of a row that :func:`counters` gave, or of a tally with an empty ``prefix``."""
    return Counter({name: int(row[f"{prefix}{name}"]) for name in COUNTED})


def counted_by(rounds: QuerySet[Round], *names: str, **keys: Any) -> list[tuple[tuple[Any, ...], Counts]]:
    """Rounds counted in the parts that ``names`` (columns) and ``keys`` (expressions) make, in one statement."""
    parts = (*names, *keys)
    rows = rounds.order_by().annotate(**keys).values(*parts).annotate(**counters())
    return [(tuple(row[part] for part in parts), counts_in(row)) for row in rows]


def month_key(column: str = "day") -> TruncMonth:
    """The first day of the month of a round's day, or of another date."""
    return TruncMonth(column)


def added(counts: Iterable[Counts]) -> Counts:
    """The sum; zeros stay."""
    total: Counts = Counter(dict.fromkeys(COUNTED, 0))
    for each in counts:
        total.update(each)
    return total


def without(counts: Counts, taken: Counts) -> Counts:
    """``counts`` less ``taken``, zeros stay."""
    return Counter({name: counts[name] - taken[name] for name in COUNTED})
