"""R1: web workers are killed outright while concerns come in; every acknowledged one is stored exactly once.

Clients do what a good client does: a submission without an answer is sent again under the same key.
"""

import argparse
import json
import os
import random
import signal
import threading
import time
from pathlib import Path
from typing import Any

from bench.load import Intake, Tally, run_clients
from bench.surroundings import Installation, Running, process_tree, wait_until_answering

CLIENTS = 4
PAUSE_SECONDS = (0.1, 1.5)
"""Between an answer and the next kill: often sooner than the replacement has started."""
SETTLE_SECONDS = 5


def web_workers(system: Running) -> list[int]:
    """The processes that answer requests: children of the web server, which itself is a child of the watcher."""
    servers = web_server(system)
    below = [pid for server in servers for pid in process_tree(server)[1:] if _parent(pid) == server]
    return [pid for pid in below if not _is_helper(pid)]


def web_server(system: Running) -> list[int]:
    """The process that starts the web workers."""
    return [pid for pid in process_tree(system.process.pid) if _is_web_server(pid)]


def _is_web_server(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"shangju.core.web_server" in command


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def kill_at_random(system: Running, times: int, rng: random.Random) -> int:
    """Kill one web worker after another; how many were really there to be killed."""
    killed = 0
    deadline = time.monotonic() + times * 10
    while killed < times and time.monotonic() < deadline:
        wait_until_answering(system.port, system.process, path="/track/")
        time.sleep(rng.uniform(*PAUSE_SECONDS))
        candidates = web_workers(system)
        if candidates:
            try:
                os.kill(rng.choice(candidates), signal.SIGKILL)
            except ProcessLookupError:
                continue
            killed += 1
    return killed


def _is_helper(pid: int) -> bool:
    """Multiprocessing's own tracker is no web worker."""
    try:
        return b"resource_tracker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True


def drill(made: Installation, system: Running, *, times: int) -> dict[str, Any]:
    """Kill ``times`` web workers under load, then compare what was acknowledged with what is stored."""
    before = int(made.ask("bench.drill_intake", "--last"))
    door, tally, over = Intake(system.port), Tally(), threading.Event()

    def keep_submitting() -> None:
        while not over.is_set():
            part, _took = run_clients(door, clients=CLIENTS, seconds=2, repeat_broken=True)
            tally.acknowledged += part.acknowledged
            tally.refused += part.refused
            tally.broken += part.broken

    clients = threading.Thread(target=keep_submitting)
    clients.start()
    killed = kill_at_random(system, times, random.Random(1))
    over.set()
    clients.join()
    time.sleep(SETTLE_SECONDS)
    keys = made.data / "acknowledged.json"
    keys.write_text(json.dumps(tally.acknowledged), encoding="utf-8")
    return {
        "what": f"R1 {door.name}, web workers killed outright {killed} times",
        **made.ask("bench.drill_intake", "--compare", str(keys), "--after", str(before)),
        "requests_without_answer": tally.broken,
        "refused": tally.refused,
        "aim": "missing 0, doubled 0",
    }


def last_case() -> int:
    """The id of the newest case; 0 where there is none."""
    from shangju.cases.models import Case  # noqa: PLC0415 - after the set-up
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - after the set-up

    with everywhere(EverywhereReason.VERIFICATION):
        return Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def compare(keys: Path, after: int) -> dict[str, int]:
    """Acknowledged keys against stored ones; whether the cases after ``after``, their histories and keys agree."""
    from shangju.cases.models import Case, CaseEvent, IdempotencyKey  # noqa: PLC0415 - after the set-up
    from shangju.core.scoping import EverywhereReason, everywhere  # noqa: PLC0415 - after the set-up

    acknowledged = json.loads(keys.read_text(encoding="utf-8"))
    with everywhere(EverywhereReason.VERIFICATION):
        new_keys = IdempotencyKey.objects.filter(case_id__gt=after)
        stored = {key.removeprefix("api:") for key in new_keys.values_list("key", flat=True)}
        cases = Case.objects.filter(pk__gt=after).count()
        without_history = Case.objects.filter(pk__gt=after, history_length=0).count()
        registered = CaseEvent.objects.filter(case_id__gt=after, sequence=1).count()
    return {
        "acknowledged": len(set(acknowledged)),
        "missing": len(set(acknowledged) - stored),
        "doubled": max(0, cases - len(stored)),
        "half_stored": without_history + abs(cases - registered),
    }


def main() -> None:
    """Say what is stored."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compare", type=Path)
    parser.add_argument("--after", type=int, default=0)
    parser.add_argument("--last", action="store_true")
    options = parser.parse_args()
    import django  # noqa: PLC0415 - only the comparing process needs the application

    django.setup()
    print(last_case() if options.last else json.dumps(compare(options.compare, options.after)))


if __name__ == "__main__":
    main()
