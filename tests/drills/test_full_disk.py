"""R6: what a full disk and a read-only folder for photos are answered with, in the running system."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.surroundings import MIGRATED
from shangju.config.settings import BASE


@pytest.mark.embedded
def test_a_full_disk_is_answered_and_nothing_is_half_written(migrated_data: Path) -> None:
    command = [sys.executable, "-m", "tests.drills.full_disk"]
    surroundings = {**os.environ, MIGRATED: str(migrated_data / "shangju.sqlite3")}
    drill = subprocess.run(command, cwd=BASE, env=surroundings, capture_output=True, text=True, check=False)
    assert drill.returncode == 0, drill.stdout + drill.stderr[-2000:]
    assert '"faults": []' in drill.stdout
