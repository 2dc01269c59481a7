"""Kill parts of the running system outright, again and again; how long until it answers, and what is left at the end.

``python -m tests.drills.kill_system ROUNDS`` starts ``shangju up`` in an installation of its own. Each round kills a web
worker, the web server itself or the background worker, at times before the last one has come back; then it must answer.
Prints one line of figures; exits 1 when the system gave up, a part did not come back, or a process was left behind.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.drill_intake import web_server, web_workers
from bench.surroundings import Running, installation, process_tree, running, wait_until_answering


def background_worker(system: Running) -> list[int]:
    """The process of ``shangju worker``."""
    return [pid for pid in process_tree(system.process.pid) if _command(pid)[-2:] == [b"shangju", b"worker"]]


VICTIMS: dict[str, Callable[[Running], list[int]]] = {
    "web worker": web_workers,
    "web server": web_server,
    "background worker": background_worker,
}


def _command(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    except OSError:
        return []


def main() -> int:
    """Kill, wait for the answer, end it as Ctrl-C does."""
    rounds, chance = int(sys.argv[1]), random.Random(20260305)
    silences: dict[str, list[float]] = {name: [] for name in VICTIMS}
    with installation("sqlite") as made, running(made) as system:
        for name, find in VICTIMS.items():
            for _round in range(rounds):
                _kill_one(system, find, chance)
                began = time.monotonic()
                wait_until_answering(system.port, system.process, path="/track/")
                silences[name].append(time.monotonic() - began)
                time.sleep(chance.choice((0, 0, 0.3, 1.5)))
        _all_there(system)
        parts = system.tree()
        began = time.monotonic()
        system.process.send_signal(signal.SIGINT)
        status = system.process.wait(30)
        ended = time.monotonic() - began
        left = [
            pid for pid in parts if Path(f"/proc/{pid}").exists() and b"shangju" in b" ".join(_command(pid))
        ]
    longest = {name: round(max(values), 2) for name, values in silences.items()}
    print(  # noqa: T201 - the drill's answer
        f"kills={rounds * len(VICTIMS)} longest_silence={longest} stop={ended:.2f}s status={status} left={left}"
    )
    return 1 if left or status else 0


def _kill_one(system: Running, find: Callable[[Running], list[int]], chance: random.Random) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if found := find(system):
            os.kill(chance.choice(found), signal.SIGKILL)
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing to kill: {find.__name__} found none for 10 s")


def _all_there(system: Running) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if len(web_workers(system)) == 2 and web_server(system) and background_worker(system):
            return
        time.sleep(0.1)
    raise RuntimeError("not every part came back within 10 s")


if __name__ == "__main__":
    sys.exit(main())
