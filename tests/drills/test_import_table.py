"""An import that is killed, doubled and repeated leaves every row once. With a real file: see the drill itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = os.environ.get("SHANGJU_DRILL_ROUNDS", "3")


@pytest.mark.embedded
def test_an_import_under_fire_leaves_every_row_once(tmp_path: Path) -> None:
    surroundings = {
        **os.environ,
        "SHANGJU_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "shangju.config.settings",
    }
    surroundings.pop("DATABASE_URL", None)
    drill = subprocess.run(
        [sys.executable, "-m", "tests.drills.import_table", KILLS],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert drill.returncode == 0, drill.stdout + drill.stderr[-2000:]
    assert "every row is in once, and whole" in drill.stdout
