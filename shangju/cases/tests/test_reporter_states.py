"""A resident reads where a case stands in a resident's words; the office keeps its own."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from shangju.cases.models import Case
from shangju.cases.reporter_view import steps_of
from shangju.cases.workflow import REPORTER_STATES, State


@pytest.mark.parametrize("state", State)
def test_every_state_has_words_for_both(state):
    case = Case(state=state)
    with override("en"):
        for_reporter, for_office = case.state_for_reporter, case.get_state_display()
    assert for_reporter
    assert (for_reporter != for_office) == (state in REPORTER_STATES)


@pytest.mark.parametrize(("state", "last"), [("closed", "Done"), ("referred", "For another channel")])
def test_the_step_line_ends_in_the_same_words(state, last):
    with override("en"):
        steps = steps_of(Case(state=state))
    assert steps[0] == ("registered", "Received")
    assert steps[-1] == (state, last)


@pytest.mark.parametrize(
    ("dispatched_at", "way"),
    [
        (None, ["registered", "accepted", "resolved", "closed"]),
        (
            datetime(2026, 3, 5, tzinfo=UTC),
            ["registered", "accepted", "dispatched", "in_progress", "resolved", "closed"],
        ),
    ],
)
def test_a_direct_answer_shows_no_handler(dispatched_at, way):
    for state in ("resolved", "closed"):
        assert [step for step, _label in steps_of(Case(state=state, dispatched_at=dispatched_at))] == way
