"""Starting and stopping the clocks of a case, and keeping its earliest due instant on the case itself."""

from collections.abc import Iterable
from datetime import datetime

from shangju.cases.models import Case, CaseClock
from shangju.deadlines.engine import Limit, WorkCalendar, compute_deadline
from shangju.deadlines.queries import reference
from shangju.deadlines.steps import Step


def new_clocks(case: Case, steps: Iterable[Step], *, start: datetime) -> list[CaseClock]:
    """Running clocks, unsaved, one for each of ``steps`` for which the case's class sets a limit.

    For night noise going on now the night class rules every step but the cure (cases.md §4).
    """
    tables = reference()
    classes = f"{case.deadline_class}/{case.night_class}" if case.night_class else case.deadline_class
    calendar = tables.calendar(case.subdistrict_id)
    limits = ((step, tables.limit(classes, step)) for step in steps)
    return [_clock(case, step, limit, start=start, calendar=calendar) for step, limit in limits if limit]


def _clock(case: Case, step: Step, limit: Limit, *, start: datetime, calendar: WorkCalendar) -> CaseClock:
    deadline = compute_deadline(start, limit, calendar=calendar)
    return CaseClock(
        case=case,
        step=step,
        round=case.reopen_count,
        limit_amount=limit.amount,
        limit_clock=limit.clock,
        started_at=start,
        due_at=deadline.due,
        yellow_at=deadline.yellow_at,
        orange_at=deadline.orange_at,
        purple_at=deadline.purple_at,
        is_provisional=deadline.provisional,
        explanation=[line.as_json() for line in deadline.explanation],
    )


def start_clocks(case: Case, steps: Iterable[Step], *, start: datetime) -> list[CaseClock]:
    """Start and store the clocks of ``steps`` in the present round."""
    return CaseClock.objects.bulk_create(new_clocks(case, steps, start=start))


def stop_clocks(case: Case, steps: Iterable[Step], *, now: datetime) -> None:
    """Stop those of ``steps`` that run, and write down whether they were met."""
    for clock in case.clocks.filter(step__in=list(steps), round=case.reopen_count, stopped_at__isnull=True):
        clock.stopped_at = now
        clock.is_met = now <= clock.due_at
        clock.save(update_fields=["stopped_at", "is_met"])


def restart_clocks(case: Case, steps: Iterable[Step], *, start: datetime) -> None:
    """Replace running clocks after the class changed: an earlier promise is dropped only for the confirmed class."""
    steps = list(steps)
    case.clocks.filter(step__in=steps, round=case.reopen_count, stopped_at__isnull=True).delete()
    start_clocks(case, steps, start=start)


def refresh_due(case: Case, clocks: Iterable[CaseClock] | None = None) -> None:
    """Set the case's due instant and lights from its earliest running clock; the caller saves the case."""
    running = sorted(
        clocks
        if clocks is not None
        else case.clocks.filter(round=case.reopen_count, stopped_at__isnull=True),
        key=lambda clock: (clock.due_at, clock.step),
    )
    earliest = running[0] if running else None
    case.due_step = earliest.step if earliest else ""
    case.due_at = earliest.due_at if earliest else None
    case.yellow_at = earliest.yellow_at if earliest else None
    case.orange_at = earliest.orange_at if earliest else None
    case.purple_at = earliest.purple_at if earliest else None
    case.close_due_at = next(
        (clock.due_at for clock in running if clock.step == Step.CLOSE), case.close_due_at
    )


DUE_FIELDS = ("due_step", "due_at", "yellow_at", "orange_at", "purple_at", "close_due_at")
"""What :func:`refresh_due` sets."""
