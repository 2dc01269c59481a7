"""The demonstration loads whole, its histories hold, and what it shows is there."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import override_settings

from shangju.cases.models import Case, Coordination
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.demo import loading

CASES = 150
"""Enough for every sort of story; the demonstration itself has some thousand."""


@pytest.mark.django_db
def test_the_demonstration_loads_once_and_every_history_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading.load_cases, "__kwdefaults__", {"count": CASES})
    with override_settings(DEMO=True):
        call_command("demo", stdout=StringIO(), stderr=StringIO())
        with everywhere(EverywhereReason.VERIFICATION):
            loaded = Case.objects.count()
        assert loaded > CASES
        again = StringIO()
        call_command("demo", stdout=again, stderr=StringIO())
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.count() == loaded
        assert Coordination.objects.exists(), "its page can be looked at"
    verified = StringIO()
    call_command("verify_history", stdout=verified, stderr=StringIO())
    assert "none broken" in verified.getvalue()
