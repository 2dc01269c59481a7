"""R4: a backup made while people write, restored elsewhere, holds everything that was acknowledged before it."""

import subprocess
import sys

import pytest

from shangju.config.settings import BASE

DATABASES = [
    pytest.param("sqlite", marks=pytest.mark.embedded),
    pytest.param("postgresql", marks=pytest.mark.postgresql),
]


@pytest.mark.parametrize("database", DATABASES)
def test_a_backup_made_while_people_write_is_whole(database: str) -> None:
    command = [sys.executable, "-m", "tests.drills.backup_while_writing", database, "2", "--locked"]
    drill = subprocess.run(command, cwd=BASE, capture_output=True, text=True, check=False)
    assert drill.returncode == 0, drill.stdout + drill.stderr[-2000:]
    assert '"faults": []' in drill.stdout
