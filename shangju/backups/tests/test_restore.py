"""The way back takes only an empty place, and gives everything or nothing."""

import dataclasses
import json
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from shangju.accounts.models import User
from shangju.backups.manifest import About, written
from shangju.backups.tests.opened import PHONE, damaged, surroundings
from shangju.backups.writing import make_backup
from shangju.photos.models import Photo

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media", "english")]


def restore(source: Path, environment: dict[str, str], *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "shangju", "restore", str(source), *options]
    return subprocess.run(
        command, env=environment, cwd=django_settings.BASE, capture_output=True, text=True, check=False
    )


@pytest.mark.embedded
def test_an_empty_place_gets_everything_back(
    tmp_path: Path, photo: Photo, media: Path, now: datetime
) -> None:
    make_backup(tmp_path / "b", now=now)
    empty = surroundings(tmp_path, DATABASE_URL="sqlite:///new.sqlite3")
    done = restore(tmp_path / "b", empty)
    assert done.returncode == 0, done.stderr
    assert "every count, every file and every history is as it was" in done.stdout
    held = sqlite3.connect(tmp_path / "data" / "new.sqlite3")
    assert held.execute("SELECT image FROM photos_photo").fetchall() == [(photo.image.name,)]
    brought = tmp_path / "photos-here"
    assert sorted(p.name for p in brought.rglob("*") if p.is_file()) == sorted(
        p.name for p in media.rglob("*") if p.is_file()
    )
    again = restore(tmp_path / "b", empty)
    assert again.returncode == 1
    assert "is not empty" in again.stderr


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "database that DATABASE_URL names is not empty"),
        (
            {"DATABASE_URL": "sqlite:///new.sqlite3", "SHANGJU_MEDIA_URL": "MEDIA"},
            "folder for photos is not empty",
        ),
        (
            {"DATABASE_URL": "sqlite:///new.sqlite3", "SHANGJU_SECRET_KEY": "another " * 8},
            "SHANGJU_SECRET_KEY",
        ),
        (
            {
                "DATABASE_URL": "sqlite:///new.sqlite3",
                "SHANGJU_FIELD_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            },
            "SHANGJU_FIELD_KEYS",
        ),
        ({"DATABASE_URL": "postgresql://nobody@localhost/none"}, "same kind"),
    ],
)
def test_anything_but_an_empty_place_with_the_right_keys_is_refused(
    tmp_path: Path, photo: Photo, media: Path, now: datetime, changes: dict[str, str], sentence: str
) -> None:
    make_backup(tmp_path / "b", now=now)
    changes = {name: media.as_uri() if value == "MEDIA" else value for name, value in changes.items()}
    done = restore(tmp_path / "b", surroundings(tmp_path, **changes))
    assert done.returncode == 1
    assert sentence in done.stderr
    assert User.objects.get(username="resident").phone == PHONE
    assert not (tmp_path / "photos-here").exists()
    assert not (tmp_path / "data" / "new.sqlite3").exists()


@pytest.mark.embedded
def test_lost_keys_can_be_accepted(tmp_path: Path, photo: Photo, now: datetime) -> None:
    make_backup(tmp_path / "b", now=now)
    other = surroundings(tmp_path, DATABASE_URL="sqlite:///new.sqlite3", SHANGJU_SECRET_KEY="another " * 8)
    assert restore(tmp_path / "b", other, "--with-other-keys").returncode == 0


@pytest.mark.embedded
def test_a_backup_of_a_newer_version_is_refused(tmp_path: Path, photo: Photo, now: datetime) -> None:
    path, _manifest = make_backup(tmp_path / "b", now=now)

    def newer(held: dict[str, bytes]) -> None:
        about = About(**json.loads(held["about.json"]))
        migrations = [*about.migrations, ["cases", "9999_not_yet"]]
        held["about.json"] = written(dataclasses.replace(about, migrations=migrations, version="9.0"))

    done = restore(damaged(path, newer), surroundings(tmp_path, DATABASE_URL="sqlite:///new.sqlite3"))
    assert done.returncode == 1
    assert "Shangju 9.0, which is newer: cases.9999_not_yet" in done.stderr


@pytest.mark.embedded
def test_a_full_disk_while_restoring_leaves_nothing(tmp_path: Path, photo: Photo, now: datetime) -> None:
    make_backup(tmp_path / "b", now=now)
    program = (
        "import django, resource, signal, sys; django.setup();"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536));"
        "from django.core.management import call_command; call_command('restore', sys.argv[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "b")],
        env=surroundings(tmp_path, DATABASE_URL="sqlite:///new.sqlite3"),
        cwd=django_settings.BASE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Nothing was restored" in done.stderr
    assert not [p for p in (tmp_path / "data").iterdir() if p.name.startswith("new.sqlite3")]
    assert not [p for p in (tmp_path / "photos-here").rglob("*") if p.is_file()]
