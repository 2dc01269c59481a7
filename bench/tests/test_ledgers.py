"""What P8 measures past the command still runs."""

from datetime import datetime

import pytest

from bench import ledgers
from shangju.cases.tests.stories import raised
from tests.street import Street


@pytest.mark.django_db
def test_every_case_is_written(street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    for area in ("grid", "far:grid"):
        raised(street, now=now, area=area)
    monkeypatch.setattr(ledgers, "AREA", street.areas["subdistrict"].code)
    assert ledgers._everything()["rows"] == 2
