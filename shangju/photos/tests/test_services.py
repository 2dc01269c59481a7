"""Photos are stored whole or not at all, claimed once, and removed when nobody claims them."""

import errno
import io
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import Http404
from PIL import Image

from shangju.accounts.models import User
from shangju.core.errors import DomainError
from shangju.core.queue import run_steps
from shangju.core.storage import DurableFileStorage
from shangju.photos.models import Photo
from shangju.photos.responses import Size, photo_response
from shangju.photos.rules import BYTES_AT_MOST, PhotoRefused
from shangju.photos.services import claim_photos, remove_stray_files, remove_unclaimed, store_photo
from shangju.photos.tests.pictures import encoded, picture, upload

pytestmark = pytest.mark.usefixtures("media", "english")

NOW = datetime(2026, 3, 31, 17, 0, tzinfo=UTC)  # already April in Shanghai
JPEG = encoded(picture())


def stored(**changes: Any) -> Photo:
    return store_photo(upload(JPEG), **{"by": None, "now": NOW, **changes})


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_photo_is_stored_with_its_thumbnail(media: Path) -> None:
    user = User.objects.create_user("inspector-3", display_name="网格员 3号")
    photo = Photo.objects.get(pk=stored(by=user).pk)
    assert (photo.uploaded_by, photo.uploaded_at, photo.claimed_at) == (user, NOW, None)
    assert (photo.width, photo.height, photo.byte_size) == (60, 40, photo.image.size)
    for name in (photo.image.name, photo.thumbnail.name):
        assert name is not None
        assert name.startswith("photos/2026/04/")
        assert Image.open(io.BytesIO((media / name).read_bytes())).format == "JPEG"
    assert len(files_in(media)) == 2
    assert all(path.read_bytes() != JPEG for path in files_in(media))


@pytest.mark.django_db
def test_the_content_decides_not_the_name() -> None:
    photo = store_photo(upload(encoded(picture(), "PNG"), "holiday.exe"), by=None, now=NOW)
    assert "holiday" not in f"{photo.image.name}{photo.thumbnail.name}"
    with pytest.raises(PhotoRefused):
        store_photo(upload(b"MZ\x90\x00", "wall.jpg"), by=None, now=NOW)


@pytest.mark.django_db
def test_an_empty_file_is_refused(media: Path) -> None:
    with pytest.raises(PhotoRefused, match=r"“wall.jpg” is empty") as refused:
        store_photo(upload(b""), by=None, now=NOW)
    assert refused.value.code == "photo_empty"
    assert not Photo.objects.exists()
    assert files_in(media) == []


class Unreadable(io.BytesIO):
    """A file that fails the test when somebody reads it."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise AssertionError(size)


@pytest.mark.django_db
def test_fifty_megabytes_are_refused_by_their_size_alone() -> None:
    big = TemporaryUploadedFile("wall.jpg", "image/jpeg", 50 * 1024 * 1024, None)
    big.file = Unreadable()
    with pytest.raises(PhotoRefused, match="larger than 15 MB") as refused:
        store_photo(big, by=None, now=NOW)
    assert refused.value.code == "photo_too_heavy"


@pytest.mark.django_db
@pytest.mark.parametrize(("over", "code"), [(0, "photo_unknown_type"), (1, "photo_too_heavy")])
def test_a_size_that_lies_is_found_out(over: int, code: str) -> None:
    file = upload(b"\x00" * (BYTES_AT_MOST + over))
    file.size = 10
    with pytest.raises(PhotoRefused) as refused:
        store_photo(file, by=None, now=NOW)
    assert refused.value.code == code


class FullAfter(DurableFileStorage):
    """A storage whose disk is full after ``room`` files."""

    room = 0
    error = errno.ENOSPC

    def _save(self, name: str, content: Any) -> str:
        if type(self).room == 0:
            raise OSError(type(self).error, "as the test says")
        type(self).room -= 1
        return super()._save(name, content)


@pytest.mark.django_db
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
@pytest.mark.parametrize("room", [0, 1])
def test_no_room_leaves_nothing_half_written(
    settings: LazySettings, media: Path, monkeypatch: pytest.MonkeyPatch, room: int, error: int
) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": f"{__name__}.FullAfter"}}
    monkeypatch.setattr(FullAfter, "room", room)
    monkeypatch.setattr(FullAfter, "error", error)
    with pytest.raises(PhotoRefused, match=r"“wall.jpg” could not be kept") as refused:
        stored()
    assert refused.value.code == "photo_not_stored"
    assert files_in(media) == []
    assert not Photo.objects.exists()


@pytest.mark.django_db
def test_files_go_when_the_row_cannot_be_written(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**fields: object) -> Photo:
        raise DatabaseError

    monkeypatch.setattr(Photo.objects, "create", fail)
    with pytest.raises(DatabaseError):
        stored()
    assert files_in(media) == []


class BreaksHalfway(ContentFile):  # type: ignore[type-arg]
    """Content after whose first part the disk is full."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half"
        raise OSError(errno.ENOSPC, "as the test says")


