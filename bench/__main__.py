"""``python -m bench [P1 P3 …] [--rows N] [--database sqlite|postgresql]``."""

import argparse
import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import drill_intake, importing, intake, report, startup
from bench.surroundings import ROOT, Installation, UnavailableError, installation, running

NAMES = ("P1", "P2", "P3", "P4", "P5", "P6", "P9", "P11", "R1")
ROWS = {"postgresql": 1_000_000, "sqlite": 100_000}
ON_ANY_DATABASE = ("P1", "P11")
"""Measured once, with SQLite, since the database makes no difference to them."""


def main() -> None:
    """Measure, print as it comes, write everything."""
    # Being ended is no reason to leave servers behind: it unwinds like any other end.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    options = _options()
    databases = [options.database] if options.database else ["sqlite", "postgresql"]
    runs = []
    for database in databases:
        wanted = [name for name in options.names if name not in ON_ANY_DATABASE or database == databases[0]]
        rows = options.rows or ROWS[database]
        conditions = report.conditions(database=database, rows=rows, seconds_each=options.seconds)
        print(f"\n{database}: {conditions}", flush=True)
        figures = [] if not wanted else _measure_on(database, wanted, rows, options)
        runs.append({"conditions": conditions, "figures": figures})
    written = report.write(runs, ROOT / "var" / "bench", options.page)
    print(f"\n{written}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {' '.join(NAMES)}; all by default")
    parser.add_argument("--rows", type=int, default=0, help="cases (default: 1,000,000, on SQLite 100,000)")
    parser.add_argument("--database", choices=tuple(ROWS))
    parser.add_argument("--seconds", type=float, default=20, help="length of each intake run")
    parser.add_argument("--times", type=int, default=100, help="kills of the drill")
    parser.add_argument("--count", type=int, default=200, help="pages opened for each reading figure")
    parser.add_argument("--page", type=Path, help="also write the table there, as docs/benchmarks.md")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"unknown: {' '.join(sorted(unknown))}; there are {' '.join(NAMES)}")
    options.names = options.names or list(NAMES)
    return options


def _measure_on(
    database: str, wanted: list[str], rows: int, options: argparse.Namespace
) -> list[dict[str, Any]]:
    figures: list[dict[str, Any]] = []

    def take(name: str, measure: Callable[[], list[dict[str, Any]]]) -> None:
        if name not in wanted:
            return
        for figure in _safely(name, measure):
            figures.append(figure)
            print(f"  {figure['what']}: {report.line_of(figure)}   {figure.get('aim', '')}", flush=True)

    take("P1", startup.clean_clone)
    try:
        with contextlib.ExitStack() as stack:
            if not {"P2", "P3", "R1", "P11", "P9"}.isdisjoint(wanted):
                made = stack.enter_context(installation(database))
                _running_measures(made, take, options)
                take("P9", lambda: importing.import_rows(made))
        reading = ",".join(name for name in ("P4", "P5", "P6") if name in wanted)
        if reading:
            with installation(database) as filled:
                for figure in _read(filled, reading, rows, options.count):
                    figures.append(figure)
                    print(f"  {figure['what']}: {report.line_of(figure)}", flush=True)
    except UnavailableError as reason:
        figures.append({"what": " ".join(wanted), "skipped": str(reason)})
        print(f"  skipped: {reason}")
    return figures


def _safely(name: str, measure: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """One measurement that fails is written down as such; the others still run."""
    try:
        return measure()
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as fault:
        return [{"what": name, "skipped": f"failed: {fault}"[:300]}]


def _running_measures(made: Installation, take: Callable[..., None], options: argparse.Namespace) -> None:
    with running(made) as system:
        take("P2", lambda: startup.footprint(system))
        take("P11", lambda: startup.page_weight(system))
        take("P3", lambda: intake.intake(made, system, seconds=options.seconds))
        take("R1", lambda: [drill_intake.drill(made, system, times=options.times)])


def _read(filled: Installation, which: str, rows: int, count: int) -> list[dict[str, Any]]:
    generated = filled.ask("bench.generator", "--rows", str(rows))
    arguments = ["--sample", ",".join(generated["sample"]), "--which", which, "--count", str(count)]
    told = {"what": "Generated cases", "rows": generated["rows"], "seconds": generated["seconds"]}
    return [told, *filled.ask("bench.reading", *arguments)]


if __name__ == "__main__":
    main()
