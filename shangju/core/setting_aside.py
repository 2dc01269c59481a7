"""Work that fails is set aside: noted, shown, tried again ever later, and never in the way of other work."""

import logging
import traceback
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from shangju.core.models import SetAside

logger = logging.getLogger(__name__)

WHOLE_STEP = 0
"""In place of a row: the step itself failed."""

LONGEST_DELAY = timedelta(days=1)
"""Failed work is tried again after 2, 4, 8 … minutes, at the latest after this."""


def described(error: BaseException) -> str:
    """The kind of an error and the line that it came from; its text may hold personal data and is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    return f"{type(error).__name__}{place}"[:200]


def delay_after(attempts: int) -> timedelta:
    """How long work rests that has failed ``attempts`` times (at least once)."""
    return min(timedelta(minutes=2 ** min(attempts, 12)), LONGEST_DELAY)


def set_aside(step: str, error: Exception, *, row: int = WHOLE_STEP, now: datetime) -> SetAside:
    """Note that the work failed once more, and when it is tried again."""
    with transaction.atomic():
        noted = SetAside.objects.get_or_create(
            step=step, row=row, defaults={"error": described(error), "failed_at": now, "due_at": now}
        )[0]
        held = SetAside.objects.select_for_update().get(pk=noted.pk)
        held.attempts += 1
        held.error, held.failed_at, held.due_at = described(error), now, now + delay_after(held.attempts)
        held.save()
    what = f"row {row} of step “{step}”" if row else f"step “{step}”"
    logger.error(
        "%s failed (try %s) and is set aside until %s: %s", what, held.attempts, held.due_at, held.error
    )
    return held


def resting(step: str, *, now: datetime) -> list[int]:
    """The rows of a step that are not to be tried at ``now``."""
    # Longer than the longest delay rests only what failed under a clock that was put back since: it is tried now.
    rests = SetAside.objects.filter(step=step, due_at__gt=now, due_at__lte=now + LONGEST_DELAY)
    return list(rests.values_list("row", flat=True))


def work_off(step: str, rows: Iterable[int], work: Callable[[int], int], *, now: datetime) -> int:
    """Do ``work`` on each row; returns how many it dealt with (a bool counts as 0 or 1).

    ``work`` writes in one transaction that it opens itself, after it has read what it needs: on SQLite a transaction
    holds everybody else's writes back. A row whose work raises is noted (:func:`set_aside`), and the next row has its
    turn. The caller leaves out the rows that are :func:`resting`.
    """
    failed_before = set(SetAside.objects.filter(step=step).values_list("row", flat=True))
    done = 0
    for row in rows:
        try:
            done += work(row)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one row must not stop the others
            set_aside(step, error, row=row, now=now)
        else:
            if row in failed_before:
                SetAside.objects.filter(step=step, row=row).delete()
    return done


def work_off_together(
    step: str, rows: Sequence[int], work: Callable[[Sequence[int]], int], *, at_once: int, now: datetime
) -> int:
    """:func:`work_off` for work that is cheaper on several rows at once.

    ``work`` deals with all the rows it is given, in one transaction, or raises. Then they have their turns one by
    one, so that only the row at fault is set aside; a row that failed before goes alone from the start.
    """
    failed_before = set(SetAside.objects.filter(step=step).values_list("row", flat=True))
    alone = [row for row in rows if row in failed_before]
    others = [row for row in rows if row not in failed_before]
    done = work_off(step, alone, lambda row: work([row]), now=now) if alone else 0
    for start in range(0, len(others), at_once):
        some = others[start : start + at_once]
        try:
            done += work(some)
        except Exception as error:  # noqa: BLE001 - which row it is shows when each is dealt with alone
            logger.warning(
                "step “%s” fails on %s rows at once, taken singly now: %s", step, len(some), described(error)
            )
            done += work_off(step, some, lambda row: work([row]), now=now)
    return done


def run_step(step: str, work: Callable[[datetime], int], *, now: datetime) -> None:
    """One step as a whole, under the same rule."""
    noted = SetAside.objects.filter(step=step, row=WHOLE_STEP)
    before = noted.first()
    if before is not None and now < before.due_at <= now + LONGEST_DELAY:
        return
    try:
        work(now)
    except Exception as error:  # noqa: BLE001 - as above, for steps
        set_aside(step, error, now=now)
    else:
        if before is not None:
            noted.delete()