def test_the_storage_shows_a_name_only_with_its_whole_content(media: Path) -> None:
    with pytest.raises(OSError, match="as the test says"):
        default_storage.save("photos/a.jpg", BreaksHalfway(b"half and half"))
    assert files_in(media) == []
    assert default_storage.save("photos/a.jpg", ContentFile(b"whole")) == "photos/a.jpg"
    assert [(path.name, path.read_bytes()) for path in files_in(media)] == [("a.jpg", b"whole")]


@pytest.mark.django_db
def test_claimed_photos_come_in_the_order_given() -> None:
    photos = [stored() for _ in range(3)]
    wanted = [photos[2].pk, str(photos[0].pk), photos[2].pk]
    claimed = claim_photos(wanted, now=NOW)
    assert [photo.pk for photo in claimed] == [photos[2].pk, photos[0].pk]
    assert [photo.claimed_at for photo in claimed] == [NOW, NOW]
    assert set(Photo.objects.filter(claimed_at=NOW)) == {photos[0], photos[2]}
    assert claim_photos([], now=NOW) == []


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["unknown", "no uuid", "claimed"])
def test_a_claim_takes_all_or_none(other: str) -> None:
    good, taken = stored(), stored()
    claim_photos([taken.pk], now=NOW)
    bad = {"unknown": uuid.uuid4(), "no uuid": "1; DROP TABLE", "claimed": taken.pk}[other]
    with pytest.raises(DomainError) as refused:
        claim_photos([good.pk, bad], now=NOW + timedelta(hours=1))
    assert (refused.value.code, list(refused.value.fields)) == ("photo_not_available", ["photos"])
    good.refresh_from_db()
    taken.refresh_from_db()
    assert (good.claimed_at, taken.claimed_at) == (None, NOW)


