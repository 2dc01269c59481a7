"""R4: a backup made while people write, restored elsewhere, holds everything that was acknowledged before it."""

import subprocess
import sys

import pytest

from bench.surroundings import UnavailableError, postgresql_programs
from shangju.config.settings import BASE


@pytest.mark.embedded
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_backup_made_while_people_write_is_whole(database: str) -> None:
    if database == "postgresql":
        try:
            postgresql_programs()
        except UnavailableError as missing:
            pytest.skip(str(missing))
    drill = subprocess.run(
        [sys.executable, "-m", "tests.drills.backup_while_writing", database, "2", "--locked"],
        cwd=BASE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert drill.returncode == 0, drill.stdout + drill.stderr[-2000:]
    assert '"faults": []' in drill.stdout
