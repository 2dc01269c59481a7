"""P1, P2, P11: from a clean clone to a page, what runs weighs, what a resident's phone fetches."""

import gzip
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.load import get
from bench.surroundings import ROOT, Running, free_port, resident_megabytes, stop, wait_until_answering

REQUESTS = 1000
PAGES = ("/", "/report/", "/track/", "/privacy/")
ASSET = re.compile(rb"""<(?:link|script|img|source)\b[^>]*?(?:href|src)="(/[^"#]+)"[^>]*>""")
NOT_FETCHED = re.compile(rb"""rel="(?:canonical|alternate|manifest|apple-touch-icon)\"""")


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
    """P11: a page and what it links, as compressed as the server sends it; fonts named in style sheets included."""
    figures = []
    for path in ("/", "/report/"):
        open_addresses, seen, kilobytes = [path], set(), 0.0
        while open_addresses:
            address = open_addresses.pop()
            if address in seen:
                continue
            seen.add(address)
            answer = get(system.port, address, Accept_Encoding="gzip")
            kilobytes += (len(answer.body) + len(str(answer.headers))) / 1000
            open_addresses += linked(answer.body, answer.headers)
        figures.append(
            {
                "what": f"P11 {path} first view",
                "kB": round(kilobytes, 1),
                "requests": len(seen),
                "aim": "≤ 80 kB, ≤ 10",
            }
        )
    return figures


def linked(body: bytes, headers: Any) -> list[str]:
    """What a browser fetches with a page of HTML."""
    if not str(headers.get("Content-Type")).startswith("text/html"):
        return []
    if headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    matches = (match for match in ASSET.finditer(body) if not NOT_FETCHED.search(match.group(0)))
    return [match.group(1).decode() for match in matches]
