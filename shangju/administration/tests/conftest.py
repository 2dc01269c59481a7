"""What the tests of the administration begin with."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from shangju.administration.tests.world import World
from shangju.core.scoping import EverywhereReason, everywhere


@pytest.fixture
def world() -> Iterator[World]:
    with everywhere(EverywhereReason.SETUP):
        yield World()


@pytest.fixture
def set_up_in_english() -> Iterator[None]:
    with everywhere(EverywhereReason.SETUP), translation.override("en"):
        yield
