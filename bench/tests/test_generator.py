"""The generated cases are sound: the database takes them, and the application finds and reads them."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from shangju.accounts.actors import COMMAND_LINE
from shangju.areas.services import AreaPlan, plant_areas
from shangju.cases import chain
from shangju.cases.models import Case
from shangju.cases.queries import case_by_tracking_code
from shangju.cases.search import matching
from shangju.core.scoping import EverywhereReason, everywhere

NOW = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
def generated(db: None, monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """Three hundred cases over Dashikou and one invented sub-district."""
    from bench import generator  # noqa: PLC0415 - it sets Django up by itself

    call_command("seed_categories", verbosity=0)
    call_command("seed_deadlines", verbosity=0)
    monkeypatch.setattr(generator, "SUBDISTRICTS", 1)
    monkeypatch.setattr(generator, "OPEN_SHARE", 0.4)
    monkeypatch.setattr(generator, "take_indexes_away", list)
    monkeypatch.setattr(generator, "finish", lambda *_arguments: None)
    with everywhere(EverywhereReason.DEMO):
        plans = [
            AreaPlan("subdistrict", "D", "大市口街道", number_prefix="DSK"),
            AreaPlan("community", "D1", "社区", "D"),
        ]
        plans.append(AreaPlan("grid", "D1G1", "网格", "D1", grid_type="general"))
        plant_areas(plans, by=COMMAND_LINE, now=NOW)
        generator.generate(300, now=NOW)
        return list(Case.objects.select_related("area", "grid"))


def test_every_row_keeps_the_constraints_and_repeats_its_area(generated: list[Case]) -> None:
    assert len(generated) == 300
    for case in generated:
        case.validate_constraints()
        assert case.area_path == case.area.path
        assert case.area.ancestor_ids[0] == case.subdistrict_id
        assert case.is_open == (case.due_at is not None)


def test_the_application_finds_a_row_by_code_and_by_words(generated: list[Case]) -> None:
    case = generated[0]
    assert case_by_tracking_code(case.tracking_code).pk == case.pk
    with everywhere(EverywhereReason.VERIFICATION):
        assert case.pk in matching(Case.objects.all(), case.text[:4]).values_list("pk", flat=True)


def test_long_histories_verify(generated: list[Case]) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        sample = [case for case in generated if case.history_length]
        assert sample
        assert all(case.history_length == 40 for case in sample)
        assert [chain.first_break(case, case.events.all()) for case in sample] == [None] * len(sample)
