"""What the tests of bulletins begin with."""

from datetime import UTC, datetime

import pytest

from shangju.bulletins.tests.of_last_week import MONDAY, WEDNESDAY
from shangju.cases.tests.stories import case_in, raised
from shangju.cases.workflow import State
from shangju.measures.keeping import keep_figures
from tests.street import Street


@pytest.fixture
def busy(street: Street) -> Street:
    """Two cases last week; one that came in the week before and was over before it was due last week."""
    case_in(State.CLOSED, street, now=datetime(2026, 11, 11, 2, 0, tzinfo=UTC))
    for _one in range(2):
        raised(street, now=WEDNESDAY, area="grid")
    keep_figures(MONDAY)
    return street
