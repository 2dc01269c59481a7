"""``shangju worker``: huey drives the steps; the rows are the work, so it may be killed at any line."""

import logging
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error
from django.utils import timezone
from huey import crontab
from huey.consumer import Consumer

from shangju.core.models import Heartbeat
from shangju.core.queue import huey, let_go_of_ended_connections, make_pass

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 20


@huey.periodic_task(crontab(minute="*"))  # type: ignore[untyped-decorator] # huey carries no types
def every_minute() -> None:
    """A pass whether or not somebody woke the worker."""
    make_pass()


def beat() -> None:
    """Write that the worker is alive."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


class Pulse(threading.Thread):
    """Writes the heartbeat while the process lives, also during a long pass."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stopped = threading.Event()

    def run(self) -> None:
        """Until the process ends."""
        while not self.stopped.wait(HEARTBEAT_SECONDS):
            self.beat_once()

    def beat_once(self) -> None:
        """Close what the database has ended, then beat; while it is away the next beat tries again."""
        try:
            let_go_of_ended_connections()
            beat()
        except Error as error:
            logger.warning("no heartbeat, the database is away: %s", type(error).__name__)


class Command(BaseCommand):
    """The background process; one is enough for a sub-district, several share the work."""

    help = "Run the background worker (notices and all timed work)."
    requires_system_checks = ()
    """They would load every page and the whole interface into a process that serves neither: 25 MB."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--threads``."""
        parser.add_argument("--threads", type=int, default=1, help="how many steps may run at once (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Beat once, deal with what has gathered, then follow huey's schedule until told to stop."""
        beat()
        make_pass()
        pulse = Pulse()
        pulse.start()
        Consumer(
            huey,
            workers=options["threads"],
            periodic=True,
            worker_type="thread",
            initial_delay=0.1,
            max_delay=2.0,
        ).run()
        pulse.stopped.set()
