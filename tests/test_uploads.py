"""S4 and R6: what is sent as a photo through the page is cleaned or refused with a sentence; the words are kept."""

import errno
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from shangju.cases.models import Case
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.storage import DurableFileStorage
from shangju.photos.models import Photo
from shangju.photos.tests.pictures import encoded, picture, png_of
from tests.forms_on_pages import forms_on
from tests.street import Street

pytestmark = pytest.mark.django_db

WORDS = "楼上空调外机滴水，已经三天了"
GPS = 0x8825


def with_place() -> bytes:
    """A photo that says where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (38.0, 2.0, 33.0)
    content = encoded(picture(), exif=exif)
    assert b"Exif" in content
    return content


CLEANED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a photo with its place": ("wall.jpg", with_place),
    "a photo with a page and an archive behind it": (
        "wall.jpg",
        lambda: encoded(picture()) + b"<script>alert(1)</script>PK\x05\x06" + b"\0" * 18,
    ),
    "a PNG that is called JPEG": ("wall.jpg", lambda: encoded(picture(), "PNG")),
    "a path for a name": ("../../../etc/wall.jpg", lambda: encoded(picture())),
}
REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("wall.jpg", lambda: b""),
    "cut off": ("wall.jpg", lambda: encoded(picture((600, 400)))[:300]),
    "a drawing with a script": (
        "wall.jpg",
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="a()"/>',
    ),
    "a page": ("wall.jpg", lambda: b"<!DOCTYPE html><script>alert(1)</script>"),
    "too many pixels": ("wall.png", lambda: png_of(50_000, 50_000)),
    "an archive": ("wall.jpg", lambda: b"PK\x03\x04" + b"\0" * 500),
    "a program": ("wall.jpg", lambda: b"MZ\x90\x00" + b"\0" * 500),
    "50 megabytes": ("wall.jpg", lambda: encoded(picture()) + b"\0" * 50 * 1024**2),
}


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def report(client: Client, street: Street, name: str, content: bytes) -> Any:
    """The resident's form as the page shows it, filled in, with one file."""
    page = client.get("/report/").content.decode()
    form = next(each for each in forms_on(page, address="/report/") if "text" in each.names)
    values = {field: given[-1] for field, given in form.values.items() if given}
    filled = {**values, "text": WORDS, "area": street.areas["grid"].code, "request_type": "complaint"}
    file = SimpleUploadedFile("x", content, content_type="image/jpeg")
    file._name = name  # as a program sends it; Django's own setter would cut the path off
    return client.post("/report/", {**filled, "photos": [file]})


def cases() -> int:
    with everywhere(EverywhereReason.VERIFICATION):
        return Case.objects.count()


def files_in(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("what", CLEANED)
def test_a_picture_is_stored_clean(client: Client, street: Street, media: Path, what: str) -> None:
    name, content = CLEANED[what]
    assert report(client, street, name, content()).status_code == 302
    photo = Photo.objects.get()
    with default_storage.open(str(photo.image.name)) as file:
        kept = file.read()
    image = Image.open(io.BytesIO(kept))
    assert image.format == "JPEG"
    assert not image.getexif()
    assert b"<script>" not in kept
    assert b"PK\x05\x06" not in kept
    assert {path.parent.parent.parent for path in files_in(media)} == {media / "photos"}
    assert cases() == 1


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_photo_is_refused_and_the_words_are_kept(
    client: Client, street: Street, media: Path, what: str
) -> None:
    name, content = REFUSED[what]
    answer = report(client, street, name, content())
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Photo.objects.exists()
    assert files_in(media) == []
    assert cases() == 0


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS])
def test_a_full_disk_or_a_folder_for_reading_only_is_said_and_nothing_is_half_written(
    client: Client, street: Street, media: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    def fail(storage: DurableFileStorage, name: str, content: object) -> str:
        raise OSError(error, "as the test says")

    monkeypatch.setattr(DurableFileStorage, "_save", fail)
    answer = report(client, street, "wall.jpg", encoded(picture()))
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()
    assert files_in(media) == []
    assert (Photo.objects.count(), cases()) == (0, 0)


def test_no_room_for_the_upload_itself_is_said(client: Client, street: Street, settings: Any) -> None:
    """A large upload goes through a temporary file, written before any of our code sees it."""
    settings.FILE_UPLOAD_TEMP_DIR = "/proc/no-such-folder"
    answer = report(client, street, "wall.jpg", encoded(picture()) + b"\0" * 3 * 1024**2)
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()
    assert "wall.jpg" in answer.content.decode()
    assert cases() == 0
