"""P3: concerns taken in durably per second, and what each costs."""

import json
import subprocess
import sys
import time
from typing import Any

from bench.surroundings import ROOT, Installation, Running, cpu_seconds

CLIENTS = (1, 4, 16)
AIMS = {"postgresql": "≥ 200/s, p95 ≤ 100 ms at 4 clients", "sqlite": "≥ 100/s, p95 ≤ 100 ms at 4 clients"}


def intake(made: Installation, system: Running, *, seconds: float) -> list[dict[str, Any]]:
    """The rate with 1, 4 and 16 clients in a process of their own, two web workers, the background worker on."""
    figures: list[dict[str, Any]] = []
    _clients(system, clients=4, seconds=2)
    for clients in CLIENTS:
        web = system.tree()
        used, began = cpu_seconds(web), time.monotonic()
        seen = _clients(system, clients=clients, seconds=seconds)
        cores = (cpu_seconds(web) - used) / (time.monotonic() - began)
        cpu = (cpu_seconds(web) - used) * 1000 / max(1, seen["acknowledged"])
        figures.append(
            {
                "what": f"P3 {seen.pop('door')}, {clients} clients",
                **{name: value for name, value in seen.items() if value != ""},
                "cpu_ms_each": round(cpu, 1),
                "cores_used_by_us": round(cores, 2),
                "aim": AIMS[made.database],
            }
        )
    figures.append({"what": "P3 SQL for one concern", **made.ask("bench.statements")})
    return figures


def _clients(system: Running, *, clients: int, seconds: float) -> dict[str, Any]:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench.load", "--port", str(system.port)),
            *("--clients", str(clients), "--seconds", str(seconds)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))
