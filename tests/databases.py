"""The database of a run: which tests it is for, and how each process gets it.

Migrating from nothing takes longer than a hundred tests. A run does it once; its other processes get copies.
"""

import fcntl
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.state import ProjectState
from django.test import TransactionTestCase
from django.test.utils import setup_databases
from pytest_django import DjangoDbBlocker

from tests.planting import tables_with_rows

ASKING = frozenset({"db", "transactional_db", "live_server", "django_db_setup"})
"""Fixtures without which a test gets no connection: the plugin refuses it one."""

NAMES = "copies-of-the-database.json"
"""Names of the copies by process; a file in the folder that all processes of a run share."""
UNTOUCHED = "untouched.sqlite3"
"""One copy more, for what brings up an installation of its own."""

LEFT_BY_MIGRATING = frozenset({"django_migrations", "django_content_type", "auth_permission"})
"""Tables that no test changes."""

LEFT_OUT = pytest.StashKey[Counter[str]]()


def asks_for_a_database(item: pytest.Item) -> bool:
    """Whether the plugin gives this test a connection, in the first pass or in the second."""
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("postgresql")
    return bool(marked or ASKING.intersection(getattr(item, "fixturenames", ())))


def reason_to_leave_out(item: pytest.Item, vendor: str) -> str:
    """Why a test is not for this database, in words for the end of the run; empty where it is."""
    if vendor != "postgresql":
        return "about PostgreSQL" if item.get_closest_marker("postgresql") else ""
    if item.get_closest_marker("embedded"):
        return "about SQLite"
    once = item.get_closest_marker("once")
    if once:
        return f"whose statements run here in {once.kwargs['by']}"
    return "" if asks_for_a_database(item) else "that ask for no database"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what is for this database, and count the rest."""
    reasons = {item: reason_to_leave_out(item, connection.vendor) for item in items}
    counts = Counter(reason for reason in reasons.values() if reason)
    config.stash[LEFT_OUT] = counts
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_out"] = dict(counts)
    if counts:
        config.hook.pytest_deselected(items=[item for item in items if reasons[item]])
        items[:] = [item for item in items if not reasons[item]]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A process has ended; each collected the same tests and left out the same ones."""
    node.config.stash[LEFT_OUT] = Counter(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was left out: nothing vanishes without a word."""
    for reason, count in config.stash.get(LEFT_OUT, Counter()).items():
        terminalreporter.write_line(f"left out on {connection.vendor}: {count} tests {reason}")


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / f"{NAMES}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _copy_for_others(me: str, folder: Path) -> None:
    connection.close()  # PostgreSQL copies what nobody is connected to; SQLite then has everything in one file
    names = {}
    for other in [f"gw{n}" for n in range(int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")))]:
        if other != me:
            names[other] = connection.creation.get_test_db_clone_settings(other)["NAME"]
            connection.creation.clone_test_db(other, verbosity=0, autoclobber=True)
    if connection.vendor == "sqlite":
        shutil.copyfile(connection.settings_dict["NAME"], folder / UNTOUCHED)
    (folder / NAMES).write_text(json.dumps(names), encoding="utf-8")


def _put_on(state: ProjectState, app: str, model: str, option: str, one: object) -> None:
    """Puts a constraint or an index onto the model as it is; Django's own renders the model and its relations anew for
    each, which is half the time of migrating.
    """
    known = state.models[app, model].options
    known[option] = [*known[option], one]
    if "apps" in vars(state):
        rendered = state.apps.get_model(app, model)._meta
        setattr(rendered, option, [*getattr(rendered, option), one])


def _empty_again(_case: TransactionTestCase) -> None:
    """What a test that commits has stored, and no more: to empty all tables and make anew what lies in three of them
    takes twenty times as long.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables_with_rows() - LEFT_BY_MIGRATING:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_modify_db_settings: None,
    folder_of_the_run: Path,
) -> Iterator[None]:
    """Instead of the plugin's own, which migrates in each process."""
    TransactionTestCase._fixture_teardown = _empty_again
    me, original = os.environ.get("PYTEST_XDIST_WORKER", ""), connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), _one_at_a_time(folder_of_the_run):
        copies = folder_of_the_run / NAMES
        names = json.loads(copies.read_text(encoding="utf-8")) if copies.exists() else {}
        if me in names:
            connection.close()
            settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = names[me]
        else:
            with patch.object(ProjectState, "_append_option", _put_on):
                setup_databases(verbosity=0, interactive=False, aliases=["default"], serialized_aliases=[])
            _copy_for_others(me, folder_of_the_run)
    yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(original, verbosity=0)


@pytest.fixture(scope="session")
def folder_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the processes of this run share."""
    mine = tmp_path_factory.getbasetemp()
    return mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine


@pytest.fixture
def migrated_data(tmp_path: Path, django_db_setup: None, folder_of_the_run: Path) -> Path:
    """A data folder for an installation of its own, on the embedded database with that one in it, empty."""
    data = tmp_path / "data"
    data.mkdir()
    if connection.vendor == "sqlite":
        shutil.copyfile(folder_of_the_run / UNTOUCHED, data / "shangju.sqlite3")
    return data
