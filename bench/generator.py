"""Generated cases in bulk, each with its history: COPY from one process a core on PostgreSQL, ``executemany`` on SQLite.

The rows keep every constraint of the tables and every chain verifies; texts come from the demonstration's corpus. Cases
lie in the table as they came in, the newest last, and the newest are the open ones. What is left out to save time, and
said with the figures: clocks of their own only for the cases with a long history, no reporter's contact.
"""

import argparse
import json
import os
import time
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - after the set-up

from bench.case_maker import DAYS, LONG_HISTORY, NUMBERED_FROM, CaseMaker  # noqa: E402
from bench.concerns import texts  # noqa: E402
from bench.places import SUBDISTRICTS, plant_more_areas, spots  # noqa: E402
from bench.storing import bring_back, in_parallel, take_indexes_away, write  # noqa: E402
from shangju.cases.clocks import ClockBoard  # noqa: E402
from shangju.cases.intake import INTAKE_STEPS  # noqa: E402
from shangju.cases.models import Case, CaseEvent, NumberSeries  # noqa: E402
from shangju.core.scoping import EverywhereReason, everywhere  # noqa: E402

LONG_HISTORIES = 50


def finish(definitions: list[str], last: int, now: datetime) -> None:
    """Bring the indexes back, move series and sequences past the rows, gather statistics."""
    in_parallel(bring_back, [(definition,) for definition in definitions])
    prefixes = {spot.prefix for spot in spots()}
    for year in range(now.year - DAYS // 365 - 1, now.year + 1):
        for prefix in prefixes:
            NumberSeries.objects.update_or_create(
                key=f"{prefix}{year % 100:02}", defaults={"last": NUMBERED_FROM + last}
            )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence('cases_case', 'id'), %s)", [last + 1])
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")


def give_clocks() -> list[str]:
    """Clocks for a sample of Dashikou's open cases with a long history; their numbers."""
    long_ones = Case.objects.filter(
        subdistrict__number_prefix="DSK", is_open=True, history_length=LONG_HISTORY
    ).order_by("-pk")[:LONG_HISTORIES]
    cases = list(long_ones)
    for case in cases:
        board = ClockBoard(case)
        board.start(INTAKE_STEPS, start=case.clocks_start_at)
        board.refresh_due()
        case.save()
        board.save()
    return [case.number for case in cases]


def _make_share(rows: int, now: datetime, first: int, share: int, shares: int, seed: int) -> None:
    with everywhere(EverywhereReason.DEMO):
        maker = CaseMaker(rows, now, first, share, shares, seed)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # Millions of look-ups that the maker makes needless: every key it writes it has read.
                cursor.execute("SET session_replication_role = replica")
                cursor.execute("SET synchronous_commit = off")
        for batch in maker.batches():
            with transaction.atomic():
                write(batch)


def generate(rows: int, *, seed: int = 1, now: datetime) -> dict[str, Any]:
    """Store ``rows`` cases with all that belongs to them; how long it took and the numbers of the sample."""
    began = time.monotonic()
    with everywhere(EverywhereReason.DEMO):
        with transaction.atomic():
            plant_more_areas(now, 1, SUBDISTRICTS)
        definitions = take_indexes_away("cases_case", "cases_search", "cases_caseevent")
        first = (Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
        texts(seed)
        shares = (os.cpu_count() or 1) if connection.vendor == "postgresql" else 1
        in_parallel(_make_share, [(rows, now, first, share, shares, seed) for share in range(shares)])
        finish(definitions, first + rows, now)
        with transaction.atomic():
            sample = give_clocks()
        history_rows = CaseEvent.objects.count()
    return {
        "rows": rows,
        "history_rows": history_rows,
        "seconds": round(time.monotonic() - began, 1),
        "sample": sample,
        "now": now.isoformat(),
    }


def main() -> None:
    """Generate into the installation that the environment names; prints one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, required=True)
    options = parser.parse_args()
    print(json.dumps(generate(options.rows, now=datetime.now(UTC))))


if __name__ == "__main__":
    main()
