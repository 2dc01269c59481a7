"""The worker's steps and the call that wakes it.

The rows are the work (docs/adr/0003): un-notified history, unsent notices, due ladders. An app registers a step that
finds such rows and deals with some; the worker runs every step each minute and whenever it is woken. A lost wake-up
delays, never loses.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.db import connections, transaction
from django.urls import set_urlconf
from django.utils import timezone

from shangju.core.sparing import sparing

with sparing(*([] if "postgresql" in settings.DATABASES["default"]["ENGINE"] else ["psycopg"])):
    from huey import RedisHuey, SqliteHuey

logger = logging.getLogger(__name__)

Step = Callable[[datetime], int]
"""Does what is to be done at an instant and says how many rows it dealt with; safe to repeat and to kill."""


@dataclass(frozen=True, slots=True)
class WorkerStep:
    """A named step."""

    name: str
    run: Step


_steps: dict[str, WorkerStep] = {}

WAKE_UP_INTERVAL = 1.0
"""Seconds: a process wakes the worker at most so often; one pass deals with everything that has gathered."""

_last_wake_up = 0.0


def _make_queue() -> SqliteHuey | RedisHuey:
    if settings.ENVIRONMENT.redis_url:
        return RedisHuey("shangju", url=settings.ENVIRONMENT.redis_url, results=False)
    settings.ENVIRONMENT.data.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("shangju", filename=str(settings.ENVIRONMENT.data / "queue.sqlite3"), results=False)


huey = _make_queue()


def register_step(name: str, run: Step) -> None:
    """Add a step to every pass of the worker; called once, from an app's ``ready``."""
    _steps[name] = WorkerStep(name, run)


def worker_steps() -> tuple[WorkerStep, ...]:
    """All steps, in the order in which they were registered."""
    return tuple(_steps.values())


def run_steps(now: datetime) -> None:
    """One pass over all steps. A step that fails is set aside for a while and keeps no other from its turn."""
    from shangju.core.setting_aside import run_step  # noqa: PLC0415 - apps register steps before models are loaded

    for step in worker_steps():
        try:
            run_step(step.name, step.run, now=now)
        except AnyDatabaseError:
            # Not even the failure could be written down: the database is away, and the next pass asks again.
            logger.exception("step “%s” found no database; it is tried again in a minute", step.name)


def let_go_of_ended_connections() -> None:
    """Close what the database has ended meanwhile (it was restarted), so that a new connection is made.

    Django does it before each request, and in the worker nobody does. One inside a transaction is left alone.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def make_pass() -> None:
    """One pass over all steps, now, by the worker."""
    let_go_of_ended_connections()
    set_urlconf(settings.WORKER_URLCONF)
    try:
        run_steps(timezone.now())
    finally:
        set_urlconf(None)


@huey.task()  # type: ignore[untyped-decorator] # huey carries no types
def wake_up() -> None:
    """One pass, because somebody has made work."""
    make_pass()


def wake_worker_after_commit() -> None:
    """Wake the worker once the present transaction is durable."""
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    global _last_wake_up  # noqa: PLW0603 - one number per process, harmless when two threads race for it
    moment = time.monotonic()
    if moment - _last_wake_up >= WAKE_UP_INTERVAL:
        _last_wake_up = moment
        wake_up()
