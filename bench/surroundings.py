"""What a measurement runs on: a database, a data folder, and the running system, all of its own and all removed."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SETUP_FILE = "shangju/demo/data/dashikou.yaml"
MIGRATED = "SHANGJU_MIGRATED_DATABASE"
"""Variable that may name an embedded database, migrated and empty, to begin with: what is measured begins after that."""
UNPRIVILEGED = ("postgres", "nobody")
"""PostgreSQL refuses to run as root; one of these runs it then."""


class UnavailableError(Exception):
    """Something that a measurement needs is not there; the message says what."""


def free_port() -> int:
    """A port on the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgresql_programs() -> Path:
    """The folder of ``initdb`` and ``pg_ctl``."""
    folders = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which("initdb")
    folders += [Path(found).resolve().parent] if found else []
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise UnavailableError("no PostgreSQL server programs (initdb, pg_ctl) were found")


def _as_unprivileged(command: list[str], owner: str | None) -> None:
    options: dict[str, Any] = {"user": owner, "group": owner, "extra_groups": []} if owner else {}
    if owner == "nobody":
        options["group"] = "nogroup"
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **options)
    if done.returncode:
        raise UnavailableError(
            f"{Path(command[0]).name} failed: {done.stderr.strip() or done.stdout.strip()}"
        )


def _owner() -> str | None:
    if os.getuid() != 0:
        return None
    known = {line.split(":")[0] for line in Path("/etc/passwd").read_text(encoding="utf-8").splitlines()}
    for name in UNPRIVILEGED:
        if name in known:
            return name
    raise UnavailableError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running PostgreSQL cluster on the loopback, with durable commits; databases in it by name."""

    programs: Path
    port: int
    folder: Path

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        # What it prints goes to its log; a pipe of ours would be kept open by the server.
        options = (
            f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c shared_buffers=512MB -c max_wal_size=4GB -c fsync=on "
            "-c synchronous_commit=on -c maintenance_work_mem=512MB"
        )
        self._control("-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it; ``immediate`` is as if the machine had lost power."""
        self._control("-m", mode, "stop")

    def _control(self, *arguments: str) -> None:
        command = [
            str(self.programs / "pg_ctl"),
            "-D",
            str(self.folder / "data"),
            "-l",
            str(self.folder / "log"),
        ]
        _as_unprivileged([*command, "-w", "-t", "120", *arguments], _owner())

    def url(self, database: str) -> str:
        """Where a database of it answers."""
        return f"postgresql://shangju@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, *, template: str = "template1") -> None:
        """A database as a copy of another, file by file."""
        self._ask(f"CREATE DATABASE {database} TEMPLATE {template} STRATEGY file_copy")

    def drop(self, database: str) -> None:
        """Remove a database and whoever still reads it."""
        self._ask(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _ask(self, statement: str) -> None:
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "shangju", "-d", "postgres"]
        _as_unprivileged([str(self.programs / "psql"), *where, "-q", "-c", statement], None)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """The cluster in ``folder``, made where there is none yet; stopped at the end."""
    programs, owner, port = postgresql_programs(), _owner(), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    if owner:
        shutil.chown(folder, owner)
    data, made = folder / "data", Cluster(programs, port, folder)
    # As the cluster that the tests run on: sorting by code point, upper and lower case of all letters.
    made_with = ["-U", "shangju", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    try:
        if not (data / "PG_VERSION").exists():
            _as_unprivileged([str(programs / "initdb"), "-D", str(data), *made_with], owner)
        made.start()
        yield made
    finally:
        if (data / "postmaster.pid").exists():
            made.stop()


@dataclass(slots=True)
class Installation:
    """A data folder and a database, set up with the Dashikou tree."""

    database: str
    data: Path
    url: str
    cluster: Cluster | None = None
    port: int = field(default_factory=free_port)

    @property
    def environment(self) -> dict[str, str]:
        """The variables under which every program of it runs."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SHANGJU_", "DATABASE_"))
        }
        return {
            **kept,
            "SHANGJU_DATA": str(self.data),
            "DATABASE_URL": self.url,
            "SHANGJU_PORT": str(self.port),
            "SHANGJU_INTAKE_PER_MINUTE": "0",
            "SHANGJU_API_READS_PER_MINUTE": "0",
            "SHANGJU_API_WRITES_PER_MINUTE": "0",
            "SHANGJU_API_UPLOADS_PER_MINUTE": "0",
            "DJANGO_SETTINGS_MODULE": "shangju.config.settings",
            "PYTHONPATH": str(ROOT),
        }

    def run(self, *arguments: str) -> str:
        """One program of Python's to its end; its output."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout

    def ask(self, module: str, *arguments: str) -> Any:
        """What a measuring program prints as the last line, read as JSON."""
        return json.loads(self.run("-m", module, *arguments).strip().splitlines()[-1])

    def set_up(self) -> None:
        """Schema, reference tables, areas, posts, sign-ins."""
        if self.database == "sqlite" and (migrated := os.environ.get(MIGRATED)):
            shutil.copyfile(migrated, self.data / "shangju.sqlite3")
        self.run("-m", "shangju", "migrate", "--verbosity", "0")
        collect = ["collectstatic", "--noinput", "--verbosity", "0"]
        for command in (["setup", SETUP_FILE], ["seed_categories"], ["seed_deadlines"], collect):
            self.run("-m", "shangju", *command)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is removed afterwards, also where another user wrote into it."""
    folder = Path(tempfile.mkdtemp(prefix="shangju-bench-"))
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def installation(database: str) -> Iterator[Installation]:
    """An installation of its own on ``sqlite`` or ``postgresql``, empty of cases, removed afterwards."""
    with temporary_folder() as folder, contextlib.ExitStack() as stack:
        url, running_cluster = "sqlite:///shangju.sqlite3", None
        if database == "postgresql":
            running_cluster = stack.enter_context(cluster(folder / "cluster"))
            running_cluster.create("shangju")
            url = running_cluster.url("shangju")
        made = Installation(database, folder / "data", url, running_cluster)
        made.data.mkdir()
        made.set_up()
        yield made


@dataclass(slots=True)
class Running:
    """The running system: watcher, web workers, background worker."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def tree(self) -> list[int]:
        """The ids of all its processes."""
        return process_tree(self.process.pid)


@contextmanager
def running(made: Installation, *, workers: int = 2) -> Iterator[Running]:
    """The system as ``shangju up`` runs it, answering; stopped at the end."""
    log = made.data / "up.log"
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "shangju", "up", "--workers", str(workers)],
            cwd=ROOT,
            env=made.environment,
            stdout=stream,
            stderr=stream,
        )
    try:
        wait_until_answering(made.port, process)
        yield Running(process, made.port, log)
    finally:
        stop(process)


