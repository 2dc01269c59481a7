"""``python -m tests.drills NAME [TIMES] [--database sqlite|postgresql]``: one fault, brought about and judged.

Without a name the list is printed. Each drill uses an installation of its own (and a PostgreSQL cluster of its own where it
needs one), prints what it found and exits 1 when something did not hold. docs/operations.md says what each shows.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.surroundings import ROOT, cluster, installation, running, temporary_folder

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Drill:
    """What must hold, how often the fault is brought about, and the run: times and database give an exit status."""

    promise: str
    times: int
    run: Callable[[int, str], int]


def kill_web_workers(times: int, database: str) -> int:
    """R1."""
    from bench.drill_intake import drill  # noqa: PLC0415 - what one drill needs

    with installation(database) as made, running(made) as system:
        found = drill(made, system, times=times)
    print(found)  # noqa: T201 - the answer
    wrong = found["missing"] or found["doubled"] or found["half_stored"] or not found["acknowledged"]
    return 1 if wrong else 0


def kill_worker(times: int, database: str) -> int:
    """R2; the rows are the work on both databases, so it is done on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        surroundings = {
            "SHANGJU_DATA": f"{folder}/data",
            "SHANGJU_DRILL_KEYS": f"{folder}/keys",
            "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
        }
        return _python(["-m", "tests.drills.kill_worker", str(times)], **surroundings)


def kill_sweep(times: int, database: str) -> int:
    """The ladder of supervision; on PostgreSQL two workers sweep at once, and both are killed."""
    return _killed("kill_sweep", times, database)


def kill_exports(times: int, database: str) -> int:
    """Long ledgers; on PostgreSQL two workers write at once, and both are killed."""
    return _killed("kill_exports", times, database)


def _killed(program: str, times: int, database: str) -> int:
    """A drill in an installation of its own; on PostgreSQL with two workers."""
    with ExitStack() as stack:
        folder: Path = stack.enter_context(temporary_folder())
        surroundings = {
            "SHANGJU_DATA": str(folder / "data"),
            "SHANGJU_DRILL_KEYS": str(folder / "keys"),
            "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
        }
        if database == "sqlite":
            return _python(["-m", f"tests.drills.{program}", str(times)], **surroundings)
        made = stack.enter_context(cluster(folder / "cluster"))
        made.create("shangju")
        surroundings["DATABASE_URL"] = made.url("shangju")
        return _python(["-m", f"tests.drills.{program}", str(times), "2"], **surroundings)


def race(times: int, database: str) -> int:
    """R3: every test that needs two real connections."""
    return sum(_tests(["-m", "postgresql"], "postgresql") for _time in range(times))


def back_up(times: int, database: str) -> int:
    """R4."""
    program = ["-m", "tests.drills.backup_while_writing", database, "6"]
    return sum(_python([*program, *locked]) for locked in ([], ["--locked"]) for _time in range(times))


def restart_database(times: int, database: str) -> int:
    """R5."""
    return _python(["-m", "tests.drills.restart_database", str(times)])


def fill_disk(times: int, database: str) -> int:
    """R6."""
    return sum(_python(["-m", "tests.drills.full_disk"]) for _time in range(times))


def turn_clock(times: int, database: str) -> int:
    """R7."""
    paths = ["shangju/deadlines", "shangju/notices/tests/test_clock.py"]
    return sum(_tests(paths, database) for _time in range(times))


def change_history(times: int, database: str) -> int:
    """S5."""
    return sum(_tests(["shangju/notices/tests/test_verify_history.py"], database) for _time in range(times))


DRILLS = {
    "r1": Drill(
        "web workers killed outright: every acknowledged concern is stored once", 100, kill_web_workers
    ),
    "r2": Drill(
        "the worker killed outright: no notice, no webhook lost; a repeat carries the same key",
        100,
        kill_worker,
    ),
    "r3": Drill("two connections at once: one wins, the other is told so", 1, race),
    "r4": Drill("a backup while people write, restored elsewhere, holds everything", 1, back_up),
    "r5": Drill("PostgreSQL restarted under load: 503 with a sentence, then normal", 4, restart_database),
    "r6": Drill("a full disk, a read-only folder for photos: nothing half-written", 1, fill_disk),
    "r7": Drill("clock jumps, unpublished year, another zone: deadlines and leases hold", 1, turn_clock),
    "ladder": Drill(
        "the sweep killed outright: each rung of the ladder is climbed once, by whichever worker",
        100,
        kill_sweep,
    ),
    "exports": Drill(
        "the worker killed outright while it writes ledgers: each that was asked for ends once, with a whole file",
        100,
        kill_exports,
    ),
    "s5": Drill("history changed by hand: verify-history names the row", 1, change_history),
}


def _python(arguments: list[str], **surroundings: str) -> int:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SHANGJU_", "DATABASE_", "TEST_"))}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env={**kept, **surroundings}, check=False).returncode


def _tests(arguments: list[str], database: str) -> int:
    """Tests on a fresh database; 1 when one fails or is skipped over entirely."""
    with ExitStack() as stack:
        folder: Path = stack.enter_context(temporary_folder())
        surroundings = {"SHANGJU_DATA": str(folder / "data")}
        if database == "postgresql":
            made = stack.enter_context(cluster(folder / "cluster"))
            made.create("shangju")
            surroundings["TEST_DATABASE_URL"] = made.url("shangju")
        return 1 if _python(["-m", "pytest", "-q", "-n", "1", *arguments], **surroundings) else 0


def main() -> int:
    """Run the drill that is named."""
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("name", nargs="?", choices=DRILLS)
    parser.add_argument("times", nargs="?", type=int, help="how often (each drill has a number of its own)")
    parser.add_argument("--database", choices=DATABASES, default="postgresql")
    options = parser.parse_args()
    if not options.name:
        for name, drill in DRILLS.items():
            print(f"{name}  {drill.promise} ({drill.times})")  # noqa: T201 - the list that was asked for
        return 0
    drill = DRILLS[options.name]
    status = drill.run(options.times or drill.times, options.database)
    print(f"{options.name}: {'held' if not status else 'DID NOT HOLD'}: {drill.promise}")  # noqa: T201 - the answer
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main())
