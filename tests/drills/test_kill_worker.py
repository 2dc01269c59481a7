"""R2: a worker killed at any moment loses no notice, and a repeat carries the same key."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = os.environ.get("SHANGJU_DRILL_ROUNDS", "3")
"""A hundred by hand or in the benchmarks; a few in every run of the suite."""


@pytest.mark.embedded
def test_nothing_is_lost_when_the_worker_is_killed(tmp_path: Path) -> None:
    surroundings = {
        **os.environ,
        "SHANGJU_DATA": str(tmp_path / "data"),
        "SHANGJU_DRILL_KEYS": str(tmp_path / "keys"),
        "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
    }
    surroundings.pop("DATABASE_URL", None)
    drill = subprocess.run(
        [sys.executable, "-m", "tests.drills.kill_worker", ROUNDS],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert drill.returncode == 0, drill.stdout + drill.stderr[-2000:]
    assert f"kills={ROUNDS}" in drill.stdout
