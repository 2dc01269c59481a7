"""Import a real table under fire: dry run, kill -9 in the middle, two at once, and once more; then count.

``python -m tests.drills.import_table KILLS [FILE]`` with a fresh ``SHANGJU_DATA`` (or ``DATABASE_URL`` of an empty
database). Without a FILE a table like a hotline's is made. Prints one line of figures; exits 1 when a row is missing,
doubled or not whole. The one sub-district of the drill takes every row that names no area.
"""

import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROWS = 1_500
WORDS = ("油烟扰民", "占道经营", "夜间施工", "楼道堆物", "垃圾满溢", "风机太响", "井盖松动", "路灯不亮")


def main() -> int:
    """Prepare, import under fire, compare."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shangju.config.settings")
    import django  # noqa: PLC0415 - the settings are chosen by whoever starts this

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - after setup

    kills = int(sys.argv[1])
    _prepare()
    path = Path(sys.argv[2]) if len(sys.argv) > 2 else _made_table(settings.ENVIRONMENT.data)
    before = _counts()
    dry = _finished(_start(path, "--dry-run"))
    faults = [] if _counts() == before else ["the dry run stored something"]
    killed = sum(_killed(path) for _kill in range(kills))
    both = [_finished(process) for process in [_start(path), _start(path)]]
    again = _finished(_start(path))
    faults += _faults(dry, again)
    sys.stdout.write(f"kills={killed} dry=({dry}) two at once=({both[0]}) ({both[1]}) again=({again})\n")
    sys.stdout.write(("\n".join(faults) or "every row is in once, and whole") + "\n")
    return 1 if faults else 0


def _prepare() -> None:
    from django.core.management import call_command  # noqa: PLC0415 - after setup

    from shangju.areas.tests.trees import small_tree  # noqa: PLC0415 - after setup
    from shangju.categories.services import seed_categories  # noqa: PLC0415 - after setup
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - after setup
    from shangju.deadlines.services import seed_calendar  # noqa: PLC0415 - after setup

    call_command("migrate", verbosity=0)
    with everywhere(EverywhereReason.SETUP):
        seed_categories(now=datetime(2026, 1, 5, 2, 0, tzinfo=UTC))
        seed_calendar(now=datetime(2026, 1, 5, 2, 0, tzinfo=UTC))
        small_tree("A")


def _made_table(folder: Path) -> Path:
    rng = random.Random(5)
    rows = (
        f"W{n:05},2026-0{1 + n % 2}-{1 + n % 28:02} 10:{n % 60:02}:00,{n}号反映{rng.choice(WORDS)},A{1 + n % 2}"
        for n in range(ROWS)
    )
    path = folder / "table.csv"
    path.write_text("\n".join(["工单编号,来电时间,诉求内容,社区", *rows, ""]), encoding="utf-8")
    return path


def _start(path: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "shangju", "import-concerns", str(path), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def _finished(process: subprocess.Popen[str]) -> str:
    out, _err = process.communicate()
    return (out.strip().splitlines() or ["no last line"])[-1]


def _killed(path: Path) -> bool:
    """Start an import and kill it when its first batch is in; false where it was done before."""
    process, stored = _start(path), _cases()
    limit = time.monotonic() + 120
    while _cases() == stored and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.02)
    was_running = process.poll() is None
    process.kill()
    process.communicate()
    return was_running


def _cases() -> int:
    from shangju.cases.models import Case  # noqa: PLC0415 - after setup
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - after setup

    with everywhere(EverywhereReason.VERIFICATION):
        return Case.objects.count()


def _counts() -> dict[str, int]:
    from shangju.imports.tests.taking import whole_database  # noqa: PLC0415 - after setup

    return whole_database()


def _faults(dry: str, again: str) -> list[str]:
    from django.core.management import call_command  # noqa: PLC0415 - after setup

    from shangju.cases.models import Case, NumberSeries  # noqa: PLC0415 - after setup
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - after setup

    wanted = int(dry.split()[1].strip(","))
    counts, found = _counts(), []
    with everywhere(EverywhereReason.VERIFICATION):
        clockless = Case.objects.filter(clocks__isnull=True).count()
    if not again.startswith(f"imported 0, already present {wanted},"):
        found.append(f"the last run says: {again}")
    numbers = sum(NumberSeries.objects.values_list("last", flat=True))
    for what, count in {
        "cases": counts["cases_case"],
        "history rows": counts["cases_caseevent"],
        "numbers": numbers,
        "cases with clocks": counts["cases_case"] - clockless,
        "search entries": counts.get("cases_search", counts["cases_case"]),
    }.items():
        if count != wanted:
            found.append(f"{what}: {count}, not {wanted}")
    try:
        call_command("verify_history", verbosity=0)
    except (SystemExit, RuntimeError) as broken:
        found.append(f"verify-history: {broken}")
    return found


if __name__ == "__main__":
    sys.exit(main())
