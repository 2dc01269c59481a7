"""R4: a backup is made while concerns and photos come in, and restored elsewhere; then both are compared.

``python -m tests.drills.backup_while_writing sqlite|postgresql SECONDS [--locked]`` uses an installation, and on PostgreSQL
a cluster, of its own. Clients write before, during and after the backup. It is restored into an empty folder and an empty
database, to which ``shangju restore`` must answer that every count, file and history is as it was. Prints one line of
figures; exits 1 when something acknowledged before the backup is missing from it, a photo is not there, a history does not
verify, a second restore is not refused, or a client was kept from writing.
"""

import argparse
import http.client
import io
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from PIL import Image

from bench.load import AREA, TEXT, ask
from bench.surroundings import ROOT, Installation, installation, running

CLIENTS = 3
PASSPHRASE = "only for the drill, not a secret"


@dataclass(slots=True)
class Written:
    """What clients were told is stored, with the moment of the answer; and what went wrong."""

    keys: list[tuple[float, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


def main() -> int:
    """Write, back up, restore, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", choices=("sqlite", "postgresql"))
    parser.add_argument("seconds", type=float, nargs="?", default=5.0)
    parser.add_argument("--locked", action="store_true", help="with a passphrase")
    options = parser.parse_args()
    with installation(options.database) as made:
        figures = _drill(made, options.seconds, locked=options.locked)
    print(json.dumps({"what": f"R4 {options.database}", **figures}))  # noqa: T201 - the drill's answer
    return 1 if figures["faults"] else 0


def _drill(made: Installation, seconds: float, *, locked: bool) -> dict[str, Any]:
    written, folder = Written(), made.data.parent / "backups"
    environment = {**made.environment, **({"SHANGJU_BACKUP_PASSPHRASE": PASSPHRASE} if locked else {})}
    with running(made) as system:
        clients = [threading.Thread(target=_write, args=(system.port, n, written)) for n in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(seconds / 2)
        began = time.monotonic()
        backup = _program(environment, "backup", str(folder), "--verify")
        ended = time.monotonic()
        time.sleep(seconds / 2)
        written.over.set()
        for client in clients:
            client.join()
    faults = list(written.faults[:3])
    if backup.returncode:
        return {"faults": [*faults, f"backup: {backup.stderr[-1000:]}"]}
    elsewhere = _elsewhere(made, environment)
    restore = _program(elsewhere, "restore", str(folder))
    if restore.returncode:
        faults.append(f"restore: {restore.stdout[-500:]} {restore.stderr[-1000:]}")
    if not _program(elsewhere, "restore", str(folder)).returncode:
        faults.append("a second restore was not refused")
    found = _found(elsewhere)
    before = {key for at, key in written.keys if at < began}
    missing = before - set(found["keys"])
    if missing:
        faults.append(f"{len(missing)} concerns acknowledged before the backup are not in it")
    if found["photos"] != found["files"] or not found["photos"]:
        faults.append(f"{found['photos']} photos, {found['files']} of them with both files")
    return {
        "acknowledged": len(written.keys),
        "before_the_backup": len(before),
        "while_it_was_made": sum(began <= at <= ended for at, _key in written.keys),
        "backup_seconds": round(ended - began, 1),
        "restored_concerns": len(found["keys"]),
        "restored_photos": found["photos"],
        "faults": faults,
    }


def _program(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "shangju", *arguments],
        cwd=ROOT,
        env={**environment, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def _elsewhere(made: Installation, environment: dict[str, str]) -> dict[str, str]:
    """Another folder and database under the same keys, which an operator brings from where they are kept."""
    other = {**environment, "SHANGJU_DATA": str(made.data.parent / "elsewhere")}
    for name in ("field_keys", "secret_key"):
        other[f"SHANGJU_{name.upper()}_FILE"] = str(made.data / name)
    if made.cluster is not None:
        made.cluster.create("elsewhere", template="template0")
        other["DATABASE_URL"] = made.cluster.url("elsewhere")
    return other


def _found(elsewhere: dict[str, str]) -> dict[str, Any]:
    program = [sys.executable, "-m", "tests.drills.restored"]
    done = subprocess.run(program, cwd=ROOT, env=elsewhere, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"keys": [], "photos": 0, "files": -1}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _write(port: int, number: int, written: Written) -> None:
    """One client: a photo, then a concern with it, again and again."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while not written.over.is_set():
        key = f"drill-{uuid4()}"
        try:
            photo = _photo(connection, number)
            body = {"text": TEXT, "place": {"area_code": AREA}, "photos": [photo]}
            answer = ask(
                connection,
                "POST",
                "/api/v1/concerns",
                json.dumps(body).encode(),
                Content_Type="application/json",
                Idempotency_Key=key,
            )
        except (OSError, http.client.HTTPException, KeyError, ValueError) as fault:
            written.faults.append(repr(fault))
            return
        if answer.status == 201:
            written.keys.append((time.monotonic(), key))
        else:
            written.faults.append(f"{answer.status} {answer.body[:300]!r}")
            return


def picture() -> bytes:
    """A JPEG like no other."""
    file = io.BytesIO()
    Image.frombytes("RGB", (64, 48), os.urandom(64 * 48 * 3)).save(file, "JPEG")
    return file.getvalue()


def _photo(connection: http.client.HTTPConnection, number: int) -> str:
    """Upload a photo like no other; its id."""
    boundary = uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="wall-{number}.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    body = head.encode() + picture() + f"\r\n--{boundary}--\r\n".encode()
    kind = f"multipart/form-data; boundary={boundary}"
    answer = ask(connection, "POST", "/api/v1/uploads", body, Content_Type=kind)
    if answer.status != 201:
        raise ValueError(f"photo: {answer.status} {answer.body[:200]!r}")
    return str(json.loads(answer.body)["id"])


if __name__ == "__main__":
    sys.exit(main())
