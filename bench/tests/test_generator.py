"""The generated cases are sound: the database takes them, and the application finds and reads them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from bench import dataset
from shangju.accounts.actors import COMMAND_LINE
from shangju.areas.services import AreaPlan, plant_areas
from shangju.cases import chain
from shangju.cases.models import Case
from shangju.cases.queries import case_by_tracking_code
from shangju.cases.search import index_cases, matching
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.models import Post, PostKind

NOW = datetime(2026, 9, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
def generated(db: None, monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """Three hundred cases over Dashikou and one invented sub-district."""
    from bench import case_maker, concerns, generator  # noqa: PLC0415 - the generator sets Django up by itself

    call_command("seed_categories", verbosity=0)
    call_command("seed_deadlines", verbosity=0)
    monkeypatch.setattr(generator, "SUBDISTRICTS", 1)
    monkeypatch.setattr(case_maker, "OPEN_BY_AGE", ((case_maker.DAYS + 1, 0.4),))
    monkeypatch.setattr(case_maker, "HOME_SHARE", 0.5)
    monkeypatch.setattr(concerns, "DISTINCT_TEXTS", 200)
    concerns.texts.cache_clear()
    monkeypatch.setattr(generator, "take_indexes_away", lambda *_tables: [])
    monkeypatch.setattr(generator, "finish", lambda *_arguments: None)
    with everywhere(EverywhereReason.DEMO):
        plans = [
            AreaPlan("subdistrict", "D", "大市口街道", number_prefix="DSK"),
            AreaPlan("community", "D1", "社区", "D"),
        ]
        plans.append(AreaPlan("grid", "D1G1", "网格", "D1", grid_type="general"))
        *_above, grid = plant_areas(plans, by=COMMAND_LINE, now=NOW)
        Post.objects.create(area=grid, kind=PostKind.GRID_WORKER, name="网格员")
        generator.generate(300, now=NOW)
        return list(Case.objects.select_related("area", "grid"))


def test_every_row_keeps_the_constraints_and_repeats_its_area(generated: list[Case]) -> None:
    assert len(generated) == 300
    for case in generated:
        with everywhere(EverywhereReason.VERIFICATION):
            case.validate_constraints()
        assert case.area_path == case.area.path
        assert case.area.ancestor_ids[0] == case.subdistrict_id
        assert case.is_open == (case.due_at is not None)


def test_the_application_finds_a_row_by_code_and_by_words(generated: list[Case]) -> None:
    case = generated[0]
    assert case_by_tracking_code(case.tracking_code).pk == case.pk
    with everywhere(EverywhereReason.VERIFICATION):
        assert case.pk in matching(Case.objects.all(), case.text[:4]).values_list("pk", flat=True)


def test_every_history_verifies_and_some_are_long(generated: list[Case]) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        broken = [chain.first_break(case, case.events.all()) for case in generated]
    assert broken == [None] * len(generated)
    assert 40 in {case.history_length for case in generated}


def test_the_generated_index_is_the_one_that_the_application_writes(generated: list[Case]) -> None:
    def entries() -> dict[int, set[object]]:
        key = "case_id" if connection.vendor == "postgresql" else "rowid"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {key}, grams FROM cases_search")
            rows = cursor.fetchall()
        return {pk: set(grams.split() if isinstance(grams, str) else grams) for pk, grams in rows}

    written = entries()
    index_cases(generated)
    assert written == entries()


def test_a_kept_set_serves_only_while_what_it_was_made_from_is_the_same(tmp_path: Path) -> None:
    told = {"rows": 300, "now": NOW.isoformat(), "fingerprint": dataset.fingerprint(), "sample": []}
    (tmp_path / "made.json").write_text(json.dumps(told), encoding="utf-8")
    assert dataset.kept_set(tmp_path, 300, NOW + timedelta(days=1)) == told
    assert dataset.kept_set(tmp_path, 301, NOW) is None
    assert dataset.kept_set(tmp_path, 300, NOW + timedelta(days=8)) is None
    assert dataset.kept_set(tmp_path / "nothing", 300, NOW) is None
    (tmp_path / "made.json").write_text(json.dumps({**told, "fingerprint": "older"}), encoding="utf-8")
    assert dataset.kept_set(tmp_path, 300, NOW) is None
