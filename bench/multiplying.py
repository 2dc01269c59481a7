"""Millions of cases out of the generated ones, on PostgreSQL: each is copied as often as it takes, in one process a core.

A copy is a row of its own under every constraint of the table, lies in it where it would have come in, and in another
sub-district than the generated ones: twenty million cases are a city of two hundred. What it has not, and what is said
with the figures: a history, clocks, a place in the search index. So lists, lights and counts meet all of them, pages of
single cases and the search the generated ones alone. Every case gets a round, made up likewise: measured is how rounds
are counted and read, not how they are read out of a history.
"""

import shutil
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bench.places import SUBDISTRICTS, Spot, plant_more_areas, spots
from bench.storing import bring_back, in_parallel, take_indexes_away
from shangju.cases.models import Case
from shangju.measures.models import Round

TABLES = ("cases_case", "measures_round")
SLICES = 50
"""Cases are copied in so many pieces, the oldest first, so that old and new do not lie across each other."""
BYTES_OF_A_CASE = 2_200
"""With its indexes, its round, and what the log of the database needs while it is made."""
SUBDISTRICTS_BESIDE = 180
PLACES = "bench_places"
"""Where the copies of the cases of a grid lie: a table that is there while cases are copied."""
OF_PLACE = {name: f"places.{name}" for name in ("area_path", "subdistrict_id", "community_id", "grid_id")}
WORKER = "CASE WHEN handler_post_id IS NOT NULL THEN places.post_id END"
OWN_VALUES = {
    "id": "cases_case.id + {stride} * places.copy",
    # The six digits of a generated number get two more before them, which say which copy it is.
    "number": "replace(number, '-', '-' || lpad(places.copy::text, 2, '0'))",
    "tracking_print": "left(md5(tracking_print || places.copy) || md5(number || places.copy), 43)",
    "area_id": "places.grid_id",
    **OF_PLACE,
    "handler_post_id": WORKER,
}
COPIES_AT_MOST = 100
CHANCE = "((cases_case.id * 7919 + places.copy * 104729) %% 100)"
"""Some number below a hundred that is always the same for a case."""
DUE = "coalesce(close_due_at, received_at + interval '5 days')"
ENDED = f"received_at + interval '1 minute' * ({CHANCE} * 100)"
ROUND_VALUES = {
    "case_id": "cases_case.id + {stride} * places.copy",
    "number": "0",
    "history_length": "history_length",
    **OF_PLACE,
    "category_id": "category_id",
    "channel": "channel",
    "deadline_class": "deadline_class",
    "handler_post_id": WORKER,
    "handler_party_id": "NULL",
    "started_at": "received_at",
    "begun_on": "(received_at AT TIME ZONE 'Asia/Shanghai')::date",
    "begun_hour": "extract(hour FROM received_at AT TIME ZONE 'Asia/Shanghai')",
    "due_at": DUE,
    "day": f"({DUE} AT TIME ZONE 'Asia/Shanghai')::date",
    "ended_at": f"CASE WHEN NOT is_open THEN {ENDED} END",
    "ended_on": f"CASE WHEN NOT is_open THEN (({ENDED}) AT TIME ZONE 'Asia/Shanghai')::date END",
    "is_aside": "FALSE",
    "minutes": f"CASE WHEN NOT is_open THEN {CHANCE} * 100 END",
    "signed": f"1 + ({CHANCE} < 90)::integer",
    "contacted": f"CASE WHEN {CHANCE} < 60 THEN 1 + ({CHANCE} < 50)::integer ELSE 0 END",
    "closed": f"1 + ({CHANCE} < 85)::integer",
    "solved": f"CASE WHEN {CHANCE} < 70 THEN 1 + ({CHANCE} < 55)::integer ELSE 0 END",
    "satisfied": f"CASE WHEN {CHANCE} < 70 THEN 1 + ({CHANCE} < 60)::integer ELSE 0 END",
    "returned": f"1 + ({CHANCE} < 4)::integer",
    "reopened": f"1 + ({CHANCE} < 6)::integer",
}


