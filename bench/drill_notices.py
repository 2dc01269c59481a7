"""R2: the worker is killed outright while it tells people; ``tests/drills/kill_worker`` in an installation of its own."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.surroundings import ROOT, Installation, temporary_folder

DATABASE = "shangju_drill"


def drill(made: Installation, *, times: int) -> list[dict[str, Any]]:
    """Kill the worker ``times`` times on an empty database beside the one of ``made``."""
    with temporary_folder() as folder:
        url = "sqlite:///shangju.sqlite3"
        if made.cluster is not None:
            made.cluster.drop(DATABASE)
            made.cluster.create(DATABASE)
            url = made.cluster.url(DATABASE)
        try:
            empty = Installation(made.database, folder / "data", url, made.cluster)
            empty.data.mkdir()
            return [_drill(empty, folder / "keys", times)]
        finally:
            if made.cluster is not None:
                made.cluster.drop(DATABASE)


def _drill(empty: Installation, keys: Path, times: int) -> dict[str, Any]:
    surroundings = {
        **empty.environment,
        "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
        "SHANGJU_DRILL_KEYS": str(keys),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.kill_worker", str(times)],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    if not lines:
        raise RuntimeError(done.stderr.strip()[-300:] or "the drill said nothing")
    counts = dict(part.split("=") for part in lines[-1].split())
    return {
        "what": f"R2 background worker killed outright {times} times",
        **{name: int(number) for name, number in counts.items()},
        "aim": "lost 0, strange_keys 0",
    }
