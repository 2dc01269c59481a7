"""TOPICS: how well and how fast ``shangju find-topics`` finds what belongs together, on two public data sets.

The data stays where it is (``--data DIR``, with the folders ``taidi2020c`` and ``boston311_2011h2``). Rows that the
reference marks as fringe are not counted.
"""

import csv
import gzip
import io
import re
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.surroundings import ROOT, Installation, temporary_folder

HOTTEST = 10
BOARD, CITY = "taidi2020c/hotspot.csv.gz", "boston311_2011h2/cases.csv.gz"


def find(folder: Path | None) -> list[dict[str, Any]]:
    """Both data sets; a sentence instead of figures where one is not there."""
    figures = []
    for what, name, measure in (
        ("TOPICS reference topics of a message board", BOARD, _board),
        ("TOPICS duplicates that a city marked", CITY, _city),
    ):
        if folder is None or not (folder / name).exists():
            figures.append({"what": what, "skipped": f"no {name}; name the folder that holds it with --data"})
        else:
            figures.append({"what": what, **measure(folder / name)})
    return figures


def _board(path: Path) -> dict[str, Any]:
    """The best group for each reference topic by F1, and the ranks of these groups by heat."""
    groups, told = _found(path)
    wanted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in _rows(path.with_name("hotspot_members.csv")):
        wanted[row["topic"]][row["role"]].add(row["msg_id"])
    best = [
        max((_f1(ids - roles["fringe"], roles["core"]), -rank) for rank, ids in groups.items())
        for _topic, roles in sorted(wanted.items())
    ]
    ranks = [-rank for _f1_of, rank in best]
    return {
        "mean_f1": round(sum(f1 for f1, _rank in best) / len(best), 3),
        "each_f1": "/".join(f"{f1:.2f}" for f1, _rank in best),
        "ranks": "/".join(map(str, ranks)),
        "among_ten_hottest": f"{sum(rank <= HOTTEST for rank in ranks)} of {len(ranks)}",
        **told,
        "aim": "F1 ≥ 0.93, all among the ten hottest",
    }


def _city(path: Path) -> dict[str, Any]:
    """How many of the pairs that closing reasons name as duplicates come into one group, in a window of 30 days."""
    groups, told = _found(path, "--days", "30")
    rank_of = {number: rank for rank, ids in groups.items() for number in ids}
    rows = list(_rows(path))
    numbers = {row["case_enquiry_id"] for row in rows}
    pairs = [(row["case_enquiry_id"], row["duplicate_of"]) for row in rows if row["duplicate_of"] in numbers]
    together = sum(1 for one, other in pairs if one in rank_of and rank_of[one] == rank_of.get(other))
    return {
        "pairs": len(pairs),
        "recall": round(together / len(pairs), 3),
        "grouped": len(rank_of),
        "largest": max(map(len, groups.values())),
        **told,
    }


def _f1(found: set[str], wanted: set[str]) -> float:
    return 2 * len(found & wanted) / (len(found) + len(wanted)) if found or wanted else 0.0


def _found(path: Path, *options: str) -> tuple[dict[int, set[str]], dict[str, Any]]:
    """The groups by rank, and what the command cost."""
    with temporary_folder() as folder:
        rows = folder / "rows.csv"
        command = [
            sys.executable, "-m", "shangju", "find-topics", str(path),
            "--rows", str(rows), "--topics", str(folder / "topics.csv"), *options,
        ]  # fmt: skip
        made = Installation("sqlite", folder / "data", "sqlite:///shangju.sqlite3", None)
        began = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env=made.environment, capture_output=True, text=True, check=False
        )
        took = time.monotonic() - began
        if done.returncode:
            raise RuntimeError(done.stderr[-300:])
        groups: dict[int, set[str]] = defaultdict(set)
        counted = 0
        for row in _rows(rows):
            counted += 1
            if re.fullmatch(r"\d+", row["topic"]):
                groups[int(row["topic"])].add(row["id"])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return groups, {"rows": counted, "topics": len(groups), "seconds": round(took, 1), "peak_mb": peak}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8-sig")
    return csv.DictReader(io.StringIO(text, newline=""))
