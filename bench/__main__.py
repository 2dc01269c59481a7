"""``python -m bench [P1 P3 …] [--full] [--rows N] [--database sqlite|postgresql]``.

Quick by default: some 10 to 15 minutes on two cores, five of them for generating the cases, which are kept for the next
run. ``--full`` measures 20 s each and kills 100 times (about 40 minutes).
"""

import argparse
import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import (
    drill_intake,
    drill_notices,
    importing,
    intake,
    ledgers,
    measuring,
    pages,
    report,
    startup,
    sweeping,
    topics,
)
from bench.dataset import KEPT, Filled, filled
from bench.surroundings import ROOT, UnavailableError, running

NAMES = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "PEERS", "R1", "R2", "TOPICS")
IN_PROCESS = ("P4", "P5", "P6")
ON_RUNNING = ("P2", "P11", "PEERS", "P3", "R1")
ROWS = {"postgresql": 1_000_000, "sqlite": 100_000}
ON_ANY_DATABASE = ("P1", "P11", "TOPICS")
"""Measured once, with SQLite, since the database makes no difference to them."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long and how often is measured."""

    seconds: float
    """of each intake run"""
    page_seconds: float
    """of each list of pages"""
    count: int
    """pages opened for each figure in the process"""
    times: int
    """kills of a drill"""


QUICK = Length(seconds=6, page_seconds=2, count=100, times=12)
FULL = Length(seconds=20, page_seconds=5, count=400, times=100)


def main() -> None:
    """Measure, print as it comes, write everything."""
    # Being ended is no reason to leave servers behind: it unwinds like any other end.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    options = _options()
    length = FULL if options.full else QUICK
    name = "full" if options.full else "quick"
    print(f"{name} mode: {'about 40' if options.full else 'some 10 to 15'} minutes on two cores", flush=True)
    databases = [options.database] if options.database else ["sqlite", "postgresql"]
    runs = []
    for database in databases:
        wanted = [name for name in options.names if name not in ON_ANY_DATABASE or database == databases[0]]
        rows = options.rows or ROWS[database]
        conditions = report.conditions(
            database=database, rows=rows, mode=name, seconds_each=length.seconds, kills=length.times
        )
        print(f"\n{database}: {report.told(conditions)}", flush=True)
        figures: list[dict[str, Any]] = []
        _measure_on(database, wanted, rows, length, Collector(figures, wanted), options)
        conditions["load_after"] = report.load()
        runs.append({"conditions": conditions, "figures": figures})
    written = report.write(runs, ROOT / "var" / "bench", options.page, adds=options.add)
    print(f"\n{written.with_suffix('.md')}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {' '.join(NAMES)}; all by default")
    parser.add_argument("--full", action="store_true", help="20 s each, 100 kills, more pages")
    parser.add_argument("--rows", type=int, default=0, help="cases (default: 1,000,000, on SQLite 100,000)")
    parser.add_argument("--database", choices=tuple(ROWS))
    parser.add_argument("--kept", type=Path, default=KEPT, help=f"where generated cases are kept ({KEPT})")
    parser.add_argument("--data", type=Path, help="the folder of public data sets, for TOPICS")
    parser.add_argument("--page", type=Path, help="also write the table there, as docs/benchmarks.md")
    parser.add_argument("--add", action="store_true", help="keep what the page says of earlier runs")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"unknown: {' '.join(sorted(unknown))}; there are {' '.join(NAMES)}")
    options.names = options.names or list(NAMES)
    return options


@dataclass(frozen=True, slots=True)
class Collector:
    """Takes the figures that are wanted, and prints each as it comes."""

    figures: list[dict[str, Any]]
    wanted: list[str]

    def take(self, name: str, measure: Callable[[], list[dict[str, Any]]]) -> None:
        """One measurement, if it is wanted; one that fails is written down as such."""
        if name in self.wanted:
            self.add(_safely(name, measure))

    def add(self, figures: list[dict[str, Any]]) -> None:
        """Keep and print."""
        for figure in figures:
            self.figures.append(figure)
            print(f"  {figure['what']}: {report.line_of(figure)}   {figure.get('aim', '')}", flush=True)


def _measure_on(
    database: str,
    wanted: list[str],
    rows: int,
    length: Length,
    collector: Collector,
    options: argparse.Namespace,
) -> None:
    collector.take("P1", startup.clean_clone)
    collector.take("TOPICS", lambda: topics.find(options.data))
    try:
        if set(wanted) - {"P1", "TOPICS", "P7"}:
            _measure_cases(database, wanted, rows, length, collector, options)
        if "P7" in wanted:
            # Among cases of its own: P10 moves the deadlines of all that is open, and this leaves twenty million behind.
            with filled(database, rows, kept=options.kept) as cases:
                collector.take(
                    "P7", lambda: measuring.measure(cases.installation, rows=rows, count=length.count)
                )
    except UnavailableError as reason:
        collector.add([{"what": " ".join(wanted), "skipped": str(reason)}])


def _measure_cases(
    database: str,
    wanted: list[str],
    rows: int,
    length: Length,
    collector: Collector,
    options: argparse.Namespace,
) -> None:
    with filled(database, rows, kept=options.kept) as cases:
        collector.add([_told(cases)])
        for name in IN_PROCESS:
            collector.take(name, lambda name=name: _read(cases, name, length.count))  # type: ignore[misc]
        if set(ON_RUNNING) & set(wanted):
            _running_measures(cases, collector, length)
        collector.take("P9", lambda: importing.import_rows(cases.installation))
        collector.take("P8", lambda: ledgers.export_ledgers(cases.installation))
        collector.take("P10", lambda: sweeping.sweep(cases.installation))
        collector.take("R2", lambda: drill_notices.drill(cases.installation, times=length.times))


def _safely(name: str, measure: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """One measurement that fails is written down as such; the others still run."""
    try:
        return measure()
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as fault:
        return [{"what": name, "skipped": f"failed: {fault}"[:300]}]


def _running_measures(cases: Filled, collector: Collector, length: Length) -> None:
    made = cases.installation
    with contextlib.ExitStack() as stack:
        try:
            system = stack.enter_context(running(made))
        except RuntimeError as fault:
            collector.add([{"what": " ".join(ON_RUNNING), "skipped": f"failed: {fault}"}])
            return
        collector.take("P2", lambda: startup.footprint(system))
        collector.take("P11", lambda: startup.page_weight(system))
        collector.take("PEERS", lambda: pages.pages(cases, system, seconds=length.page_seconds))
        collector.take("P3", lambda: intake.intake(made, system, seconds=length.seconds))
        collector.take("R1", lambda: [drill_intake.drill(made, system, times=length.times)])


def _told(cases: Filled) -> dict[str, Any]:
    names = ("rows", "history_rows", "seconds")
    kept = {"kept_from": str(cases.made["now"])[:16]} if cases.was_kept else {}
    return {"what": "Generated cases", **{name: cases.made[name] for name in names}, **kept}


def _read(cases: Filled, which: str, count: int) -> list[dict[str, Any]]:
    arguments = ["--sample", ",".join(cases.sample), "--which", which, "--count", str(count)]
    figures: list[dict[str, Any]] = cases.installation.ask("bench.reading", *arguments)
    return figures


if __name__ == "__main__":
    main()
