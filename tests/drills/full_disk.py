"""R6: the disk is full, then the folder for photos takes nothing; a clear answer each time, and nothing half-written.

``python -m tests.drills.full_disk`` runs an installation of its own. As root it lies on a small disk in memory that is
filled to the last byte, and the folder for photos is mounted for reading only. Otherwise the running processes may write
no file beyond a few kilobytes, and the folder loses its write permission. Afterwards all must work again without help.
Prints one line of figures; exits 1 when an answer was not as it must be, or when something half-written was found.
"""

import http.client
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.load import AREA, TEXT, Answer, ask
from bench.surroundings import Installation, Running, installation, running
from tests.drills.backup_while_writing import picture
from tests.forms_on_pages import forms_on

DISK_MEGABYTES = 160
BOUNDARY = "the-boundary-of-the-drill"


def main() -> int:
    """Fill, ask, empty, ask again; the same with the folder for photos."""
    with _small_disk() as is_real, installation("sqlite") as made, running(made) as system:
        faults = _expect(system, "before", report=201, page=302, upload=201)
        with _full(made, system, is_real=is_real):
            faults += _expect(system, "disk full", report=503, page=422, upload=422)
        faults += _expect(system, "room again", report=201, page=302, upload=201)
        with _for_reading_only(made.data / "media", is_real=is_real):
            faults += _expect(system, "photos read-only", report=201, page=422, upload=422)
        faults += _expect(system, "photos writable", report=201, page=302, upload=201)
        keys = made.data / "acknowledged.json"
        keys.write_text(json.dumps(ACKNOWLEDGED), encoding="utf-8")
        stored = made.ask("bench.drill_intake", "--compare", str(keys))
        files = made.ask("tests.drills.restored")
        parts = [str(path) for path in (made.data / "media").rglob("*.part")]
        on_disk = sum(path.is_file() for path in (made.data / "media").rglob("*"))
    if stored["missing"] or stored["half_stored"] or parts or on_disk != 2 * files["photos"]:
        faults.append(f"{stored}, parts {parts}, {on_disk} files of {files['photos']} photos")
    kind = "a full disk in memory" if is_real else "a limit on file size"
    print(json.dumps({"what": f"R6 with {kind}", "asked": len(ASKED), "faults": faults}))  # noqa: T201
    return 1 if faults else 0


ACKNOWLEDGED: list[str] = []
ASKED: list[str] = []


def _expect(system: Running, when: str, *, report: int, page: int, upload: int) -> list[str]:
    """Ask three things; a sentence for each answer that is not the one expected."""
    faults = []
    for what, wanted, answer in (
        ("report", report, _report(system.port)),
        ("page", page, _page(system.port)),
        ("upload", upload, _upload(system.port)),
    ):
        ASKED.append(f"{when}: {what}")
        # A full disk may stop a page at its photo (422, the words are kept) or at its row (503 with a sentence).
        allowed = {wanted, 503} if when == "disk full" else {wanted}
        if answer.status not in allowed:
            faults.append(f"{when}: {what} answered {answer.status} instead of {wanted}")
        elif answer.status == 422 and what == "page" and TEXT not in answer.body.decode():
            faults.append(f"{when}: the words were lost")
        elif answer.status == 503 and not answer.headers.get("Retry-After"):
            faults.append(f"{when}: {what} did not say when to try again")
    return faults


def _report(port: int) -> Answer:
    key = f"drill-{uuid4()}"
    body = json.dumps({"text": TEXT, "place": {"area_code": AREA}}).encode()
    answer = _asked(
        port, "POST", "/api/v1/concerns", body, Content_Type="application/json", Idempotency_Key=key
    )
    if answer.status == 201:
        ACKNOWLEDGED.append(key)
    return answer


def _upload(port: int) -> Answer:
    return _asked(
        port,
        "POST",
        "/api/v1/uploads",
        _multipart({}, "file"),
        Content_Type=f"multipart/form-data; boundary={BOUNDARY}",
    )


def _page(port: int) -> Answer:
    """The resident's form, filled in, with a photo."""
    shown = _asked(port, "GET", "/report/")
    found = re.search(r"csrftoken=([^;]+)", " ".join(shown.headers.get_all("Set-Cookie") or []))
    token = found[1] if found else ""
    form = next(each for each in forms_on(shown.body.decode(), address="/report/") if "text" in each.names)
    values = {name: given[-1] for name, given in form.values.items() if given}
    filled = {**values, "text": TEXT, "area": AREA, "none_of_these": "1", "csrfmiddlewaretoken": token}
    return _asked(
        port,
        "POST",
        "/report/",
        _multipart(filled, "photos"),
        Content_Type=f"multipart/form-data; boundary={BOUNDARY}",
        Cookie=f"csrftoken={token}",
    )


def _multipart(values: dict[str, str], field: str) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in values.items()
    ]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="wall.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    return b"".join(parts) + head.encode() + picture() + f"\r\n--{BOUNDARY}--\r\n".encode()


def _asked(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        return ask(connection, method, path, body, **headers)
    finally:
        connection.close()


def _mounted(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


@contextmanager
def _small_disk() -> Iterator[bool]:
    """Temporary folders lie on a small disk meanwhile; whether there is one."""
    with tempfile.TemporaryDirectory() as place:
        is_real = os.getuid() == 0 and _mounted(
            "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs", place
        )
        if not is_real:
            yield False
            return
        before, tempfile.tempdir = tempfile.tempdir, place
        try:
            yield True
        finally:
            tempfile.tempdir = before
            subprocess.run(["umount", "--lazy", place], check=False)


@contextmanager
def _full(made: Installation, system: Running, *, is_real: bool) -> Iterator[None]:
    if not is_real:
        with _small_files(system.tree()):
            yield
        return
    ballast = made.data.parent / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(64 * 1024))
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0")
    yield
    ballast.unlink()


@contextmanager
def _small_files(processes: list[int]) -> Iterator[None]:
    """No process of the system writes beyond the first 8 kB of a file."""
    unlimited = resource.RLIM_INFINITY
    for pid in processes:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (8192, unlimited))
    yield
    for pid in processes:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))


@contextmanager
def _for_reading_only(media: Path, *, is_real: bool) -> Iterator[None]:
    if is_real and _mounted("--bind", str(media), str(media)):
        assert _mounted("-o", "remount,ro,bind", str(media))
        yield
        subprocess.run(["umount", str(media)], check=True)
        time.sleep(0.1)
        return
    folders: list[Any] = [media, *(path for path in media.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield
    for folder in folders:
        folder.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main())
