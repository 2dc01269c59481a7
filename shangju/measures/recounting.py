"""All tallies and flows anew, made by the database itself out of every round (docs/adr/0013).

:mod:`shangju.measures.tallies` counts the days and months that changed; this counts twenty million rounds in one go. The
counters and keys are the same ones, and ``shangju recompute --check`` compares what this made with what that makes.
Rounds are read once for each dimension into a table of the connection's own (a plain reading, which PostgreSQL
shares among its cores); communities and sub-districts are added up from there.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, DateField, F, Model, Q, QuerySet, Sum
from django.db.models.functions import Cast, ExtractHour, TruncDate

from shangju.areas.models import Area, AreaKind
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.counting import KEYS, counters, month_key
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

READ_TOGETHER = ((Dimension.CATEGORY, Dimension.CLASS), (Dimension.CHANNEL,), (Dimension.HANDLER,))
"""The dimensions of months. A category mostly has one class, so that both together make hardly more groups than one."""


def recount() -> None:
    """Count everything anew; what is counted of days that have no rounds any more goes.

    On PostgreSQL in one transaction, which keeps only the worker's own counting waiting. SQLite has one writer: there
    each sub-district gets one of its own, so that reports come in between.
    """
    with everywhere(EverywhereReason.VERIFICATION):
        for within in _portions():
            with transaction.atomic():
                place_in_history(waits=True)
                _count_anew(within)


def _portions() -> list[Q]:
    if connection.vendor == "postgresql":
        return [Q()]
    subdistricts = Area.objects.filter(kind=AreaKind.SUBDISTRICT).order_by("pk")
    return [Q(subdistrict=pk) for pk in subdistricts.values_list("pk", flat=True)]


def _count_anew(within: Q) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(FOR_LARGE_READINGS)
    Tally.objects.filter(within).delete()
    DayFlow.objects.filter(within).delete()
    rounds = Round.objects.filter(within).order_by()
    _store_tallies(rounds.annotate(first=F("day")), Tally.Grain.DAY, [Dimension.WHOLE])
    _store_whole_months(within)
    by_month = rounds.annotate(first=Cast(month_key("day"), DateField()))
    for dimensions in READ_TOGETHER:
        _store_tallies(by_month, Tally.Grain.MONTH, dimensions)
    _store_flows(rounds)


def _store_tallies(rounds: QuerySet[Round], grain: str, dimensions: Sequence[str]) -> None:
    """``rounds`` have the first day of their span as ``first``; they are read once for all these ``dimensions``."""
    keys = {f"key_{number}": KEYS[dimension] for number, dimension in enumerate(dimensions)}
    parts = rounds.annotate(**keys).values("subdistrict", "community", "first", *keys)
    sums = ", ".join(f"SUM(n_{name})" for name in COUNTED)
    with _own_table("measures_counted", parts.annotate(**counters())):
        for key, dimension in zip(keys, dimensions, strict=True):
            _insert(
                Tally,
                ["area_id", "subdistrict_id", "first", "key", *COUNTED, "grain", "dimension"],
                " UNION ALL ".join(
                    f"SELECT {area}, subdistrict, first, {key}, {sums}, %s, %s FROM measures_counted"  # noqa: S608 - names
                    f" WHERE {area} IS NOT NULL GROUP BY {area}, subdistrict, first, {key}"
                    for area in ("community", "subdistrict")
                ),
                [grain, dimension] * 2,
            )


def _store_whole_months(within: Q) -> None:
    """A month as a whole is the sum of its days."""
    days = Tally.objects.filter(within, grain=Tally.Grain.DAY).order_by()
    months = days.annotate(month=Cast(month_key("first"), DateField())).values("area", "subdistrict", "month")
    statement, parameters = months.annotate(
        **{f"n_{name}": Sum(name) for name in COUNTED}
    ).query.sql_with_params()
    columns = ", ".join(f"n_{name}" for name in COUNTED)
    _insert(
        Tally,
        ["area_id", "subdistrict_id", "first", *COUNTED, "key", "grain", "dimension"],
        f"SELECT area, subdistrict, month, {columns}, '', %s, %s FROM ({statement}) AS months",  # noqa: S608 - names of ours
        [Tally.Grain.MONTH, Dimension.WHOLE, *parameters],
    )


def _store_flows(rounds: QuerySet[Round]) -> None:
    begun = rounds.annotate(on=TruncDate("started_at"), hour=ExtractHour("started_at"))
    ended = rounds.filter(ended_at__isnull=False).annotate(on=TruncDate("ended_at"))
    came = begun.values("subdistrict", "community", "on", "hour").annotate(
        received=Count("pk", filter=Q(number=0)), reopened=Count("pk", filter=Q(number__gt=0))
    )
    went = ended.values("subdistrict", "community", "on").annotate(
        resolved=Count("pk", filter=Q(is_aside=False)), ended_aside=Count("pk", filter=Q(is_aside=True))
    )
    with _own_table("measures_came", came), _own_table("measures_went", went):
        by_hour = " || ', ' || ".join(
            f"SUM(CASE WHEN hour = {hour} THEN received ELSE 0 END)" for hour in range(24)
        )
        hours = DayFlow._meta.get_field("hours").db_type(connection)
        _insert(
            DayFlow,
            ["area_id", "subdistrict_id", "day", "received", "reopened", "resolved", "ended_aside", "hours"],
            'SELECT area, subdistrict, "on", SUM(received), SUM(reopened), SUM(resolved), SUM(ended_aside),'  # noqa: S608 - names of ours
            f" CAST('[' || {by_hour} || ']' AS {hours}) FROM ({CAME_AND_WENT}) AS parts"
            ' GROUP BY area, subdistrict, "on"',
        )


CAME_AND_WENT = """
    SELECT community AS area, subdistrict, "on", hour, received, reopened, 0 AS resolved, 0 AS ended_aside
        FROM measures_came WHERE community IS NOT NULL
    UNION ALL SELECT subdistrict, subdistrict, "on", hour, SUM(received), SUM(reopened), 0, 0
        FROM measures_came GROUP BY subdistrict, "on", hour
    UNION ALL SELECT community, subdistrict, "on", -1, 0, 0, resolved, ended_aside
        FROM measures_went WHERE community IS NOT NULL
    UNION ALL SELECT subdistrict, subdistrict, "on", -1, 0, 0, SUM(resolved), SUM(ended_aside)
        FROM measures_went GROUP BY subdistrict, "on"
"""
"""What came by the hour and what went, of each community and of the sub-district with all that lies in it."""


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