def wait_until_answering(
    port: int, process: "subprocess.Popen[bytes]", path: str = "/", seconds: float = 180
) -> None:
    """Until the page answers 200; raises where the process ended or time is up."""
    from bench.load import get  # noqa: PLC0415 - load imports nothing of this module; kept light

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the system ended with status {process.returncode} before it answered")
        try:
            if get(port, path).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"no answer within {seconds} s")


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to stop; insist after a while."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def process_tree(root: int) -> list[int]:
    """``root`` and all that descends from it, from /proc."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(after_name[1]), []).append(int(stat.parent.name))
    found, open_ids = [], [root]
    while open_ids:
        pid = open_ids.pop()
        found.append(pid)
        open_ids += parents.get(pid, [])
    return found


def resident_megabytes(pids: list[int]) -> dict[str, float]:
    """RSS and proportional size (shared pages counted once) of processes, in MB of 1024² bytes."""
    sums = {"Rss": 0, "Pss": 0}
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        for line in lines:
            name, _colon, rest = line.partition(":")
            if name in sums:
                sums[name] += int(rest.split()[0])
    return {"rss_mb": round(sums["Rss"] / 1024, 1), "pss_mb": round(sums["Pss"] / 1024, 1)}


def cpu_seconds(pids: list[int]) -> float:
    """User and system time that processes have used so far."""
    ticks = 0
    for pid in pids:
        try:
            fields = (
                Path(f"/proc/{pid}/stat")
                .read_text(encoding="utf-8", errors="replace")
                .rpartition(")")[2]
                .split()
            )
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
