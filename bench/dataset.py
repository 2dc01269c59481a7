"""The generated cases, kept from run to run: made once, copied for each run, so that no run changes what the next measures.

A kept set is a folder ``DATABASE-ROWS`` with the data folder of an installation (its keys open the sealed columns), on
PostgreSQL a cluster beside it, and ``made.json``: what it was made from. It serves again while rows and generator are
the same, new migrations are applied to it, and it is not too old: deadlines run on.
"""

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.surroundings import ROOT, SETUP_FILE, Cluster, Installation, cluster, temporary_folder

KEPT = Path(tempfile.gettempdir()) / "shangju-bench"
FRESH_FOR = timedelta(days=7)
"""Afterwards most of the open cases would be overdue."""
MADE_FROM = (
    "bench/generator.py", "bench/places.py", "bench/concerns.py", "bench/case_maker.py", "bench/storing.py",
    SETUP_FILE, "shangju/cases/chain.py", "shangju/demo/corpus.py",
)  # fmt: skip
"""A new migration makes no new set: it is applied to the kept one, as on any installation."""
NAME, COPY = "shangju", "shangju_run"


@dataclass(frozen=True, slots=True)
class Filled:
    """A copy of a kept set: the installation to measure, and what is known about its cases."""

    installation: Installation
    made: dict[str, Any]
    was_kept: bool

    @property
    def sample(self) -> list[str]:
        """Numbers of cases with a long history."""
        return list(self.made["sample"])


def fingerprint() -> str:
    """What the set is made from: the generator and what it takes its areas, texts and hashes from."""
    digest = hashlib.sha256()
    for name in MADE_FROM:
        digest.update(name.encode() + b"\0" + (ROOT / name).read_bytes())
    return digest.hexdigest()


def kept_set(folder: Path, rows: int, now: datetime) -> dict[str, Any] | None:
    """What is written about the set in ``folder``, or none where it does not serve (any more)."""
    try:
        made: dict[str, Any] = json.loads((folder / "made.json").read_text(encoding="utf-8"))
        is_fresh = now - datetime.fromisoformat(made["now"]) < FRESH_FOR
    except (OSError, ValueError, KeyError):
        return None
    return made if is_fresh and made["rows"] == rows and made.get("fingerprint") == fingerprint() else None


@contextmanager
def filled(database: str, rows: int, *, kept: Path = KEPT) -> Iterator[Filled]:
    """A copy of the kept set with ``rows`` cases on ``database``; the set is made first where there is none."""
    folder = kept.resolve() / f"{database}-{rows}"
    made = kept_set(folder, rows, datetime.now(UTC))
    if made is None:
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "data").mkdir(parents=True)
    with contextlib.ExitStack() as stack:
        running = stack.enter_context(cluster(folder / "cluster")) if database == "postgresql" else None
        kept_one = _kept_installation(folder, running, database)
        if made is None:
            told = _make(kept_one, folder, rows)
        else:
            told = made
            kept_one.run("-m", "shangju", "migrate", "--verbosity", "0")
        copied = stack.enter_context(temporary_folder()) / "data"
        shutil.copytree(folder / "data", copied)
        url = "sqlite:///shangju.sqlite3"
        if running is not None:
            running.drop(COPY)
            running.create(COPY, template=NAME)
            stack.callback(running.drop, COPY)
            url = running.url(COPY)
        yield Filled(Installation(database, copied, url, running), told, was_kept=made is not None)


def _kept_installation(folder: Path, running: Cluster | None, database: str) -> Installation:
    url = running.url(NAME) if running is not None else "sqlite:///shangju.sqlite3"
    return Installation(database, folder / "data", url, running)


def _make(installation: Installation, folder: Path, rows: int) -> dict[str, Any]:
    if installation.cluster is not None:
        installation.cluster.create(NAME)
    installation.set_up()
    made = installation.ask("bench.generator", "--rows", str(rows))
    told = {**made, "fingerprint": fingerprint()}
    (folder / "made.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return told
