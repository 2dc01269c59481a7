"""Fixtures and rules for every test of the project. See docs/writing-tests.md."""

import gc
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from shangju.core import rate_limit
from shangju.core.scoping import EverywhereReason, active_scope, everywhere

pytest_plugins = ["tests.street", "tests.databases"]

# The same examples in every run: a red build means that the code changed. HYPOTHESIS_PROFILE=explore looks for new ones.
# How long an example takes says how busy the machine is, nothing about the code.
TIMELESS: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
hypothesis_settings.register_profile("repeatable", derandomize=True, **TIMELESS)
hypothesis_settings.register_profile("explore", max_examples=2000, **TIMELESS)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Playwright's synchronous interface keeps an event loop in the thread in which the test also uses the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


LONG_ONES = (
    "tests/browser/test_every_page.py",
    "tests/test_permissions.py",
    "tests/test_statements_everywhere.py",
    "tests/drills/",
    "tests/test_form_fuzz.py",
    "shangju/cases/tests/test_lifecycle.py",
)
"""Begun early, in this order: no process waits for a long test that was left to the end."""


def found_browser() -> str | None:
    """The path of an installed Chromium, or none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def _turn(item: pytest.Item) -> int:
    from tests.databases import asks_for_a_database

    if not asks_for_a_database(item):
        return -1
    return next((at for at, name in enumerate(LONG_ONES) if item.nodeid.startswith(name)), len(LONG_ONES))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks for no database first, while another process migrates one; then the long ones.

    Browser tests are skipped without a browser. What is not for this database: ``tests/databases.py``.
    """
    items.sort(key=_turn)
    if found_browser() is None:
        reason = "no Chromium found; install one (Debian and Ubuntu: apt-get install chromium) to run browser tests"
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: a sixteenth of the time went into looking for garbage in it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Playwright drives the Chromium of the system; it never downloads one."""
    return {**browser_type_launch_args, "executable_path": found_browser(), "args": BROWSER_ARGUMENTS}


@pytest.fixture(scope="session")
def base_url() -> None:
    """Tests name addresses in full, ``live_server.url + path``; the plugin's own fixture is of a kind pytest retires."""


@pytest.fixture(autouse=True)
def _no_scope_leaks() -> Iterator[None]:
    """A test begins and ends without an area scope: what leaks into the next one makes it lie."""
    assert active_scope() is None, "an earlier test left its area scope open"
    yield
    assert active_scope() is None, (
        "the test left its area scope open; use “with area_scope(…)” or a fixture that yields"
    )


@pytest.fixture(autouse=True)
def _no_language_of_another_test() -> None:
    """A request leaves its reader's language behind in the thread; the next test begins in the house's own."""
    translation.deactivate()


@pytest.fixture
def everywhere_scope() -> Iterator[None]:
    """No area limits, for setting up and for looking at what is stored."""
    with everywhere(EverywhereReason.VERIFICATION):
        yield


@pytest.fixture
def english() -> Iterator[None]:
    """Sentences in English, whatever the house speaks."""
    with translation.override("en"):
        yield


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """A folder of the test's own for uploaded files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def now() -> datetime:
    """Thursday, 5 March 2026, 10:00 in Shanghai: a working day in working hours, holidays far away."""
    return datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that counts up to a limit does so within one minute, whenever it is run."""
    minute = rate_limit.this_minute()
    monkeypatch.setattr(rate_limit, "this_minute", lambda: minute)


@pytest.fixture(autouse=True)
def _no_reference_of_another_test() -> None:
    """Deadlines are known for a second outside transactions; the database of the test before is gone by then."""
    from shangju.deadlines.queries import forget_reference

    forget_reference()
