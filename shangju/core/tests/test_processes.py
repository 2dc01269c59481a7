"""The watcher of web server and worker: real processes, real signals."""

import dataclasses
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from shangju.core.management.commands.up import Command
from shangju.core.processes import Child, ended_how, port_is_free, web_command
from shangju.core.web_server import make_server

# A household of one child that says its process id and then waits; READY is said by the watcher itself.
WATCHER = """
import sys
from shangju.core.management.commands.up import Command
from shangju.core.processes import Child, Household
child = Child("The child", [sys.executable, "-u", "-c", {program!r}])
Household([child], is_ready=lambda: True, when_ready=lambda: print("ready", flush=True)).run()
"""
WAITS = "import os, signal; print('child', os.getpid(), flush=True); signal.pause()"


@pytest.fixture
def watcher() -> Iterator[Any]:
    """Start a watcher over a program; whatever happens nothing is left running."""
    started: list[subprocess.Popen[str]] = []

    def start(program: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", WATCHER.format(program=program)],
            cwd=settings.BASE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def read_until(process: "subprocess.Popen[str]", pattern: str) -> "re.Match[str]":
    """The first match in what the process prints; reading waits for it, the end of its output fails."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if match := re.search(pattern, line):
            return match
    pytest.fail(f"never saw {pattern} in:\n{seen}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_children_and_then_the_watcher(watcher: Any, number: signal.Signals) -> None:
    process = watcher(WAITS)
    child = int(read_until(process, r"child (\d+)")[1])
    process.send_signal(number)
    read_until(process, "Stopped")
    assert process.wait(timeout=30) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_dead_child_is_started_again_and_it_is_said(watcher: Any) -> None:
    process = watcher(WAITS)
    first = int(read_until(process, r"child (\d+)")[1])
    os.kill(first, signal.SIGKILL)
    read_until(process, r"The child ended unexpectedly \(signal SIGKILL\); starting it again in 0.25 s\.")
    assert int(read_until(process, r"child (\d+)")[1]) != first


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent's death")
def test_children_do_not_outlive_a_killed_watcher(watcher: Any) -> None:
    process = watcher(WAITS)
    child = int(read_until(process, r"child (\d+)")[1])
    process.kill()
    # The pipe closes only when the child, which inherited it, is gone too.
    assert process.stdout is not None
    closed, _, _ = select.select([process.stdout], [], [], 30)
    if not closed:
        os.kill(child, signal.SIGKILL)
        pytest.fail("the child is still running")
    assert "child" not in process.stdout.read()


def test_pauses_grow_and_start_small_again_after_a_settled_life() -> None:
    child = Child("The child", [sys.executable, "-c", "raise SystemExit(3)"])
    pauses = []
    for _ in range(7):
        child.start(now=0.0)
        assert child.process is not None
        child.process.wait()
        child.watch(now=1.0)
        assert child.start_again_at is not None
        pauses.append(child.start_again_at - 1.0)
    assert pauses == [0.25, 0.5, 1, 2, 4, 4, 4]
    child.start(now=0.0)
    child.process.wait()
    child.watch(now=11.0)
    assert child.start_again_at == 11.25


def test_a_killed_child_is_started_at_once_however_often() -> None:
    child = Child(
        "The child", [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
    )
    for _ in range(5):
        child.start(now=0.0)
        assert child.process is not None
        child.process.wait()
        child.watch(now=1.0)
        assert child.start_again_at == 1.25


STUBBORN = """import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("child", __import__("os").getpid(), flush=True)
time.sleep(600)
"""


def test_a_second_signal_kills_what_does_not_stop(watcher: Any) -> None:
    process = watcher(STUBBORN)
    child = int(read_until(process, r"child (\d+)")[1])
    process.send_signal(signal.SIGINT)
    read_until(process, "Stopping")
    process.send_signal(signal.SIGINT)
    read_until(process, "is killed")
    assert process.wait(timeout=30) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_how_something_ended_in_words() -> None:
    assert ended_how(3) == "exit status 3"
    assert ended_how(-9) == "signal SIGKILL"


def test_a_taken_port_is_noticed() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert not port_is_free("127.0.0.1", port)
    assert port_is_free("127.0.0.1", port)


def test_up_refuses_a_taken_port_before_it_touches_anything(settings: Any) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, port=port)
        with pytest.raises(CommandError, match=f"Port {port} on 127.0.0.1 is taken.*SHANGJU_PORT"):
            call_command("up")


def test_preparing_ends_before_anything_is_started(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(Command, "_prepare", lambda command, *, with_demo: done.append("prepared"))
    monkeypatch.setattr(Command, "_become_watcher", lambda command, workers: done.append("started"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, port=listener.getsockname()[1])
        call_command("up", "--prepare")  # a running system holds the port
    assert done == ["prepared"]


def test_the_demonstration_is_refused_in_production(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="refused in production"):
        call_command("up", "--demo")


def test_the_web_server_is_bounded() -> None:
    server = make_server("127.0.0.1", 8000, 2)
    bounds = (server.workers, server.blocking_threads, server.backpressure, server.backlog)
    assert bounds == (2, 4, 64, 1024)


def answer(port: int) -> bytes:
    """The first line that the web server says to a request; waits until it says something."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
                if line := connection.makefile("rb").readline():
                    return line
        except OSError:
            continue
    pytest.fail("no answer for a minute")


def web_workers_of(server: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
            command = (stat.parent / "cmdline").read_bytes()
            if parent == server and command and b"resource_tracker" not in command:
                found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="reads the children of a process from /proc")
def test_a_web_worker_may_be_killed_any_number_of_times(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "SHANGJU_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "shangju.config.settings",
    }
    server = subprocess.Popen(web_command("127.0.0.1", port, 1), cwd=settings.BASE, env=environment)
    try:
        answer(port)
        for _ in range(4):
            until = time.monotonic() + 30
            while not (found := web_workers_of(server.pid)):
                assert time.monotonic() < until, "the dead worker was never replaced"
            os.kill(found[0], signal.SIGKILL)
        assert answer(port).startswith(b"HTTP/1.")
        server.terminate()
        assert server.wait(timeout=30) == 0
    finally:
        server.kill()
        server.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent's death")
def test_web_workers_do_not_outlive_a_killed_server(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "SHANGJU_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "shangju.config.settings",
    }
    command = web_command("127.0.0.1", port, 2)
    server = subprocess.Popen(command, cwd=settings.BASE, env=environment, stdout=subprocess.PIPE)
    assert server.stdout is not None
    workers: list[int] = []
    try:
        answer(port)
        workers = web_workers_of(server.pid)
        assert len(workers) == 2
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)  # one that cannot listen to a polite signal must go, too
        server.kill()
        # The pipe closes only when the workers, which inherited it, are gone too.
        closed, _, _ = select.select([server.stdout], [], [], 30)
        assert closed, "a web worker is still running"
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
