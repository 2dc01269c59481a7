"""TOPICS: how well and how fast ``shangju find-topics`` finds what belongs together, on two public data sets.

The data stays where it is (``--data DIR``, with the folders ``taidi2020c`` and ``boston311_2011h2``). Rows that the
reference marks as fringe are not counted. Beside the default setting: other thresholds, and smaller tables with the
same topics in them, since a rule that is right at one point only would not be right anywhere else.
"""

import csv
import gzip
import io
import random
import re
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from bench.surroundings import ROOT, Installation, temporary_folder

HOTTEST = 10
BOARD, CITY = "taidi2020c/hotspot.csv.gz", "boston311_2011h2/cases.csv.gz"
AIM = {"aim": "mean F1 above 0.93, all among the ten hottest"}
THRESHOLDS = (0.042, 0.056, 0.07, 0.084, 0.105)
"""0.6 to 1.5 times the default."""

PARTS = (0.35, 0.5, 0.7)
"""How much of the rows that belong to no reference topic is kept."""

CITY_SETTINGS = {
    "default": (),
    "a month": ("--days", "30"),
    "strict": ("--days", "3", "--radius", "30", "--threshold", "0.1"),
}
Groups = dict[int, set[str]]
"""Rows by the rank of their topic."""


def find(folder: Path | None) -> list[dict[str, Any]]:
    """Both data sets; a sentence instead of figures where one is not there."""
    figures: list[dict[str, Any]] = []
    for what, name, measure in (
        ("TOPICS reference topics of a message board", BOARD, _board),
        ("TOPICS duplicates that a city marked", CITY, _city),
    ):
        if folder is None or not (folder / name).exists():
            figures.append({"what": what, "skipped": f"no {name}; name the folder that holds it with --data"})
        else:
            figures += [
                {"what": f"{what}, {setting}", **figure} for setting, figure in measure(folder / name)
            ]
    return figures


def _board(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The best group for each reference topic by F1, and the ranks of these groups by heat."""
    wanted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in _rows(path.with_name("hotspot_members.csv")):
        wanted[row["topic"]][row["role"]].add(row["msg_id"])
    for threshold in THRESHOLDS:
        groups, told = _found(path, "--threshold", str(threshold))
        yield f"threshold {threshold}", {**_against(groups, wanted), **told, **AIM}
    of_topics = {number for roles in wanted.values() for ids in roles.values() for number in ids}
    rows = list(_rows(path))
    for part in PARTS:
        chance = random.Random(1)
        kept = [row for row in rows if row["msg_id"] in of_topics or chance.random() < part]
        with temporary_folder() as folder:
            smaller = folder / "part.csv"
            with smaller.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(kept[0]))
                writer.writeheader()
                writer.writerows(kept)
            groups, told = _found(smaller)
        yield f"{part:.0%} of the other rows", {**_against(groups, wanted), **told, **AIM}


def _against(groups: Groups, wanted: dict[str, dict[str, set[str]]]) -> dict[str, Any]:
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
    }


def _city(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """How many of the known duplicates come into one group, and how many of the pairs in groups are known duplicates.

    The city names the first report for some duplicates only, and says nothing of all other rows. So precision is
    reckoned over the pairs that hold a row of a known pair; over all pairs it would say how diligently the city marked.
    Known are also two duplicates of one report.
    """
    rows = {row["case_enquiry_id"]: row for row in _rows(path)}
    pairs = [(number, row["duplicate_of"]) for number, row in rows.items() if row["duplicate_of"] in rows]
    first = _first_of(pairs)
    marked = {number for number, row in rows.items() if row["flagged_duplicate"] == "1"}
    for setting, options in CITY_SETTINGS.items():
        groups, told = _found(path, *options)
        rank_of = {number: rank for rank, ids in groups.items() for number in ids}
        together = sum(1 for one, other in pairs if one in rank_of and rank_of[one] == rank_of.get(other))
        judged = [
            one in first and other in first and first[one] == first[other]
            for ids in groups.values()
            for one, other in combinations(sorted(ids), 2)
            if one in first or other in first
        ]
        sizes = sorted(map(len, groups.values()))
        spans = sorted(_days(rows[number]["open_dt"] for number in ids) for ids in groups.values())
        yield (
            setting,
            {
                "known_pairs": len(pairs),
                "recall": round(together / len(pairs), 3),
                "judged_pairs": len(judged),
                "precision": round(sum(judged) / len(judged), 3),
                "all_pairs": sum(size * (size - 1) // 2 for size in sizes),
                "rows_in_groups": f"{len(rank_of) / len(rows):.1%}",
                "groups_with_a_marked_row": f"{sum(1 for ids in groups.values() if ids & marked) / len(sizes):.0%}",
                "sizes_of_groups": _spread(sizes),
                "days_from_first_to_last": _spread(spans),
                **told,
            },
        )


def _first_of(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """For every row of a known pair one row that stands for all its duplicates."""
    first: dict[str, str] = {}

    def standing(number: str) -> str:
        while first.setdefault(number, number) != number:
            number = first[number]
        return number

    for one, other in pairs:
        first[standing(one)] = standing(other)
    return {number: standing(number) for number in list(first)}


def _days(times: Iterator[str]) -> int:
    days = sorted(time.mktime(time.strptime(at[:10], "%Y-%m-%d")) for at in times)
    return round((days[-1] - days[0]) / 86400)


def _spread(values: list[int]) -> str:
    """The middle of them, what 99 of 100 do not exceed, and the greatest; ``values`` in order."""
    return f"{values[len(values) // 2]}/{values[len(values) * 99 // 100]}/{values[-1]} (median/99 %/most)"


def _f1(found: set[str], wanted: set[str]) -> float:
    return 2 * len(found & wanted) / (len(found) + len(wanted)) if found or wanted else 0.0


def _found(path: Path, *options: str) -> tuple[Groups, dict[str, Any]]:
    """The groups by rank, and what the command cost; ``peak_mb`` is the most that any command took so far."""
    with temporary_folder() as folder:
        rows = folder / "rows.csv"
        command = [
            sys.executable, "-m", "shangju", "find-topics", str(path),
            "--rows", str(rows), "--topics", str(folder / "topics.csv"), *options,
        ]  # fmt: skip
        made = Installation("sqlite", folder / "data", "sqlite:///shangju.sqlite3", None)
        began, before = time.monotonic(), _processor_seconds()
        done = subprocess.run(
            command, cwd=ROOT, env=made.environment, capture_output=True, text=True, check=False
        )
        took, worked = time.monotonic() - began, _processor_seconds() - before
        if done.returncode:
            raise RuntimeError(done.stderr[-300:])
        groups: Groups = defaultdict(set)
        counted = 0
        for row in _rows(rows):
            counted += 1
            if re.fullmatch(r"\d+", row["topic"]):
                groups[int(row["topic"])].add(row["id"])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return groups, {
        "rows": counted,
        "topics": len(groups),
        "seconds": round(took, 1),
        "processor_seconds": round(worked, 1),
        "peak_mb": peak,
    }


def _processor_seconds() -> float:
    """What the commands so far have worked: on a busy machine the clock tells how long they waited, too."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _rows(path: Path) -> Iterator[dict[str, str]]:
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8-sig")
    return csv.DictReader(io.StringIO(text, newline=""))
