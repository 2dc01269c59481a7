"""The doctor's question about the calendar."""

from datetime import datetime

import pytest
from django.utils import translation

from shangju.deadlines.health import calendar_years
from shangju.deadlines.models import WorkYear

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("published", "is_well", "word"),
    [
        ((), False, "2026"),
        ((2025, 2027), False, "2026"),
        ((2026,), True, "provisional"),
        ((2026, 2027), True, "2027"),
    ],
)
def test_this_year_must_be_known(now: datetime, published: tuple[int, ...], is_well: bool, word: str) -> None:
    WorkYear.objects.all().delete()
    WorkYear.objects.create(year=2026 if 2026 not in published else 2030)
    for year in published:
        WorkYear.objects.create(year=year, is_published=True)
    with translation.override("en"):
        finding = calendar_years(now)
        assert finding.well is is_well
        assert word in str(finding.sentence)
