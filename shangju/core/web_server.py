"""The web server: granian, which replaces a worker that dies as often as it dies.

Granian of itself takes two deaths of one worker within seconds for a crash loop and ends. Here a worker may be killed
any number of times (by an operator, by the kernel that wants memory): the others go on, the dead one is replaced.
Started by :mod:`shangju.core.processes`; imports no Django, its workers do.
"""

import argparse
import os
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from shangju.core.processes import die_with_parent

LOOK_SECONDS = 0.5
"""A death wakes the server at once; a wake-up that was lost is made up for after so long."""
SETTLED_SECONDS = 3.0
"""A worker that lived this long had started properly and is replaced at once."""
PAUSE_SECONDS = 0.2
"""Between two starts of a worker that dies while it starts, so that a broken installation does not burn the machine."""


class TirelessGranian(MPServer):
    """Replaces dead workers, for as long as it runs."""

    def _serve_loop(self, spawn_target: Callable[..., Any], target_loader: Callable[..., Any]) -> None:
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(LOOK_SECONDS)
            self.main_loop_interrupt.clear()
            self.reload_signal = False
            if not self.interrupt_signal:
                self._replace_the_dead(spawn_target, target_loader)
        self.interrupt_children.clear()  # an ordered end is no failure, whoever died before

    def _spawn_worker(  # type: ignore[override] # granian's processes differ so from its own base
        self, idx: int, target: Callable[..., Any], callback_loader: Callable[..., Any]
    ) -> Any:
        """A worker that ends when this server is killed outright: nobody would replace or stop it any more."""
        bound = partial(_load_bound_to, os.getpid(), callback_loader)
        return super()._spawn_worker(idx=idx, target=target, callback_loader=bound)

    def _replace_the_dead(self, spawn_target: Callable[..., Any], target_loader: Callable[..., Any]) -> None:
        self.interrupt_children.clear()
        # Their own state is asked, not the list of reports: a report that comes just now is not lost.
        dead = [at for at, worker in enumerate(self.wrks) if not worker.is_alive()]  # type: ignore[no-untyped-call]
        if any(time.monotonic() - self.wrks[at].birth < SETTLED_SECONDS for at in dead):
            time.sleep(PAUSE_SECONDS)
        for at in dead:
            worker = self._spawn_worker(
                idx=self.wrks[at].idx, target=spawn_target, callback_loader=target_loader
            )
            worker.start()
            self.wrks[at] = worker


def _load_bound_to(server: int, load: Callable[[], Any]) -> Any:
    """Load the application, in the worker, after its life was tied to the server's.

    By the signal that cannot be missed: granian takes over SIGTERM before it listens for it, and one that comes in
    that moment would be lost and leave a worker behind that nobody ever stops.
    """
    die_with_parent(server, signal.SIGKILL)
    return load()


def make_server(host: str, port: int, workers: int) -> TirelessGranian:
    """WSGI, four threads and a short queue per worker.

    Backpressure bounds the requests taken per worker: what is beyond waits in the socket's backlog, not in memory.
    """
    return TirelessGranian(
        "shangju.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        backpressure=64,
        backlog=1024,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=3,
    )


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m shangju.core.web_server", description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    make_server(options.host, options.port, options.workers).serve()


if __name__ == "__main__":
    main()
