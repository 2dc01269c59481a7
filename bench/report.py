"""The figures as JSON and Markdown, with the conditions under which they were taken."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.surroundings import ROOT

HIDDEN = ("slowest_sql", "first_fault")


def conditions(**more: Any) -> dict[str, Any]:
    """Commit, machine, versions, date."""
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "commit": git.stdout.strip() or "unknown",
        "cores": os.cpu_count(),
        "memory_gb": round(memory),
        "python": platform.python_version(),
        "load_before": load(),
        **more,
    }


def load() -> float:
    """Load average of the last minute: how quiet the machine is."""
    return round(os.getloadavg()[0], 2)


def told(conditions: dict[str, Any]) -> str:
    """Conditions in one line."""
    return ", ".join(f"{name} {value}" for name, value in conditions.items())


def line_of(figure: dict[str, Any]) -> str:
    """One figure in words for a table cell."""
    if "skipped" in figure:
        return f"not measured: {figure['skipped']}"
    return ", ".join(
        f"{name} {value}"
        for name, value in figure.items()
        if name not in {"what", "aim", "database", *HIDDEN}
    )


def as_markdown(runs: list[dict[str, Any]]) -> str:
    """All runs as one page."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; nothing here is edited by hand. Measured on a shared, noisy machine, clients and",
        "server on the same cores: compare rows within one run. Cases are generated (`bench/generator.py`), each with its",
        "history; only a sample has clocks of its own. P4 to P6 are taken in the process, through the whole middleware,",
        "without the network; everything else over HTTP against `shangju up` with two web workers and the background",
        "worker, with these cases stored. `rss_mb` counts pages that processes share once for each, `pss_mb` once.",
        "`web_cpu_ms_each` is the processor time of the web workers for one answer.",
    ]
    return "\n".join(lines) + "\n" + sections(runs)


def sections(runs: list[dict[str, Any]]) -> str:
    """Each run with its conditions and its table."""
    lines: list[str] = []
    for run in runs:
        lines += [
            "",
            f"## {run['conditions']['database']}",
            "",
            told(run["conditions"]),
            "",
            "| What | Figure | Aim |",
            "|---|---|---|",
        ]
        lines += [
            f"| {figure['what']} | {line_of(figure)} | {figure.get('aim', '')} |" for figure in run["figures"]
        ]
    return "\n".join(lines) + "\n"


def write(runs: list[dict[str, Any]], folder: Path, page: Path | None, *, adds: bool = False) -> Path:
    """JSON and Markdown under ``folder``, and the page of the documentation where one is named.

    With ``adds`` what the page says of earlier runs stays, each with its own conditions.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    (folder / f"{stem}.json").write_text(json.dumps(runs, ensure_ascii=False, indent=1), encoding="utf-8")
    (folder / f"{stem}.md").write_text(as_markdown(runs), encoding="utf-8")
    if page:
        earlier = page.read_text(encoding="utf-8") if adds else ""
        page.write_text(earlier + (sections(runs) if adds else as_markdown(runs)), encoding="utf-8")
    return folder / f"{stem}.json"
