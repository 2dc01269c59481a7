"""Kill the sweep again and again while deadlines climb; then look for a rung that was left out or climbed twice.

``python -m tests.drills.kill_sweep ROUNDS [WORKERS]`` in a fresh data folder (``SHANGJU_DATA``) or on an empty database
(``DATABASE_URL``); with two workers both sweep at once and both are killed. Prints one line of figures and exits 1 when a
rung is missing, doubled or has no history row, or a chain is broken.
"""

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

CASES_PER_ROUND = 12
RUNGS = ("orange", "red", "purple")
"""What has been reached by each case when the sweep begins, forty days after its deadline."""


def main() -> int:
    """Prepare, kill ``ROUNDS`` times, finish, compare."""
    import django  # noqa: PLC0415 - the settings are chosen by whoever starts this

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after setup
    from django.utils import timezone  # noqa: PLC0415 - as above

    from tests.street import build_street  # noqa: PLC0415 - as above

    rounds, workers = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    call_command("migrate", verbosity=0)
    street, now = build_street(), timezone.now()
    chance = random.Random(20261125)
    killed_at_work = 0
    for _round in range(rounds):
        _late_cases(street, now - timedelta(days=40))
        killed_at_work += _sweep_until_killed(now, chance.uniform(0.0, 0.08), workers=workers)
    return _compare(rounds, killed_at_work, now=now)


def _late_cases(street: Any, then: datetime) -> None:
    from shangju.cases.tests.stories import case_in, go  # noqa: PLC0415 - after setup

    for _case in range(CASES_PER_ROUND):
        go(case_in("in_progress", street, now=then), "contact", "grid_worker", street, now=then)


def _sweep_until_killed(now: datetime, delay: float, *, workers: int) -> bool:
    """Start the sweep; kill it a little after its first rung. Says whether it was still at work."""
    command = [sys.executable, "-m", "shangju", "sweep", "--now", now.isoformat()]
    sweeps = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _worker in range(workers)]
    before, limit = _marks(), time.monotonic() + 30
    while _marks() == before and time.monotonic() < limit and any(each.poll() is None for each in sweeps):
        time.sleep(0.005)
    time.sleep(delay)
    at_work = any(each.poll() is None for each in sweeps)
    for each in sweeps:
        each.kill()
        each.wait()
    return at_work


def _marks() -> int:
    from shangju.cases.models import LadderMark  # noqa: PLC0415 - after setup
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - as above

    with everywhere(EverywhereReason.VERIFICATION):
        return LadderMark.objects.count()


def _compare(rounds: int, killed_at_work: int, *, now: datetime) -> int:
    from shangju.cases import chain  # noqa: PLC0415 - after setup
    from shangju.cases.models import Case, CaseEvent, LadderMark  # noqa: PLC0415 - as above
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - as above
    from shangju.supervision.sweeping import climb_ladder  # noqa: PLC0415 - as above

    left_over = climb_ladder(now)
    repeated = climb_ladder(now)
    with everywhere(EverywhereReason.VERIFICATION):
        cases = list(Case.objects.order_by("pk"))
        made = Counter(LadderMark.objects.filter(step="close").values_list("case_id", "rung"))
        missing = sum(1 for case in cases for rung in RUNGS if not made[case.pk, rung])
        rows = CaseEvent.objects.filter(role="system", data__rung__isnull=False).count()
        doubled = rows - LadderMark.objects.count()
        broken = sum(chain.first_break(case, case.events.all()) is not None for case in cases)
    print(  # noqa: T201 - the drill's answer
        f"kills={rounds} at_work={killed_at_work} cases={len(cases)} rungs={rows} left_over={left_over} "
        f"missing={missing} doubled={doubled} repeated={repeated} broken={broken}"
    )
    is_whole = len(cases) == rounds * CASES_PER_ROUND
    return 1 if missing or doubled or repeated or broken or not is_whole else 0


if __name__ == "__main__":
    sys.exit(main())
