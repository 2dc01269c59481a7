"""The ladder of supervision as data, and the instants of its rungs. Pure: no database, no clock (docs/adr/0012)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from shangju.cases.rungs import Receiver, Rung, RungAction
from shangju.deadlines.engine import Clock, Limit, WorkCalendar, compute_deadline

AFTER_AT_MOST = 30
"""Working days by which a rung may be put off."""


@dataclass(frozen=True, slots=True)
class RungRule:
    """What is done on one rung: so many working days after its instant, and who hears of it."""

    rung: Rung
    action: RungAction
    after_working_days: int = 0
    receivers: tuple[str, ...] = (Receiver.RESPONSIBLE,)


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on the desk shows a case, and how supervision ends it.

    ``dormant_days`` without progress and a pause of ``long_pause_days`` in calendar days; ``closes_unreachable`` says
    whether the system ends a case seven days after its result when nobody could be reached (cases.md §3).
    """

    dormant_days: int = 3
    long_pause_days: int = 10
    closes_unreachable: bool = True


_RESPONSIBLE, _GRID, _COMMUNITY = Receiver.RESPONSIBLE, Receiver.GRID_SECRETARY, Receiver.COMMUNITY_SECRETARY

DEFAULT_LADDER: tuple[RungRule, ...] = (
    RungRule(Rung.ORANGE, RungAction.REMIND),
    RungRule(Rung.RED, RungAction.URGE, receivers=(_RESPONSIBLE, _GRID)),
    RungRule(Rung.PURPLE, RungAction.ESCALATE, receivers=(_RESPONSIBLE, _COMMUNITY)),
    RungRule(Rung.SECOND, RungAction.ESCALATE, 3, (_RESPONSIBLE, Receiver.TASK_FORCE)),
    RungRule(Rung.THIRD, RungAction.ESCALATE, 3, (_RESPONSIBLE, Receiver.LEADER)),
)
"""cases.md §5; the three working days between climbs are those after which the light is purple."""

AFTER: dict[Rung, Rung] = {Rung.SECOND: Rung.PURPLE, Rung.THIRD: Rung.SECOND}
"""Rungs that count from when the one before was climbed."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The instants at which one running clock turns; ``purple_at`` by the deadline alone."""

    orange_at: datetime
    due_at: datetime
    purple_at: datetime


def later(instant: datetime, working_days: int, *, calendar: WorkCalendar) -> datetime:
    """The close of business ``working_days`` after ``instant``, or ``instant`` itself for none (民法典 §201)."""
    if not working_days:
        return instant
    return compute_deadline(instant, Limit(working_days, Clock.WORKING_DAYS), calendar=calendar).due


def latest_start(now: datetime, working_days: int, *, calendar: WorkCalendar) -> datetime:
    """The latest instant that is ``working_days`` ago at ``now``: :func:`later` read backwards.

    The day of start does not count, so that all instants of one day count alike: the answer is the end of a day.
    """
    if not working_days:
        return now
    day = timezone.localdate(now)
    while later(_noon(day), working_days, calendar=calendar) > now:
        day -= timedelta(days=1)
    midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    return midnight.astimezone(UTC) - timedelta.resolution


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def instants(
    promise: Promise, ladder: Sequence[RungRule], *, calendar: WorkCalendar
) -> list[tuple[RungRule, datetime]]:
    """When each rung would be climbed if nobody did anything and the sweep ran all the time.

    None that is switched off, nor what stands behind it.
    """
    begins = {Rung.ORANGE: promise.orange_at, Rung.RED: promise.due_at, Rung.PURPLE: promise.purple_at}
    climbed: dict[Rung, datetime] = {}
    for rule in ladder:
        begin = climbed.get(AFTER[rule.rung]) if rule.rung in AFTER else begins[rule.rung]
        if begin is None or rule.action == RungAction.NOTHING:
            continue
        climbed[rule.rung] = later(begin, rule.after_working_days, calendar=calendar)
    return [(rule, climbed[rule.rung]) for rule in ladder if rule.rung in climbed]
