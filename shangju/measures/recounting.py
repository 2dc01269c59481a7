"""All tallies and flows anew, made by the database itself out of every round (docs/adr/0013).

:mod:`shangju.measures.tallies` counts the days and months that changed; this counts twenty million rounds in one go. The
counters and keys are the same ones, and ``shangju recompute --check`` compares what this made with what that makes.
What is counted in one reading of the rounds (plain, so that PostgreSQL shares it among its cores) is put into a table of
the connection's own, and added up from there.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, DateField, IntegerField, Model, Q, QuerySet
from django.db.models.functions import Cast

from shangju.areas.models import Area, AreaKind
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.counting import EACH, KEYS, counters, month_key
from shangju.measures.keeping import place_in_history
from shangju.measures.models import COUNTED, DayFlow, Dimension, Round, Tally

FOR_LARGE_READINGS = """
    SET LOCAL jit = on;
    SET LOCAL work_mem = '512MB';
    SET LOCAL parallel_setup_cost = 0;
    SET LOCAL parallel_tuple_cost = 0
"""
"""PostgreSQL guesses many more groups than there are: without this it sorts all rounds, on one core, to keep them apart.
What is slow for a page, to compile a statement before it runs, is fast over millions of rows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A kind of tallies: of which areas, of days or months, by what. Areas and grains are columns that are counted by."""

    area: str
    grain: Tally.Grain
    dimension: Dimension = Dimension.WHOLE

    @property
    def key(self) -> str:
        """The column of the keys."""
        return f"key_{self.dimension}"


READ_TOGETHER = (
    (
        Wanted("subdistrict", Tally.Grain.DAY),
        Wanted("subdistrict", Tally.Grain.MONTH),
        Wanted("community", Tally.Grain.MONTH),
    ),
    (
        Wanted("subdistrict", Tally.Grain.MONTH, Dimension.CATEGORY),
        Wanted("subdistrict", Tally.Grain.MONTH, Dimension.CLASS),
    ),
    (Wanted("subdistrict", Tally.Grain.MONTH, Dimension.CHANNEL),),
    (Wanted("subdistrict", Tally.Grain.MONTH, Dimension.HANDLER),),
)
"""A category mostly has one class, so that both together make hardly more groups than one."""

HOURS = range(24)


def recount() -> None:
    """Count everything anew; what is counted of days that have no rounds any more goes.

    On PostgreSQL in one transaction, which keeps only the worker's own counting waiting. SQLite has one writer: there
    each sub-district gets one of its own, so that reports come in between.
    """
    with everywhere(EverywhereReason.VERIFICATION):
        for portion in _portions():
            with transaction.atomic():
                place_in_history(waits=True)
                _count_anew(portion)


def _portions() -> list[dict[str, int]]:
    """All at once, or one sub-district at a time, as the beginning of a condition."""
    if connection.vendor == "postgresql":
        return [{}]
    subdistricts = Area.objects.filter(kind=AreaKind.SUBDISTRICT).order_by("pk")
    return [{"subdistrict": pk} for pk in subdistricts.values_list("pk", flat=True)]


def _count_anew(portion: dict[str, int]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(FOR_LARGE_READINGS)
    Tally.objects.filter(**portion).delete()
    DayFlow.objects.filter(**portion).delete()
    rounds = Round.objects.filter(**portion).order_by()
    for wanted in READ_TOGETHER:
        _store_tallies(rounds, wanted)
    _store_flows(rounds)


def _store_tallies(rounds: QuerySet[Round], wanted: Sequence[Wanted]) -> None:
    """The rounds are read once for all that is ``wanted``; areas of both kinds count what lies in them."""
    keys = {each.key: KEYS[each.dimension] for each in wanted}
    columns = dict.fromkeys(
        ("subdistrict", *(name for each in wanted for name in (each.area, each.grain.value)))
    )
    dated = rounds.annotate(month=Cast(month_key("day"), DateField()), **keys)
    with _own_table("measures_counted", dated.values(*columns, *keys).annotate(**_small(counters()))):
        for each in wanted:
            parted = f"{each.area}, subdistrict, {each.grain.value}, {each.key}"
            _insert(
                Tally,
                ["area_id", "subdistrict_id", "first", "key", "grain", "dimension", *COUNTED],
                f"SELECT {parted}, %s, %s, {_sums(COUNTED)} FROM measures_counted"  # noqa: S608 - names of ours
                f" WHERE {each.area} IS NOT NULL GROUP BY {parted}",
                [each.grain, each.dimension],
            )


def _store_flows(rounds: QuerySet[Round]) -> None:
    first = Q(number=0)
    came = {
        "n_received": Count(EACH, filter=first),
        "n_reopened": Count(EACH, filter=~first),
        **{f"n_{hour}": Count(EACH, filter=first & Q(begun_hour=hour)) for hour in HOURS},
    }
    went = {
        "n_resolved": Count(EACH, filter=Q(is_aside=False)),
        "n_ended_aside": Count(EACH, filter=Q(is_aside=True)),
    }
    ended = rounds.filter(ended_on__isnull=False)
    flow = ("received", "reopened", "resolved", "ended_aside")
    by_hour = " || ', ' || ".join(f"SUM(n_{hour})" for hour in HOURS)
    hours = DayFlow._meta.get_field("hours").db_type(connection)
    with (
        _own_table("measures_came", rounds.values("subdistrict", "begun_on").annotate(**_small(came))),
        _own_table("measures_went", ended.values("subdistrict", "ended_on").annotate(**_small(went))),
    ):
        _insert(
            DayFlow,
            ["subdistrict_id", "day", *flow, "hours"],
            f"SELECT subdistrict, day, {_sums(flow)}, CAST('[' || {by_hour} || ']' AS {hours}) FROM ("  # noqa: S608 - names of ours
            f"SELECT subdistrict, begun_on AS day, {', '.join(came)}, 0 AS n_resolved, 0 AS n_ended_aside"
            f" FROM measures_came UNION ALL SELECT subdistrict, ended_on, {', '.join('0' for _name in came)},"
            f" {', '.join(went)} FROM measures_went) AS parts GROUP BY subdistrict, day",
        )


def _sums(counted: Iterable[str]) -> str:
    return ", ".join(f"SUM(n_{name})" for name in counted)


def _small(counts: dict[str, Any]) -> dict[str, Any]:
    """Counts of one part as numbers of four bytes: PostgreSQL adds up those of eight bytes as decimals, much more slowly.

    Minutes stay as they are: a part can have more of them.
    """
    return {
        name: count if name == "n_minutes" else Cast(count, IntegerField()) for name, count in counts.items()
    }


@contextmanager
def _own_table(name: str, rows: QuerySet[Any, Any]) -> Iterator[None]:
    """What ``rows`` finds as a table that this connection alone sees, until it was read."""
    statement, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {statement}", parameters)
        yield
        cursor.execute(f"DROP TABLE {name}")


def _insert(
    model: type[Model], columns: Sequence[str], statement: str, parameters: Sequence[str] = ()
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) {statement}", list(parameters)
        )
