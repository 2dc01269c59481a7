"""The malware scanner is asked before a file is taken; its absence is answered as the operator decided."""

import socket
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404

from shangju.core import health
from shangju.core.scanning import ScannerAway, Verdict, scan, scanner_version
from shangju.photos.models import Photo, ScanState
from shangju.photos.responses import photo_response
from shangju.photos.rules import PhotoRefused
from shangju.photos.services import remove_unclaimed, scan_waiting, store_photo
from shangju.photos.tests.clamd import EICAR, clamd
from shangju.photos.tests.pictures import encoded, picture, upload

pytestmark = pytest.mark.usefixtures("media", "english")

GOOD = encoded(picture())
BAD = GOOD + EICAR


@pytest.fixture(params=["tcp", "unix"])
def scanner(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Any]:
    with clamd(tmp_path / "clamd.sock" if request.param == "unix" else None) as server:
        settings.MALWARE_SCANNER = server.url
        yield server


@pytest.fixture
def away(settings: Any) -> None:
    """A scanner that is set up and does not listen."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.MALWARE_SCANNER = f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def is_served(photo: Photo) -> bool:
    response = photo_response(photo, "full")
    response.close()
    return response.status_code == 200


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_without_a_scanner_nobody_is_asked(settings: Any) -> None:
    settings.MALWARE_SCANNER = ""
    assert scan(EICAR) is Verdict.NOT_ASKED


@pytest.mark.parametrize(
    "content", [b"", b"x", GOOD, bytes(200_000)], ids=["empty", "one", "photo", "pieces"]
)
def test_the_whole_content_is_streamed(scanner: Any, content: bytes) -> None:
    assert scan(content) is Verdict.CLEAN
    assert scanner.seen == [content]


def test_the_test_virus_is_found(scanner: Any) -> None:
    assert scan(EICAR) is Verdict.INFECTED
    assert scan(b"." * 65_530 + EICAR) is Verdict.INFECTED  # across two pieces
    assert scanner_version().startswith("ClamAV 1.4.3")


def test_a_stream_that_is_too_long_for_it_is_no_verdict(settings: Any) -> None:
    with clamd(longest=100) as server:
        settings.MALWARE_SCANNER = server.url
        with pytest.raises(ScannerAway):
            scan(bytes(5_000_000))


@pytest.mark.parametrize("answer", [b"", b"\0", b"stream: OK, or so\0", b"\xff\xfe\0", b"x" * 9000])
def test_an_answer_that_is_none_is_no_verdict(settings: Any, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.MALWARE_SCANNER = f"tcp://127.0.0.1:{listener.getsockname()[1]}"

        def reply() -> None:
            connection, _address = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=reply)
        thread.start()
        with pytest.raises(ScannerAway):
            scan(b"content")
        thread.join()


@pytest.mark.django_db
def test_an_infected_photo_is_refused_before_it_is_read(scanner: Any, media: Path, now: datetime) -> None:
    with pytest.raises(PhotoRefused, match=r"“wall.jpg” carries malicious software") as refused:
        store_photo(upload(BAD), by=None, now=now)
    assert refused.value.code == "photo_infected"
    with pytest.raises(PhotoRefused) as refused:
        store_photo(upload(EICAR, "eicar.com"), by=None, now=now)
    assert refused.value.code == "photo_infected"
    assert not Photo.objects.exists()
    assert files_in(media) == []


@pytest.mark.django_db
def test_a_clean_photo_is_marked_as_such(scanner: Any, now: datetime) -> None:
    photo = store_photo(upload(GOOD), by=None, now=now)
    assert Photo.objects.get(pk=photo.pk).scan_state == ScanState.CLEAN
    assert is_served(photo)


@pytest.mark.django_db
@pytest.mark.usefixtures("away")
def test_without_its_scanner_a_photo_is_refused_with_what_to_do(media: Path, now: datetime) -> None:
    with pytest.raises(PhotoRefused, match="send the form without it") as refused:
        store_photo(upload(GOOD), by=None, now=now)
    assert refused.value.code == "photo_not_scanned"
    assert (Photo.objects.count(), files_in(media)) == (0, [])


@pytest.fixture
def waiting(settings: Any, away: None, now: datetime) -> dict[str, Photo]:
    """A good and a bad photo taken while the scanner was away."""
    settings.UNSCANNED_FILES = "quarantine"
    return {
        "good": store_photo(upload(GOOD), by=None, now=now),
        "bad": store_photo(upload(BAD), by=None, now=now),
    }


@pytest.mark.django_db
def test_a_waiting_photo_is_shown_to_nobody_and_held_sealed(
    waiting: dict[str, Photo], media: Path, now: datetime
) -> None:
    for photo in waiting.values():
        assert Photo.objects.get(pk=photo.pk).scan_state == ScanState.WAITING
        with pytest.raises(Http404):
            photo_response(photo, "thumbnail")
    assert len(files_in(media)) == 6
    assert not [path for path in files_in(media) if EICAR in path.read_bytes()]
    assert scan_waiting(now=now) == 0  # still away
    assert Photo.objects.filter(scan_state=ScanState.WAITING).count() == 2


@pytest.mark.django_db
def test_the_worker_asks_again_until_the_scanner_judges(
    waiting: dict[str, Photo],
    settings: Any,
    media: Path,
    now: datetime,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with clamd() as server, django_capture_on_commit_callbacks(execute=True):
        settings.MALWARE_SCANNER = server.url
        assert scan_waiting(now=now) == 2
        assert sorted(server.seen) == sorted([GOOD, BAD])
        assert scan_waiting(now=now) == 0
    good, bad = (Photo.objects.get(pk=waiting[name].pk) for name in ("good", "bad"))
    assert (good.scan_state, bad.scan_state) == (ScanState.CLEAN, ScanState.INFECTED)
    assert (good.held_upload.name, bad.held_upload.name) == ("", "")
    assert sorted(path.name for path in files_in(media)) == sorted(
        Path(str(file.name)).name for file in (good.image, good.thumbnail)
    )
    assert is_served(good)
    with pytest.raises(Http404):
        photo_response(bad, "full")


@pytest.mark.django_db
def test_a_scanner_that_was_given_up_holds_nothing_back(
    waiting: dict[str, Photo], settings: Any, now: datetime
) -> None:
    settings.MALWARE_SCANNER = ""
    assert scan_waiting(now=now) == 2
    assert set(Photo.objects.values_list("scan_state", flat=True)) == {ScanState.NOT_ASKED}


@pytest.mark.django_db
def test_a_held_upload_that_is_gone_is_never_shown(
    waiting: dict[str, Photo], settings: Any, now: datetime
) -> None:
    good = waiting["good"]
    good.held_upload.storage.delete(good.held_upload.name)
    with clamd() as server:
        settings.MALWARE_SCANNER = server.url
        scan_waiting(now=now)
    assert Photo.objects.get(pk=good.pk).scan_state == ScanState.INFECTED


@pytest.mark.django_db
def test_held_uploads_go_with_photos_that_nobody_claims(
    waiting: dict[str, Photo], media: Path, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    from datetime import timedelta  # noqa: PLC0415 - for this test alone

    with django_capture_on_commit_callbacks(execute=True):
        assert remove_unclaimed(now=now + timedelta(days=2)) == 2
    assert files_in(media) == []


@pytest.mark.django_db
def test_the_doctor_says_whether_it_answers(scanner: Any, settings: Any, now: datetime) -> None:
    finding = health.malware_scanner(now)
    assert finding.well
    assert "ClamAV 1.4.3" in finding.sentence
    settings.MALWARE_SCANNER = "unix:///nowhere/clamd.sock"
    assert not health.malware_scanner(now).well
    settings.MALWARE_SCANNER = ""
    assert health.malware_scanner(now).well
