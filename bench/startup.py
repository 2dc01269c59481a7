"""P1, P2, P11: from a clean clone to a page, what runs weighs, what a resident's phone fetches."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.load import get
from bench.surroundings import ROOT, Running, free_port, resident_megabytes, stop, wait_until_answering

REQUESTS = 1000
PAGES = ("/", "/report/", "/track/", "/privacy/")


def clean_clone() -> list[dict[str, Any]]:
    """P1: ``git clone`` of this repository's present commit and ``make run``, twice; the package cache is warm."""
    folder = Path(tempfile.mkdtemp(prefix="shangju-bench-clone-"))
    port = free_port()
    dropped = ("SHANGJU_", "DATABASE_", "VIRTUAL_ENV", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    try:
        figures = []
        began = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "clone")], check=True)
        for name, aim in (("P1 clean clone to a page that answers", 60), ("P1 second start", 5)):
            log = (folder / "log").open("ab")
            process = subprocess.Popen(
                ["make", "run"],
                cwd=folder / "clone",
                env={**kept, "SHANGJU_PORT": str(port)},
                stdout=log,
                stderr=log,
            )
            try:
                wait_until_answering(port, process, seconds=300)
                figures.append(
                    {"what": name, "seconds": round(time.monotonic() - began, 1), "aim": f"≤ {aim} s"}
                )
            except RuntimeError as fault:
                tail = (
                    (folder / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
                )
                return [*figures, {"what": name, "skipped": f"{fault}: {' '.join(tail)[:200]}"}]
            finally:
                stop(process)
                log.close()
            began = time.monotonic()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return figures


def footprint(system: Running) -> list[dict[str, Any]]:
    """P2: memory of the process tree, idle and after 1,000 requests."""
    time.sleep(5)
    idle = resident_megabytes(system.tree())
    for number in range(REQUESTS):
        get(system.port, PAGES[number % len(PAGES)])
    busy = resident_megabytes(system.tree())
    count = len(system.tree())
    worker = (
        "running" if any(b"worker" in _command(pid).split(b"\0") for pid in system.tree()) else "not running"
    )
    return [
        {
            "what": "P2 everything running, idle",
            **idle,
            "processes": count,
            "background worker": worker,
            "aim": "≤ 350 MB",
        },
        {
            "what": f"P2 after {REQUESTS} requests",
            **busy,
            "processes": count,
            "background worker": worker,
            "aim": "≤ 350 MB",
        },
    ]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def page_weight(system: Running) -> list[dict[str, Any]]:
    """P11, in a browser of its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.browser", "--port", str(system.port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-300:])
    figures: list[dict[str, Any]] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures
