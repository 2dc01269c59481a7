"""A backup is one moment, whole under its name or not there; the way back takes only an empty place."""

import errno
import fcntl
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection

from shangju.accounts.models import User
from shangju.backups import health, writing
from shangju.backups.contents import file_columns, is_plain
from shangju.backups.errors import BackupError
from shangju.backups.manifest import FORMAT
from shangju.backups.reading import found_backup, read_about, verify
from shangju.backups.tests.opened import PHONE, PHRASE, damaged, entries, surroundings
from shangju.backups.writing import backups_in, make_backup
from shangju.core.models import Heartbeat
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.photos.models import Photo

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media", "english")]


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
