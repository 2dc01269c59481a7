"""What the tests in a browser begin with."""

import pytest

from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street


@pytest.fixture
def gazetteer(street: Street) -> None:
    """The lane of the street, so that an address alone tells the grid."""
    with everywhere(EverywhereReason.SETUP):
        street.areas["grid"].addresses.create(text="东里", shown_as="东里")
