"""A sweep killed at any moment leaves out no rung of the ladder and climbs none twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = os.environ.get("SHANGJU_DRILL_ROUNDS", "2")
"""A hundred by hand (``make drill-ladder``); a few in every run of the suite."""


@pytest.mark.embedded
def test_no_rung_is_left_out_when_the_sweep_is_killed(tmp_path: Path) -> None:
    surroundings = {
        **os.environ,
        "SHANGJU_DATA": str(tmp_path / "data"),
        "SHANGJU_DRILL_KEYS": str(tmp_path / "keys"),
        "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
    }
    surroundings.pop("DATABASE_URL", None)
    drill = subprocess.run(
        [sys.executable, "-m", "tests.drills.kill_sweep", ROUNDS],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert drill.returncode == 0, drill.stdout + drill.stderr[-2000:]
    assert f"kills={ROUNDS}" in drill.stdout
