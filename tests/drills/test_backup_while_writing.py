"""R4: a backup made while people write, restored elsewhere, holds everything that was acknowledged before it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.surroundings import MIGRATED
from shangju.config.settings import BASE

DATABASES = [
    pytest.param("sqlite", marks=pytest.mark.embedded),
    pytest.param("postgresql", marks=pytest.mark.postgresql),
]


@pytest.mark.parametrize("database", DATABASES)
def test_a_backup_made_while_people_write_is_whole(database: str, migrated_data: Path) -> None:
    command = [sys.executable, "-m", "tests.drills.backup_while_writing", database, "2", "--locked"]
    surroundings = {**os.environ, MIGRATED: str(migrated_data / "shangju.sqlite3")}
    drill = subprocess.run(command, cwd=BASE, env=surroundings, capture_output=True, text=True, check=False)
    assert drill.returncode == 0, drill.stdout + drill.stderr[-2000:]
    assert '"faults": []' in drill.stdout
