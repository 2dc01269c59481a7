"""P7: the supervision desk, the measures and the cockpit over millions of rounds, and how long it takes to count them.

The rounds are rows made for this figure out of the generated cases, several for each: what is measured is how figures are
counted ahead and read, not how rounds are read out of a history. Where the disk is short fewer are made, and it is said.
"""

import argparse
import json
import shutil
import time
from pathlib import Path
from typing import Any

from bench.surroundings import Installation

ROUNDS = {"postgresql": 20_000_000, "sqlite": 200_000}
BYTES_OF_A_ROUND = 900
"""With its indexes and what the log of the database needs while it is made."""

COLUMNS = (
    "case_id, number, history_length, area_path, subdistrict_id, community_id, grid_id, category_id, channel,"
    " deadline_class, handler_post_id, handler_party_id, started_at, due_at, day, ended_at, is_aside, minutes,"
    " signed, contacted, closed, solved, satisfied, returned, reopened"
)
COPIES = "WITH RECURSIVE copies(number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM copies WHERE number + 1 < %s) "
CHANCE = "((cases_case.id * 7919 + copies.number * 104729) %% 100)"
"""Some number below a hundred that is always the same for a round."""


def measure(made: Installation, *, rows: int, count: int) -> list[dict[str, Any]]:
    """Make the rounds, count them, open the pages."""
    copies, short = _copies(made.database, rows)
    figures: list[dict[str, Any]] = made.ask(
        "bench.measuring", "--copies", str(copies), "--count", str(count)
    )
    return [{**figure, **short} for figure in figures]


def _copies(database: str, rows: int) -> tuple[int, dict[str, str]]:
    wanted = max(1, ROUNDS[database] // rows)
    free = shutil.disk_usage(Path("/tmp")).free
    possible = max(1, int(free * 0.8) // (rows * BYTES_OF_A_ROUND))
    if possible >= wanted:
        return wanted, {}
    return possible, {"note": f"disk short: {possible * rows:,} rounds instead of {wanted * rows:,}"}


def main() -> None:
    """The program that :func:`measure` starts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    options = parser.parse_args()
    import django  # noqa: PLC0415 - the settings are chosen by whoever starts this

    django.setup()
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - after setup

    with everywhere(EverywhereReason.VERIFICATION):
        made = _make(options.copies)
        figures = [made, _rebuild(made["rounds"]), _keep(options.count)]
    print(json.dumps([*figures, *_pages(options.count)], ensure_ascii=False))


def _make(copies: int) -> dict[str, Any]:
    from django.db import connection, transaction  # noqa: PLC0415 - after setup

    began = time.monotonic()
    is_postgresql = connection.vendor == "postgresql"
    minutes = "(interval '1 minute' * {})" if is_postgresql else "{}"
    due = (
        "received_at + interval '5 days'"
        if is_postgresql
        else "strftime('%%Y-%%m-%%d %%H:%%M:%%f', received_at, '+5 days')"
    )
    day = f"(({due}) AT TIME ZONE 'Asia/Shanghai')::date" if is_postgresql else f"date({due}, '+8 hours')"
    ended = (
        f"received_at + {minutes.format(CHANCE + ' * 100')}"
        if is_postgresql
        else f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', received_at, '+' || ({CHANCE} * 100) || ' minutes')"
    )
    statement = (
        f"{COPIES if not is_postgresql else ''}INSERT INTO measures_round ({COLUMNS})"
        " SELECT cases_case.id, copies.number, history_length, area_path, subdistrict_id, community_id, grid_id,"
        f" category_id, channel, deadline_class, handler_post_id, NULL, received_at, {due}, {day},"
        f" CASE WHEN is_open AND copies.number = 0 THEN NULL ELSE {ended} END, FALSE,"
        f" CASE WHEN is_open AND copies.number = 0 THEN NULL ELSE {CHANCE} * 100 END,"
        f" 1 + CAST({CHANCE} < 90 AS integer), CASE WHEN {CHANCE} < 60 THEN 1 + CAST({CHANCE} < 50 AS integer) ELSE 0 END,"
        f" 1 + CAST({CHANCE} < 85 AS integer), CASE WHEN {CHANCE} < 70 THEN 1 + CAST({CHANCE} < 55 AS integer) ELSE 0 END,"
        f" CASE WHEN {CHANCE} < 70 THEN 1 + CAST({CHANCE} < 60 AS integer) ELSE 0 END,"
        f" 1 + CAST({CHANCE} < 4 AS integer), 1 + CAST({CHANCE} < 6 AS integer)"
        f" FROM cases_case CROSS JOIN {'generate_series(0, %s - 1) AS copies(number)' if is_postgresql else 'copies'}"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        if is_postgresql:
            # All that they point to is there: it is taken from the cases.
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, [copies])
        made = cursor.rowcount
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT COUNT(*) FROM measures_round")
        made = cursor.fetchone()[0]
    return {"what": "P7 rounds made", "rounds": made, "seconds": round(time.monotonic() - began, 1)}


def _rebuild(rounds: int) -> dict[str, Any]:
    from shangju.measures.models import DayFlow, Tally  # noqa: PLC0415 - after setup
    from shangju.measures.recomputing import recount  # noqa: PLC0415 - as above

    began = time.monotonic()
    recount()
    return {
        "what": f"P7 all of {rounds:,} rounds counted ahead anew",
        "seconds": round(time.monotonic() - began, 1),
        "tallies": Tally.objects.count(),
        "flows": DayFlow.objects.count(),
        "aim": "≤ 2 min",
    }


def _keep(count: int) -> dict[str, Any]:
    """Cases whose history has grown, read again and counted: what the worker does each minute."""
    from shangju.cases.models import Case  # noqa: PLC0415 - after setup
    from shangju.measures.keeping import read_cases  # noqa: PLC0415 - as above

    newest = list(Case.objects.order_by("-pk").values_list("pk", flat=True)[:count])
    began = time.monotonic()
    read_cases(sorted(newest))
    return {"what": f"P7 {count} cases read on and counted", "seconds": round(time.monotonic() - began, 2)}


def _pages(count: int) -> list[dict[str, Any]]:
    from django.conf import settings  # noqa: PLC0415 - after setup
    from django.urls import NoReverseMatch, reverse  # noqa: PLC0415 - as above

    from bench.reading import page, signed_in, timed  # noqa: PLC0415 - as above

    settings.ALLOWED_HOSTS = ["*"]
    clients = {user.username: client for user, client in signed_in()}
    client, figures = clients["subdistrict-leader"], []
    asked = (
        ("supervision:list", "supervision desk", {}),
        ("supervision:measures", "measures of a month", {}),
        ("supervision:measures", "measures of a month by community", {"by": "area"}),
        ("supervision:measures", "measures of a year by category", {"by": "category", "span": "this_year"}),
        ("cockpit:home", "cockpit", {}),
    )
    for name, told, query in asked:
        what = f"P7 {told}"
        try:
            address = reverse(name)
            page(client, address, **query)()
            figure = timed(what, (page(client, address, **query) for _sample in range(count)))
            figures.append({**figure, "aim": "p95 ≤ 200 ms"})
        except (NoReverseMatch, RuntimeError) as fault:
            figures.append({"what": what, "skipped": str(fault)[:200]})
    return figures


if __name__ == "__main__":
    main()
