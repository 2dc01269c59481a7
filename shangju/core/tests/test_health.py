"""``shangju doctor`` names what is wrong, and the exit status tells."""

import dataclasses
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from shangju.accounts.models import User
from shangju.core import health
from shangju.core.models import Heartbeat
from shangju.core.static_files import collect_if_stale


@pytest.mark.django_db
class TestWorker:
    """The sign of life."""

    def test_has_never_run(self, now: datetime) -> None:
        assert not health.worker(now).well

    @pytest.mark.parametrize(("silent", "well"), [(0, True), (179, True), (180, False), (3600, False)])
    def test_silence(self, now: datetime, silent: int, well: bool) -> None:
        Heartbeat.objects.create(name="worker", at=now - timedelta(seconds=silent))
        finding = health.worker(now)
        assert finding.well is well
        assert str(silent) in finding.sentence


@pytest.mark.django_db
def test_keys_that_do_not_open_what_is_stored(now: datetime, settings: Any) -> None:
    User.objects.create_user("resident", phone="13800138000")
    assert health.field_keys(now).well
    settings.FIELD_KEYS = (Fernet.generate_key().decode(),)
    finding = health.field_keys(now)
    assert not finding.well
    assert "accounts.user.phone" in finding.sentence


@pytest.mark.django_db
def test_a_migrated_database_is_well(now: datetime) -> None:
    assert health.database(now).well


def test_a_data_folder_that_is_a_file(now: datetime, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, data=tmp_path / "file")
    assert not health.data_folder(now).well
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, data=tmp_path)
    assert health.data_folder(now).well
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_static_files_are_collected_once_per_change(now: datetime, settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    assert not health.static_files(now).well
    assert collect_if_stale()
    assert health.static_files(now).well
    assert not collect_if_stale()


def test_production_without_https_is_wrong(now: datetime, settings: Any) -> None:
    settings.DEMO, settings.SECURE_PUBLIC = False, False
    assert not health.mode(now).well
    settings.SECURE_PUBLIC = True
    assert health.mode(now).well


def test_a_database_that_is_away_is_a_finding(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(moment: datetime) -> health.Finding:
        raise DatabaseError

    monkeypatch.setattr(health, "_checks", [(1, "field_keys", away)])
    monkeypatch.setattr(health, "autodiscover_modules", lambda name: None)
    assert [(finding.subject, finding.well) for finding in health.examine(now)] == [("Field keys", False)]


def test_the_exit_status_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    for findings, wrong in (
        ([], False),
        ([health.Finding("Clock", well=False, sentence="It stands.")], True),
    ):
        monkeypatch.setattr(
            "shangju.core.management.commands.doctor.examine", lambda now, found=findings: found
        )
        output = StringIO()
        if wrong:
            with pytest.raises(CommandError, match="1 thing is wrong"):
                call_command("doctor", stdout=output)
            assert "Clock: It stands." in output.getvalue()
        else:
            call_command("doctor", stdout=output)
            assert "All is well." in output.getvalue()
