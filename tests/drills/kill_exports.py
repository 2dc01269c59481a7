"""Kill the worker again and again while it writes long ledgers; then look for one that is missing, broken or there twice.

``python -m tests.drills.kill_exports ROUNDS [WORKERS]`` in a fresh data folder (``SHANGJU_DATA``) or on an empty database
(``DATABASE_URL``); with two workers both write at once and both are killed. Prints one line of figures and exits 1 when an
export did not end once with a whole file of its own, or anything else lies in the folder of files.

An export counts as failed when its worker has died five times over it, as it should; the drill lets the fifth try be.
"""

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

CASES = 6_000
"""Rows of a ledger: three pieces."""

ASKED_PER_ROUND = 1
LONGEST_WRITING = 2.0
"""Seconds after the worker has begun, within which it is killed."""


def main() -> int:
    """On fresh tables: :func:`_drill`."""
    import django  # noqa: PLC0415 - the settings are chosen by whoever starts this

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after setup

    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    with everywhere(EverywhereReason.VERIFICATION):
        return _drill(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)


def _drill(rounds: int, workers: int) -> int:
    """Prepare, kill ``rounds`` times, finish, compare."""
    from tests.street import build_street  # noqa: PLC0415 - after setup

    street = build_street()
    _many_cases(street)
    chance = random.Random(20261130)
    killed_at_work = 0
    for each in range(rounds):
        for number in range(ASKED_PER_ROUND * workers):
            _ask(street, "xlsx" if (each + number) % 3 == 0 else "csv")
        killed_at_work += _write_until_killed(chance.uniform(0.0, LONGEST_WRITING), workers=workers)
        _two_minutes_pass()
    return _compare(rounds, killed_at_work, asked=rounds * ASKED_PER_ROUND * workers)


def _many_cases(street: Any) -> None:
    """Closed long ago, so that no other step of the worker takes them up."""
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from shangju.cases.models import Case  # noqa: PLC0415 - as above
    from shangju.cases.tests.stories import case_in  # noqa: PLC0415 - as above

    first = case_in("closed", street, now=timezone.now() - timedelta(days=300))
    first.refresh_from_db()
    columns = [column.attname for column in Case._meta.concrete_fields if not column.primary_key]
    facts = {name: getattr(first, name) for name in columns}
    alike = (
        Case(**{**facts, "number": f"DRILL-{place:06}", "tracking_print": f"drill-{place:06}"})
        for place in range(1, CASES)
    )
    Case.objects.bulk_create(alike, batch_size=500)


def _ask(street: Any, form: str) -> None:
    from django.utils import timezone  # noqa: PLC0415 - after setup

    from shangju.ledgers.tables import LEDGERS  # noqa: PLC0415 - as above
    from shangju.ledgers.tests.reading import exported  # noqa: PLC0415 - as above
    from shangju.ledgers.workflow import LedgerKind  # noqa: PLC0415 - as above

    columns = tuple(LEDGERS[LedgerKind.CASE].usual)
    taken = exported(street, "officer", now=timezone.now(), form=form, columns=columns)
    assert taken.content is None, "a ledger of so many rows is the worker's"


def _exports() -> Any:
    from shangju.ledgers.models import Export  # noqa: PLC0415 - after setup

    return Export.objects.order_by("pk")


def _write_until_killed(delay: float, *, workers: int) -> bool:
    """Start the worker; kill it a little after it has begun an export. Says whether one was left half-way."""
    started = [subprocess.Popen([sys.executable, "-m", "shangju", "worker"]) for _worker in range(workers)]
    try:
        before, limit = _tries(), time.monotonic() + 60
        while _tries() == before and time.monotonic() < limit:
            time.sleep(0.005)
        time.sleep(delay)
    finally:
        for worker in started:
            worker.kill()
            worker.wait()
    return bool(_exports().filter(state="running").exists())


def _tries() -> int:
    from django.db.models import Sum  # noqa: PLC0415 - after setup

    return _exports().aggregate(all=Sum("attempts"))["all"] or 0


def _two_minutes_pass() -> None:
    """What a killed worker left running has been silent for so long; a last try is not disturbed."""
    from django.db.models import F  # noqa: PLC0415 - after setup
    from django.utils import timezone  # noqa: PLC0415 - as above

    from shangju.ledgers import work  # noqa: PLC0415 - as above

    left = _exports().filter(state="running")
    left.update(seen_at=F("seen_at") - work.SILENT_FOR - timedelta(seconds=1))
    while left.filter(attempts__gte=work.TRIES_AT_MOST - 1).exists():
        work.write_exports(timezone.now())


def _compare(rounds: int, killed_at_work: int, *, asked: int) -> int:
    from django.core.files.storage import default_storage  # noqa: PLC0415 - after setup
    from django.utils import timezone  # noqa: PLC0415 - as above

    from shangju.core.models import AuditEvent  # noqa: PLC0415 - as above
    from shangju.ledgers.work import ROOT, write_exports  # noqa: PLC0415 - as above
    from shangju.notices.models import Notice  # noqa: PLC0415 - as above

    while write_exports(timezone.now()):
        pass
    done = list(_exports().filter(state="done"))
    written = Counter(AuditEvent.objects.filter(action="export.written").values_list("object_id", flat=True))
    told = Notice.objects.filter(key__contains="-done-in_app-").count()
    folder = Path(default_storage.path(ROOT))
    lying = {str(each.relative_to(folder.parent)) for each in folder.rglob("*") if each.is_file()}
    found = {
        "unfinished": asked - len(done),
        "twice": sum(count != 1 for count in written.values()) + abs(len(written) - len(done)),
        "broken": sum(not _is_whole(export) for export in done),
        "orphans": len(lying - {export.file for export in done}),
        "untold": abs(len(done) - told),
    }
    tries = Counter(export.attempts for export in done)
    print(  # noqa: T201 - the drill's answer
        f"kills={rounds} at_work={killed_at_work} asked={asked} written={len(done)} "
        f"most_tries={max(tries, default=0)} " + " ".join(f"{name}={count}" for name, count in found.items())
    )
    return 1 if any(found.values()) else 0


def _is_whole(export: Any) -> bool:
    """Whether the file is the one that the row tells of, with every case in it, once."""
    from hashlib import sha256  # noqa: PLC0415 - after setup

    from django.core.files.storage import default_storage  # noqa: PLC0415 - as above

    from shangju.ledgers.tests.reading import rows_in  # noqa: PLC0415 - as above

    with default_storage.open(export.file) as stream:
        content = stream.read()
    numbers = {row[1] for row in rows_in(content, export.form)[1:-1]}
    is_told = (export.size, export.sha256) == (len(content), sha256(content).hexdigest())
    return is_told and export.row_count == len(numbers) == CASES


if __name__ == "__main__":
    sys.exit(main())
