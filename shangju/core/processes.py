"""Keeps the web server and the worker running: starts them, restarts what dies, stops both on Ctrl-C or SIGTERM.

``shangju up`` prepares everything and then becomes this program (``exec``). It imports nothing but the standard
library, so that watching two children costs some ten megabytes instead of a whole Django.
"""

import argparse
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

GRACE_SECONDS = 5.0
"""How long a child may take to finish what it is doing before it is killed; a second signal ends the wait."""
SHORTEST_PAUSE_SECONDS = 0.25
"""A child that was killed, or that had worked for a while, is started again after this."""
LONGEST_PAUSE_SECONDS = 4.0
"""A child that ends by itself while it starts is started again after 0.25, 0.5, 1 … seconds, at most this."""
SETTLED_SECONDS = 10.0
"""A child that lived this long is taken to work."""
STEP_SECONDS = 0.1


def say(sentence: str) -> None:
    """One line on the error stream, where the logs are."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def port_is_free(host: str, port: int) -> bool:
    """Whether nobody listens there. The web server itself shares a taken port silently, so this is asked first."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(host: str, port: int) -> bool:
    """Whether somebody accepts connections there."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    try:
        with socket.create_connection((reachable, port), timeout=1):
            return True
    except OSError:
        return False


def die_with_parent(parent: int, by: signal.Signals = signal.SIGTERM) -> None:
    """Ask Linux to end this process when ``parent``, which started it, is killed outright; other systems go without."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, by)
        if os.getppid() != parent:  # it died before the question was asked, and nobody will send the signal
            os.kill(os.getpid(), by)


@dataclass(slots=True)
class Child:
    """One program that is to be running."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = SHORTEST_PAUSE_SECONDS
    start_again_at: float | None = None

    def start(self, now: float) -> None:
        """Start it in a process group of its own, so that a signal reaches all that it starts in turn."""
        self.process = subprocess.Popen(  # noqa: S603 - the command is ours
            self.command,
            process_group=0,
            preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - this process has one thread
        )
        self.started = now
        self.start_again_at = None

    def watch(self, now: float) -> None:
        """Start it again, after a pause, when it has died."""
        if self.start_again_at is not None:
            if now >= self.start_again_at:
                self.start(now)
            return
        if self.process is None or (status := self.process.poll()) is None:
            return
        if status < 0 or now - self.started >= SETTLED_SECONDS:
            # Killed from outside, or it had worked: whoever waits for an answer must not wait for our caution.
            self.pause = SHORTEST_PAUSE_SECONDS
        say(f"{self.name} ended unexpectedly ({ended_how(status)}); starting it again in {self.pause:g} s.")
        self.signal(signal.SIGKILL)
        self.start_again_at = now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE_SECONDS)

    def signal(self, number: int) -> None:
        """Send a signal to the child and all that it started; nothing if they are gone."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return

    @property
    def is_running(self) -> bool:
        """Whether it is alive."""
        return self.process is not None and self.process.poll() is None


def ended_how(status: int) -> str:
    """An exit status in words."""
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


@dataclass(slots=True)
class Household:
    """The children, and what to do once all of them are there."""

    children: list[Child]
    is_ready: Callable[[], bool]
    when_ready: Callable[[], None]
    signals: int = field(default=0, init=False)

    def run(self) -> None:
        """Keep the children running until a signal says stop; then stop them and return."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        for child in self.children:
            child.start(time.monotonic())
        announced = False
        while not self.signals:
            for child in self.children:
                child.watch(time.monotonic())
            if not announced and self.is_ready():
                self.when_ready()
                announced = True
            time.sleep(STEP_SECONDS)
        self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1

    def _end(self) -> None:
        say("Stopping …")
        for child in self.children:
            child.signal(signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        asked = self.signals
        while (
            any(child.is_running for child in self.children)
            and time.monotonic() < until
            and self.signals == asked
        ):
            time.sleep(STEP_SECONDS)
        for child in self.children:
            if child.is_running:
                say(f"{child.name} did not stop in time and is killed.")
            child.signal(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
        say("Stopped.")


def web_command(host: str, port: int, workers: int) -> list[str]:
    """The web server (:mod:`shangju.core.web_server`); a worker that dies is replaced at once."""
    arguments = ("--host", host, "--port", str(port), "--workers", str(workers))
    return [sys.executable, "-m", "shangju.core.web_server", *arguments]


def worker_command() -> list[str]:
    """The worker: notices, timed work, exports."""
    return [sys.executable, "-m", "shangju", "worker"]


def main() -> None:
    """Run web server and worker as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--greeting", default="")
    options = parser.parse_args()
    Household(
        children=[
            Child("The web server", web_command(options.host, options.port, options.workers)),
            Child("The worker", worker_command()),
        ],
        is_ready=lambda: answers(options.host, options.port),
        when_ready=lambda: print(options.greeting, flush=True),  # noqa: T201 - this is what the person waits for
    ).run()


if __name__ == "__main__":
    main()
