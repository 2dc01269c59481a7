"""P3: concerns taken in durably per second, and what each costs."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.drill_intake import web_workers
from bench.surroundings import ROOT, Installation, Running, cpu_seconds

CLIENTS = (1, 4, 16)
AIMS = {"postgresql": "≥ 200/s, p95 ≤ 100 ms at 4 clients", "sqlite": "≥ 100/s, p95 ≤ 100 ms at 4 clients"}
WARM_UP_SECONDS = 2


def intake(made: Installation, system: Running, *, seconds: float) -> list[dict[str, Any]]:
    """The rate with 1, 4 and 16 clients in a process of their own, two web workers, the background worker on."""
    play(system, clients=4, seconds=WARM_UP_SECONDS)
    figures: list[dict[str, Any]] = [
        {
            "what": f"P3 POST /api/v1/concerns, {clients} clients",
            **play(system, clients=clients, seconds=seconds),
            "aim": AIMS[made.database],
        }
        for clients in CLIENTS
    ]
    figures.append({"what": "P3 SQL for one concern", **made.ask("bench.statements")})
    return figures


def play(
    system: Running, *, clients: int, seconds: float, requests: Path | None = None, once: bool = False
) -> dict[str, Any]:
    """What the clients saw, and the processor time of the web workers for each answer."""
    workers, everything = web_workers(system), system.tree()
    began, used, used_by_all = time.monotonic(), cpu_seconds(workers), cpu_seconds(everything)
    seen = _clients(system, clients, seconds, requests, once=once)
    took = time.monotonic() - began
    web, by_all = cpu_seconds(workers) - used, cpu_seconds(everything) - used_by_all
    answered = max(1, int(seen["acknowledged"]) + int(seen["errors"]))
    return {
        **{name: value for name, value in seen.items() if value != ""},
        "web_cpu_ms_each": round(web * 1000 / answered, 1),
        "cores_used_by_us": round(by_all / took, 2),
    }


def _clients(
    system: Running, clients: int, seconds: float, requests: Path | None, *, once: bool
) -> dict[str, Any]:
    listed = ["--requests", str(requests)] if requests else []
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench.load", "--port", str(system.port)),
            *("--clients", str(clients), "--seconds", str(seconds)),
            *listed,
            *(["--once"] if once else []),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))