def multiply(rows: int, *, wanted: int) -> dict[str, Any]:
    """Copy the ``rows`` cases until there are ``wanted``, with a round of each; how many there are and how long it took.

    A fifth of what is free on the disk stays free: there may be fewer then, and a note says so.
    """
    began = time.monotonic()
    asked = max(1, min(wanted // rows, COPIES_AT_MOST))
    copies = max(1, min(asked, int(_free_bytes() * 0.8) // (rows * BYTES_OF_A_CASE)))
    with transaction.atomic():
        plant_more_areas(timezone.now(), SUBDISTRICTS + 1, SUBDISTRICTS + SUBDISTRICTS_BESIDE)
    _give_places(copies)
    definitions = take_indexes_away(*TABLES) + _take_unique_away()
    beyond = Case.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    width = beyond // SLICES + 1
    slices = [(begin, min(begin + width, beyond), copies, beyond) for begin in range(0, beyond, width)]
    in_parallel(_copy_slice, slices)
    in_parallel(bring_back, [(definition,) for definition in definitions])
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {PLACES}")
        cursor.execute("SELECT setval(pg_get_serial_sequence('cases_case', 'id'), max(id)) FROM cases_case")
        cursor.execute("VACUUM ANALYZE cases_case")
        cursor.execute("VACUUM ANALYZE measures_round")
    return {
        "cases": Case.objects.count(),
        "rounds": Round.objects.count(),
        "seconds": round(time.monotonic() - began, 1),
        **({"note": f"disk short: {copies} times the cases instead of {asked}"} if copies < asked else {}),
    }


def _free_bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        return shutil.disk_usage(Path(cursor.fetchone()[0]).parent).free


def _give_places(copies: int) -> None:
    """The copy 0 of a grid's cases is where they are; the others are dealt out to the sub-districts beside."""
    grids: dict[int, list[Spot]] = defaultdict(list)
    for spot in spots():
        grids[spot.subdistrict].append(spot)
    every = list(grids.values())
    here, beside = every[:-SUBDISTRICTS_BESIDE], every[-SUBDISTRICTS_BESIDE:]
    rows = []
    for number, old in enumerate(here):
        for place, spot in enumerate(old):
            rows.append((spot.area, 0, spot))
            for copy in range(1, copies):
                new = beside[(copy * len(here) + number) % len(beside)]
                rows.append((spot.area, copy, new[place % len(new)]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {PLACES} (old_grid bigint, copy int, grid_id bigint, area_path text,"
            " subdistrict_id bigint, community_id bigint, post_id bigint, PRIMARY KEY (old_grid, copy))"
        )
        columns = "old_grid, copy, grid_id, area_path, subdistrict_id, community_id, post_id"
        with cursor.copy(f"COPY {PLACES} ({columns}) FROM STDIN") as stream:
            for grid, copy, spot in rows:
                stream.write_row(
                    (grid, copy, spot.area, spot.path, spot.subdistrict, spot.community, spot.post)
                )
        cursor.execute(f"ANALYZE {PLACES}")


def _take_unique_away() -> list[str]:
    """Drop the constraints that every row would be looked up for; the statements that bring them back, and prove them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'u' AND conrelid::regclass::text = ANY(%s)",
            [list(TABLES)],
        )
        found = cursor.fetchall()
        for table, name, _definition in found:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    return [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}' for table, name, definition in found]


def _copy_slice(first: int, end: int, copies: int, stride: int) -> None:
    columns = [column.column for column in Case._meta.concrete_fields]
    with transaction.atomic(), connection.cursor() as cursor:
        # All that they point to is there: it is taken from the cases.
        cursor.execute("SET LOCAL session_replication_role = replica")
        _insert("measures_round", ROUND_VALUES, cursor, (0, copies, first, end, stride))
        own = {column: OWN_VALUES.get(column, f'"{column}"') for column in columns}
        _insert("cases_case", own, cursor, (1, copies, first, end, stride))


def _insert(table: str, values: dict[str, str], cursor: Any, bounds: tuple[int, int, int, int, int]) -> None:
    copy, copies, first, end, stride = bounds
    chosen = ", ".join(values.values()).replace("{stride}", f"{stride}::bigint")
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(values)}) SELECT {chosen} FROM cases_case"
        f" JOIN {PLACES} AS places ON places.old_grid = cases_case.grid_id AND places.copy BETWEEN %s AND %s"
        " WHERE cases_case.id >= %s AND cases_case.id < %s ORDER BY cases_case.id",
        [copy, copies - 1, first, end],
    )
