"""Two workers on one run, and one that is killed: proven with real connections and a real process."""

import os
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection, connections

from shangju.cases.models import Case, NumberSeries
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports import work
from shangju.imports.models import ImportRow
from shangju.imports.runs import start_import
from shangju.imports.tests.giving import again, examined, outcomes
from shangju.imports.tests.giving import work as work_through
from shangju.imports.tests.taking import many_rows_of
from tests.street import Street

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

ROOT = Path(__file__).resolve().parents[3]


def started(street: Street, now: datetime, count: int) -> object:
    run = examined(street, many_rows_of(count), now=now)
    with street.seen_by("duty_desk"):
        return start_import(run, by=street.staff("duty_desk"), now=now)


def whole(count: int) -> None:
    """Every row in once, with its number, its history and its mark."""
    with everywhere(EverywhereReason.VERIFICATION):
        cases = Case.objects.count()
        rows = ImportRow.objects.filter(outcome="imported", case__isnull=False)
        assert (cases, rows.count()) == (count, count)
        assert rows.values("case").distinct().count() == count
        assert Case.objects.filter(events__isnull=True).count() == 0
        assert Case.objects.filter(clocks__isnull=True).count() == 0
    assert sum(NumberSeries.objects.values_list("last", flat=True)) == count


def test_two_workers_share_a_run_and_double_nothing(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "BATCH", 7)
    run = started(street, now, 120)
    together, faults = threading.Barrier(4), []

    def go_on() -> None:
        try:
            together.wait()
            for _pass in range(60):
                work.work_on_runs(now)
        except Exception as fault:  # noqa: BLE001 - shown by the assertion
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go_on) for _worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work_through(now)
    assert faults == []
    assert again(run).stage == "done"  # type: ignore[arg-type]
    whole(120)


def database_address() -> str:
    told = connection.settings_dict
    return f"postgresql://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"


WORKER = """
import django, sys
django.setup()
from django.utils import timezone
from shangju.imports import work
work.BATCH, work.BATCHES_IN_A_PASS = 5, 2
while True:
    work.work_on_runs(timezone.now())
"""


def test_a_worker_killed_in_the_middle_leaves_whole_rows_and_another_goes_on(
    street: Street, now: datetime
) -> None:
    run = started(street, now, 200)
    environment = {
        **os.environ,
        "DATABASE_URL": database_address(),
        "TEST_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "shangju.config.settings_test",
    }
    killed = 0
    for _kill in range(4):
        before = list(outcomes(run).values()).count("imported")  # type: ignore[arg-type]
        process = subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=environment)
        limit = time.monotonic() + 60
        while time.monotonic() < limit and process.poll() is None:
            if list(outcomes(run).values()).count("imported") > before:  # type: ignore[arg-type]
                break
        process.kill()
        process.wait()
        killed += 1
        with everywhere(EverywhereReason.VERIFICATION):
            marked = ImportRow.objects.filter(outcome="imported", case__isnull=False).count()
            assert Case.objects.count() == marked
    assert killed == 4
    assert 0 < list(outcomes(run).values()).count("imported") < 200  # type: ignore[arg-type]
    work_through(now)
    assert again(run).stage == "done"  # type: ignore[arg-type]
    whole(200)
