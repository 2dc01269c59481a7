"""A backup is one moment, whole under its name or not there; the way back takes only an empty place."""

import dataclasses
import errno
import fcntl
import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from shangju.accounts.models import User
from shangju.backups import health, writing
from shangju.backups.contents import file_columns, is_plain
from shangju.backups.errors import BackupError
from shangju.backups.manifest import FORMAT, About, written
from shangju.backups.reading import found_backup, read_about, verify
from shangju.backups.writing import backups_in, make_backup
from shangju.core.models import Heartbeat
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.photos.models import Photo
from shangju.photos.services import store_photo
from shangju.photos.tests.pictures import encoded, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)

PHRASE = "a phrase for the tests"
PHONE = "13800138000"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def photo(now: datetime) -> Photo:
    User.objects.create_user("resident", phone=PHONE)
    return store_photo(upload(encoded(picture())), by=None, now=now)


def entries(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive}  # type: ignore[union-attr]


def test_a_backup_holds_the_rows_and_the_files_that_they_name(
    tmp_path: Path, photo: Photo, media: Path, now: datetime
) -> None:
    stray = media / "photos" / "stray.jpg"
    stray.write_bytes(b"nobody names it")
    path, manifest = make_backup(tmp_path / "backups", now=now)
    assert path.name == "shangju-20260305T020000Z.tar"
    assert path.stat().st_mode & 0o777 == 0o600
    held = entries(path)
    assert held[f"media/{photo.image.name}"] == (media / str(photo.image.name)).read_bytes()
    assert {name for name in held if name.startswith("media/")} == {
        f"media/{photo.image.name}",
        f"media/{photo.thumbnail.name}",
    }
    assert manifest.rows["photos_photo"] == 1
    assert json.loads(held["manifest.json"])["rows"] == manifest.rows
    about, again = verify(path, passphrase="")
    assert (about.vendor, again) == (connection.vendor, manifest)


def test_keys_sessions_and_plain_contact_data_are_not_in_it(
    tmp_path: Path, photo: Photo, now: datetime, client: Any
) -> None:
    client.force_login(
        User.objects.get(username="resident"), backend="django.contrib.auth.backends.ModelBackend"
    )
    session = client.cookies["sessionid"].value
    assert connection.ops is not None
    path, manifest = make_backup(tmp_path, now=now)
    import gzip  # noqa: PLC0415 - for this test alone

    content = b"".join(
        gzip.decompress(held) if name.endswith(".gz") else held for name, held in entries(path).items()
    )
    assert manifest.rows["django_session"] == 0
    secrets = (*django_settings.FIELD_KEYS, django_settings.SECRET_KEY, PHONE, session)
    assert [secret for secret in secrets if secret.encode() in content] == []
    assert b"resident" in content  # the search above would have found something


def test_a_locked_backup_opens_with_its_passphrase_only(tmp_path: Path, photo: Photo, now: datetime) -> None:
    path, manifest = make_backup(tmp_path, now=now, passphrase=PHRASE)
    assert path.suffixes == [".tar", ".locked"]
    assert b"photos/" not in path.read_bytes()
    assert verify(path, passphrase=PHRASE)[1] == manifest
    with pytest.raises(BackupError, match="SHANGJU_BACKUP_PASSPHRASE"):
        verify(path, passphrase="")
    with pytest.raises(BackupError, match="passphrase does not open"):
        verify(path, passphrase="another phrase altogether")


