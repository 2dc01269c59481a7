"""Starting and stopping the clocks of a case, and keeping its earliest due instant on the case itself."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from shangju.cases.models import Case, CaseClock
from shangju.cases.workflow import DISSATISFIED_TO_CLIMB
from shangju.deadlines.engine import (
    Clock,
    Deadline,
    Extension,
    Limit,
    Pause,
    WorkCalendar,
    compute_deadline,
)
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
    clock = CaseClock(
        case=case,
        step=step,
        round=case.reopen_count,
        limit_amount=limit.amount,
        limit_clock=limit.clock,
        started_at=start,
    )
    _set_due(clock, compute_deadline(start, limit, calendar=calendar))
    return clock


def _set_due(clock: CaseClock, deadline: Deadline) -> None:
    clock.due_at = deadline.due
    clock.yellow_at = deadline.yellow_at
    clock.orange_at = deadline.orange_at
    clock.purple_at = deadline.purple_at
    clock.is_provisional = deadline.provisional
    clock.explanation = [line.as_json() for line in deadline.explanation]


class ClockBoard:
    """The running clocks of a case in its present round: changed in memory, stored by :meth:`save`."""

    def __init__(self, case: Case, clocks: Iterable[CaseClock] = ()) -> None:
        self.case = case
        self.running = list(clocks)
        self._new: list[CaseClock] = []
        self._stopped: list[CaseClock] = []
        self._dropped: list[CaseClock] = []
        self._changed: list[CaseClock] = []

    @classmethod
    def of(cls, case: Case) -> "ClockBoard":
        """Read the running clocks of a stored case."""
        return cls(case, case.clocks.filter(round=case.reopen_count, stopped_at__isnull=True))

    def start(self, steps: Iterable[Step], *, start: datetime) -> None:
        """Start the clocks of ``steps`` for which the class sets a limit."""
        clocks = new_clocks(self.case, steps, start=start)
        self.running += clocks
        self._new += clocks

    def stop(self, steps: Iterable[Step], *, now: datetime) -> None:
        """Stop those of ``steps`` that run, and write down whether they were met."""
        for clock in self._take(steps):
            clock.stopped_at = now
            clock.is_met = now <= clock.due_at
            if clock.pk is not None:
                self._stopped.append(clock)

    def restart(self, steps: Iterable[Step], *, start: datetime) -> None:
        """Replace running clocks after the class changed: a promise is dropped for the confirmed class only."""
        steps = list(steps)
        for clock in self._take(steps):
            if clock.pk is not None:
                self._dropped.append(clock)
            else:
                self._new.remove(clock)
        self.start(steps, start=start)

    @property
    def closing(self) -> CaseClock | None:
        """The running clock of the close, if it runs."""
        return next((clock for clock in self.running if clock.step == Step.CLOSE), None)

    def waits_for(self, step: Step) -> bool:
        """Whether the clock of ``step`` runs."""
        return any(clock.step == step for clock in self.running)

    def stretch(self, *, pauses: Sequence[Pause], extensions: Sequence[Extension]) -> None:
        """Compute the closing clock anew with all pauses and extensions of the round; without one nothing happens."""
        clock = self.closing
        if clock is None:
            return
        limit = Limit(clock.limit_amount, Clock(clock.limit_clock))
        calendar = reference().calendar(self.case.subdistrict_id)
        deadline = compute_deadline(
            clock.started_at, limit, calendar=calendar, pauses=pauses, extensions=extensions
        )
        _set_due(clock, deadline)
        if clock not in self._changed:
            self._changed.append(clock)

    def revive(self, *, stopped_at: datetime) -> None:
        """Let the clocks of the round run again that were stopped at this very instant, by a merge that is undone."""
        stopped = self.case.clocks.filter(round=self.case.reopen_count, stopped_at=stopped_at)
        for clock in stopped:
            clock.stopped_at = clock.is_met = None
            self.running.append(clock)
            self._stopped.append(clock)

    def _take(self, steps: Iterable[Step]) -> list[CaseClock]:
        wanted = set(steps)
        taken = [clock for clock in self.running if clock.step in wanted]
        self.running = [clock for clock in self.running if clock.step not in wanted]
        return taken

    def save(self) -> None:
        """Store what changed; the caller's transaction holds the case's lock."""
        if self._dropped:
            CaseClock.objects.filter(pk__in=[clock.pk for clock in self._dropped]).delete()
        for clock in self._stopped:
            CaseClock.objects.filter(pk=clock.pk).update(stopped_at=clock.stopped_at, is_met=clock.is_met)
        if self._changed:
            fields = ["due_at", "yellow_at", "orange_at", "purple_at", "is_provisional", "explanation"]
            CaseClock.objects.bulk_update(self._changed, fields)
        if self._new:
            CaseClock.objects.bulk_create(self._new)

    def take_new(self) -> list[CaseClock]:
        """The clocks that are not stored yet, for whoever stores many cases at once."""
        return self._new

    def refresh_due(self) -> None:
        """Set the case's due instant and lights from its earliest running clock; the caller saves the case.

        A second dissatisfaction is purple however much time is left (cases.md §5).
        """
        case = self.case
        earliest = min(self.running, key=lambda clock: (clock.due_at, clock.step), default=None)
        case.due_step = earliest.step if earliest else ""
        case.due_at = earliest.due_at if earliest else None
        case.yellow_at = earliest.yellow_at if earliest else None
        case.orange_at = earliest.orange_at if earliest else None
        case.purple_at = earliest.purple_at if earliest else None
        if earliest and case.dissatisfaction_count >= DISSATISFIED_TO_CLIMB:
            case.purple_at = earliest.started_at
        case.close_due_at = next(
            (clock.due_at for clock in self.running if clock.step == Step.CLOSE), case.close_due_at
        )
