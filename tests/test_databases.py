"""What ``make test`` runs once only, and why nothing else is left out."""

from importlib import import_module
from typing import Any

import pytest

from shangju.accounts.models import User
from tests.databases import reason_to_leave_out


class Collected:
    """As much of a collected test as the rule looks at."""

    def __init__(self, *marks: str, fixtures: tuple[str, ...] = ()) -> None:
        self.marks, self.fixturenames = marks, fixtures

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return pytest.Mark(name, (), {"by": "another"}, _ispytest=True) if name in self.marks else None


@pytest.mark.parametrize(
    ("test", "first_pass", "second_pass"),
    [
        (Collected(), True, False),
        (Collected(fixtures=("tmp_path",)), True, False),
        (Collected("django_db"), True, True),
        (Collected(fixtures=("street", "db")), True, True),
        (Collected(fixtures=("live_server",)), True, True),
        (Collected(fixtures=("transactional_db",)), True, True),
        (Collected("embedded", "django_db"), True, False),
        (Collected("embedded"), True, False),
        (Collected("once", "django_db"), True, False),
        (Collected("postgresql", "django_db"), False, True),
        (Collected("postgresql"), False, True),
    ],
)
def test_each_is_left_out_on_one_database_at_most(test: Any, *, first_pass: bool, second_pass: bool) -> None:
    assert (reason_to_leave_out(test, "sqlite") == "") is first_pass
    assert (reason_to_leave_out(test, "postgresql") == "") is second_pass


def test_no_collected_test_is_left_out_on_both(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        assert not (item.get_closest_marker("embedded") and item.get_closest_marker("postgresql")), (
            item.nodeid
        )


def test_what_runs_once_names_a_test_that_runs_on_the_second_database(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        once = item.get_closest_marker("once")
        if once:
            module, _dot, name = once.kwargs["by"].rpartition(".")
            instead = vars(import_module(module))[name]
            marks = {mark.name for mark in [*_marks(vars(import_module(module))), *_marks(vars(instead))]}
            assert marks & {"django_db", "postgresql"}, item.nodeid
            assert not marks & {"once", "embedded", "browser"}, item.nodeid


def _marks(named: dict[str, Any]) -> list[pytest.Mark]:
    """The marks of a module or of a test."""
    marks = named.get("pytestmark", [])
    return [getattr(mark, "mark", mark) for mark in (marks if isinstance(marks, list) else [marks])]


def test_a_test_that_asks_for_no_database_gets_none() -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        User.objects.count()