def damaged(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same backup with other content, written as a tar archive by hand."""
    held = entries(path)
    change(held)
    with tarfile.open(path, "w") as archive:
        for name, content in held.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def first_photo(held: dict[str, bytes]) -> str:
    return next(name for name in held if name.startswith("media/"))


def change_photo(held: dict[str, bytes]) -> None:
    held[first_photo(held)] = b"x" * len(held[first_photo(held)])


def drop_photo(held: dict[str, bytes]) -> None:
    del held[first_photo(held)]


def add_file(held: dict[str, bytes]) -> None:
    manifest = held.pop("manifest.json")
    held.update({"media/photos/added.jpg": b"x", "manifest.json": manifest})


def climb_out(held: dict[str, bytes]) -> None:
    manifest = held.pop("manifest.json")
    held.update({"media/../../outside": b"x", "manifest.json": manifest})


def drop_manifest(held: dict[str, bytes]) -> None:
    del held["manifest.json"]


def change_origin(held: dict[str, bytes]) -> None:
    held["about.json"] = held["about.json"].replace(b"0.", b"9.", 1)


@pytest.mark.parametrize(
    "change", [change_photo, drop_photo, add_file, climb_out, drop_manifest, change_origin]
)
def test_what_is_not_as_written_is_refused(
    tmp_path: Path, photo: Photo, now: datetime, change: Callable[[dict[str, bytes]], None]
) -> None:
    path, _manifest = make_backup(tmp_path, now=now)
    with pytest.raises(BackupError, match="damaged"):
        verify(damaged(path, change), passphrase="")


@pytest.mark.parametrize("keep_bytes", [0, 100, 5000, -12_000])
def test_a_cut_off_backup_is_refused(tmp_path: Path, photo: Photo, now: datetime, keep_bytes: int) -> None:
    path, _manifest = make_backup(tmp_path, now=now)
    path.write_bytes(path.read_bytes()[:keep_bytes])
    with pytest.raises(BackupError):
        verify(path, passphrase="")


def test_a_format_of_the_future_is_refused(tmp_path: Path, photo: Photo, now: datetime) -> None:
    path, _manifest = make_backup(tmp_path, now=now)

    def newer(held: dict[str, bytes]) -> None:
        held["about.json"] = held["about.json"].replace(f'"format": {FORMAT}'.encode(), b'"format": 99')

    with pytest.raises(BackupError, match="format 99"):
        read_about(damaged(path, newer), passphrase="")


def test_the_newest_stay_and_only_after_the_new_one_is_there(
    tmp_path: Path, photo: Photo, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.txt").write_text("not a backup", encoding="utf-8")
    for day in range(4):
        make_backup(tmp_path, now=now + timedelta(days=day), keep=2)
    assert [path.name[8:16] for path in backups_in(tmp_path)] == ["20260307", "20260308"]
    monkeypatch.setattr(writing, "_write", full_disk)
    with pytest.raises(BackupError):
        make_backup(tmp_path, now=now + timedelta(days=9), keep=1)
    assert len(backups_in(tmp_path)) == 2
    assert (tmp_path / "notes.txt").exists()
    assert found_backup(tmp_path).name[8:16] == "20260308"


def full_disk(workshop: Path, path: Path, **_options: Any) -> None:
    path.write_bytes(b"half")
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_nothing_and_says_so(
    tmp_path: Path, photo: Photo, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_write", full_disk)
    with pytest.raises(BackupError, match="No space left on device"):
        make_backup(tmp_path / "b", now=now)
    assert [path.name for path in (tmp_path / "b").iterdir()] == [writing._LOCK]
    assert not Heartbeat.objects.filter(name="backup").exists()


def test_a_really_full_disk_leaves_nothing(tmp_path: Path, photo: Photo, now: datetime) -> None:
    """A process that may write no file larger than 64 kB: what the kernel says then is what a full disk says."""
    program = (
        "import django, resource, signal, sys; django.setup();"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536));"
        "from django.core.management import call_command; call_command('backup', sys.argv[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "b")],
        env=surroundings(tmp_path, media=Path(django_settings.MEDIA_ROOT)),
        cwd=django_settings.BASE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "No backup was made" in done.stderr
    assert [path.name for path in (tmp_path / "b").iterdir()] == [writing._LOCK]


def test_what_a_killed_backup_left_is_cleared_away(tmp_path: Path, photo: Photo, now: datetime) -> None:
    left = tmp_path / writing._UNFINISHED
    left.mkdir()
    (left / "shangju-20260304T020000Z.tar").write_bytes(b"half")
    make_backup(tmp_path, now=now)
    assert not left.exists()
    assert len(backups_in(tmp_path)) == 1


def test_two_at_once_in_one_folder_are_refused(tmp_path: Path, photo: Photo, now: datetime) -> None:
    with (tmp_path / writing._LOCK).open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="Another backup"):
            make_backup(tmp_path, now=now)


def test_a_photo_that_is_gone_is_named_and_the_rest_is_kept(
    tmp_path: Path, photo: Photo, media: Path, now: datetime
) -> None:
    (media / str(photo.image.name)).unlink()
    with pytest.raises(CommandError, match="missing already"):
        call_command("backup", str(tmp_path / "b"))
    _about, manifest = verify(found_backup(tmp_path / "b"), passphrase="")
    assert (manifest.missing, manifest.removed) == ([photo.image.name], [])


def test_a_photo_that_was_removed_meanwhile_is_no_fault(
    tmp_path: Path, photo: Photo, media: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = writing.named_files

    def removed_first(taken: Any) -> Iterator[str]:
        with everywhere(EverywhereReason.VERIFICATION):
            Photo.objects.all().delete()
        (media / str(photo.image.name)).unlink()
        yield from real(taken)

    monkeypatch.setattr(writing, "named_files", removed_first)
    _path, manifest = make_backup(tmp_path / "b", now=now)
    assert (manifest.missing, manifest.removed) == ([], [photo.image.name])


def surroundings(folder: Path, *, media: Path | None = None, **changes: str) -> dict[str, str]:
    """The variables of an installation in ``folder`` that has the keys of this one; the test's database by default."""
    name = str(connection.settings_dict["NAME"])
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        at = connection.settings_dict
        url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{name}"
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("SHANGJU_", "DATABASE_", "TEST_DATABASE"))
    }
    return {
        **kept,
        "LC_ALL": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "shangju.config.settings",
        "SHANGJU_DATA": str(folder / "data"),
        "SHANGJU_MEDIA_URL": (media or folder / "photos-here").as_uri(),
        "SHANGJU_FIELD_KEYS": ",".join(django_settings.FIELD_KEYS),
        "SHANGJU_SECRET_KEY": django_settings.SECRET_KEY,
        "DATABASE_URL": url,
        **changes,
    }


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


@pytest.mark.parametrize(
    ("name", "plain"),
    [("photos/2026/a.jpg", True), ("/etc/passwd", False), ("a/../b", False), ("..", False), ("a//b", False),
     ("./a", False), ("a\\b", False), ("", False)],
)  # fmt: skip
def test_names_stay_below_the_storage(name: str, plain: bool) -> None:
    assert is_plain(name) is plain


def test_every_field_that_names_a_file_is_known() -> None:
    assert {("photos_photo", "image"), ("photos_photo", "thumbnail")} <= set(file_columns())


@pytest.mark.parametrize(
    ("age", "demo", "well"),
    [(None, True, True), (None, False, False), (timedelta(days=1), False, True),
     (timedelta(days=3), False, False), (timedelta(days=3), True, True)],
)  # fmt: skip
def test_the_doctor_asks_for_the_last_backup(
    settings: Any, now: datetime, age: timedelta | None, demo: bool, well: bool
) -> None:
    settings.DEMO = demo
    if age is not None:
        Heartbeat.objects.create(name="backup", at=now - age)
    assert health.backup(now).well is well