@pytest.mark.django_db
def test_at_most_nine_are_claimed() -> None:
    with pytest.raises(DomainError, match="At most 9 photos"):
        claim_photos([uuid.uuid4() for _ in range(10)], now=NOW)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_claims_at_once_one_wins() -> None:
    photos = [stored() for _ in range(4)]
    start, results = threading.Barrier(2), []

    def claim(ids: list[uuid.UUID], moment: datetime) -> None:
        try:
            with transaction.atomic():
                start.wait(timeout=10)
                claim_photos(ids, now=moment)
            results.append("won")
        except DomainError as refused:
            results.append(refused.code)
        finally:
            connection.close()

    ids = [photo.pk for photo in photos]
    threads = [
        threading.Thread(target=claim, args=(ids, NOW)),
        threading.Thread(target=claim, args=(ids[::-1], NOW + timedelta(seconds=1))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(results) == ["photo_not_available", "won"]
    assert Photo.objects.values_list("claimed_at", flat=True).distinct().count() == 1


@pytest.mark.django_db
def test_unclaimed_photos_go_after_a_day(media: Path, django_capture_on_commit_callbacks: Any) -> None:
    old, fresh, claimed = stored(), stored(now=NOW + timedelta(hours=2)), stored()
    claim_photos([claimed.pk], now=NOW)
    with django_capture_on_commit_callbacks() as later:
        assert remove_unclaimed(now=NOW + timedelta(hours=25)) == 1
    assert len(files_in(media)) == 6
    for callback in later:
        callback()
    assert set(Photo.objects.all()) == {fresh, claimed}
    assert len(files_in(media)) == 4
    assert not default_storage.exists(str(old.image.name))


@pytest.mark.django_db
def test_files_without_a_row_are_swept(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = stored()
    default_storage.save("photos/2026/04/stray.jpg", ContentFile(b"stray"))
    monkeypatch.setattr(DurableFileStorage, "get_modified_time", lambda storage, name: NOW)
    assert remove_stray_files(now=NOW + timedelta(hours=23)) == 0
    assert remove_stray_files(now=NOW + timedelta(hours=25), is_dry_run=True) == 1
    assert remove_stray_files(now=NOW + timedelta(hours=25)) == 1
    assert remove_stray_files(now=NOW + timedelta(hours=25)) == 0
    assert {path.name for path in files_in(media)} == {
        Path(str(photo.image.name)).name,
        Path(str(photo.thumbnail.name)).name,
    }


@pytest.mark.django_db
def test_the_worker_sweeps_once_a_day(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        DurableFileStorage, "get_modified_time", lambda storage, name: NOW - timedelta(days=3)
    )
    swept = []
    for hours in (0, 1, 23, 24, 25, 48):
        default_storage.save(f"photos/2026/04/stray-{hours}.jpg", ContentFile(b"stray"))
        run_steps(NOW + timedelta(hours=hours))
        swept.append(len(files_in(media)))
    assert swept == [0, 1, 2, 0, 1, 0]


@pytest.mark.django_db
def test_a_file_that_another_worker_removed_meanwhile_is_no_fault(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default_storage.save("photos/2026/04/stray.jpg", ContentFile(b"stray"))
    real = DurableFileStorage.get_modified_time

    def gone(storage: DurableFileStorage, name: str) -> datetime:
        storage.delete(name)
        return real(storage, name)

    monkeypatch.setattr(DurableFileStorage, "get_modified_time", gone)
    assert remove_stray_files(now=NOW + timedelta(hours=25)) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"sha256": "abc"}, "photo_sha256_length"),
        ({"width": 0}, "photo_sizes_positive"),
        ({"height": 0}, "photo_sizes_positive"),
        ({"byte_size": 0}, "photo_sizes_positive"),
        ({"image": ""}, "photo_files_named"),
        ({"thumbnail": ""}, "photo_files_named"),
    ],
)
def test_the_database_refuses_impossible_photos(changes: dict[str, object], constraint: str) -> None:
    photo = stored()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Photo.objects.filter(pk=photo.pk).update(**changes)


@pytest.mark.django_db
@pytest.mark.parametrize(("size", "field"), [("full", "image"), ("thumbnail", "thumbnail")])
def test_the_answer_carries_a_picture_and_nothing_that_runs(media: Path, size: Size, field: str) -> None:
    photo = stored()
    response = photo_response(photo, size)
    assert b"".join(response) == (media / getattr(photo, field).name).read_bytes()  # type: ignore[arg-type]
    response.close()
    assert {name: response[name] for name in response.headers if name != "Content-Length"} == {
        "Content-Type": "image/jpeg",
        "Content-Disposition": 'inline; filename="photo.jpg"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


@pytest.mark.django_db
def test_a_photo_whose_file_is_gone_is_not_found() -> None:
    photo = stored()
    default_storage.delete(str(photo.image.name))
    with pytest.raises(Http404):
        photo_response(photo, "full")
