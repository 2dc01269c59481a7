"""The watcher of web server and worker: real processes, real signals."""

import dataclasses
import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from shangju.core.processes import Child, ended_how, port_is_free, web_command

# A household of one child that says its process id and then waits; READY is said by the watcher itself.
WATCHER = """
import sys
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
    read_until(process, r"The child ended unexpectedly \(signal SIGKILL\); starting it again in 1 s\.")
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
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    child.start(now=0.0)
    child.process.wait()
    child.watch(now=61.0)
    assert child.start_again_at == 62.0


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


def test_the_demonstration_is_refused_in_production(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="refused in production"):
        call_command("up", "--demo")


def test_the_web_server_is_bounded() -> None:
    command = " ".join(web_command("127.0.0.1", 8000, 2))
    for part in (
        "--interface wsgi",
        "--workers 2",
        "--blocking-threads",
        "--backpressure",
        "--respawn-failed-workers",
    ):
        assert part in command
