"""What is killed outright at any moment loses nothing and does nothing twice; each drill says what in its own words."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shangju.config.settings import BASE

DRILLS = {
    "kill_worker": (3, "tests.drills.settings", "kills={}"),
    "kill_sweep": (2, "tests.drills.settings", "kills={}"),
    "kill_exports": (2, "tests.drills.settings", "kills={}"),
    "import_table": (3, "shangju.config.settings", "every row is in once, and whole"),
}
"""How often each kills here (``SHANGJU_DRILL_ROUNDS`` sets another number), its settings, and what it says in the end."""


@pytest.mark.embedded
@pytest.mark.parametrize("name", DRILLS)
def test_nothing_is_lost_or_done_twice(name: str, migrated_data: Path, tmp_path: Path) -> None:
    times, settings, said = DRILLS[name]
    times = int(os.environ.get("SHANGJU_DRILL_ROUNDS", times))
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    surroundings = {
        **kept,
        "SHANGJU_DATA": str(migrated_data),
        "SHANGJU_DRILL_KEYS": str(tmp_path / "keys"),
        "DJANGO_SETTINGS_MODULE": settings,
    }
    command = [sys.executable, "-m", f"tests.drills.{name}", str(times)]
    drill = subprocess.run(command, cwd=BASE, env=surroundings, capture_output=True, text=True, check=False)
    assert drill.returncode == 0, drill.stdout + drill.stderr[-2000:]
    assert said.format(times) in drill.stdout
