"""P7: the supervision desk, the measures and the cockpit over millions of cases, and how long it takes to count them.

On PostgreSQL the generated cases are copied up to twenty million (:mod:`bench.multiplying`), fewer, and said, where the
disk is short; on SQLite there are those that were generated.
"""

import argparse
import json
import time
from typing import Any

from bench.surroundings import Installation

CASES = 20_000_000


def measure(made: Installation, *, rows: int, count: int) -> list[dict[str, Any]]:
    """Make the cases and their rounds, count them, open the pages."""
    figures: list[dict[str, Any]] = made.ask("bench.measuring", "--rows", str(rows), "--count", str(count))
    return figures


def main() -> None:
    """The program that :func:`measure` starts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    options = parser.parse_args()
    import django  # noqa: PLC0415 - the settings are chosen by whoever starts this

    django.setup()
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - after setup

    with everywhere(EverywhereReason.VERIFICATION):
        figures = [_made(options.rows), _rebuild(), _keep(options.count)]
    print(json.dumps([*figures, *_pages(options.count)], ensure_ascii=False))


def _made(rows: int) -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415 - after setup
    from django.utils import timezone  # noqa: PLC0415 - as above

    if connection.vendor == "postgresql":
        from bench.multiplying import multiply  # noqa: PLC0415 - as above

        return {"what": "P7 cases and rounds made", **multiply(rows, wanted=CASES)}
    from shangju.measures.recomputing import recompute  # noqa: PLC0415 - as above

    began = time.monotonic()
    read = recompute(now=timezone.now())
    return {
        "what": "P7 all histories read anew and counted",
        "cases": read,
        "seconds": round(time.monotonic() - began, 1),
    }


def _rebuild() -> dict[str, Any]:
    from shangju.measures.models import DayFlow, Round, Tally  # noqa: PLC0415 - after setup
    from shangju.measures.recounting import recount  # noqa: PLC0415 - as above

    began = time.monotonic()
    recount()
    return {
        "what": "P7 all rounds counted ahead anew",
        "seconds": round(time.monotonic() - began, 1),
        "rounds": Round.objects.count(),
        "tallies": Tally.objects.count(),
        "flows": DayFlow.objects.count(),
        "aim": "≤ 2 min",
    }


def _keep(count: int) -> dict[str, Any]:
    """Cases whose history has grown, read again and counted: what the worker does each minute."""
    from shangju.cases.models import CaseEvent  # noqa: PLC0415 - after setup
    from shangju.measures.keeping import read_cases  # noqa: PLC0415 - as above

    grown = CaseEvent.objects.order_by("-pk").values_list("case", flat=True)[: count * 10]
    newest = sorted(set(grown))[-count:]
    began = time.monotonic()
    read_cases(newest)
    return {
        "what": f"P7 {len(newest)} cases read on and counted",
        "seconds": round(time.monotonic() - began, 2),
    }


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
