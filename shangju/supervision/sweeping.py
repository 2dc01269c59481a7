"""The worker's part: every promise that has reached a rung climbs it, once (docs/adr/0012)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from shangju.cases import moves
from shangju.cases.effects.supervision import next_tier
from shangju.cases.models import Case, CaseClock, LadderMark, ReporterContact
from shangju.cases.rules import SYSTEM
from shangju.cases.rungs import Receiver, Rung, RungAction, RungCall
from shangju.cases.services import apply_move
from shangju.cases.timed import call_out, stands
from shangju.cases.workflow import CALL_BACK_DAYS, CALL_BACK_TRIES, State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.setting_aside import resting, work_off, work_off_together
from shangju.deadlines.queries import reference, steady_reference
from shangju.supervision.ladder import AFTER, RungRule, latest_start
from shangju.supervision.queries import ladder_of, limits_of

CLIMBING = "climb the ladder"
CLOSING = "close what nobody could be reached about"

BATCH = 500
"""Cases looked at in one statement."""

AT_ONCE = 100
"""Reminders and urges written in one transaction."""


def climb_ladder(now: datetime) -> int:
    """One pass over every open case whose light is orange or worse; returns how many rungs were climbed.

    The rungs have their turns from the first to the last, so that a late pass leaves out none.
    """
    with everywhere(EverywhereReason.WORKER), steady_reference():
        waiting = Case.objects.filter(is_open=True, orange_at__lte=now).order_by("subdistrict_id")
        subdistricts = list(waiting.values_list("subdistrict_id", flat=True).distinct())
        return sum(
            _climb(subdistrict, rule, now=now)
            for subdistrict in subdistricts
            for rule in ladder_of(subdistrict)
            if rule.action != RungAction.NOTHING
        )


def _climb(subdistrict_id: int, rule: RungRule, *, now: datetime) -> int:
    calendar = reference().calendar(subdistrict_id)
    since = latest_start(now, rule.after_working_days, calendar=calendar)
    reached = due_for(rule.rung, subdistrict_id, since=since).exclude(pk__in=resting(CLIMBING, now=now))
    return sum(_work_on(batch, rule, now=now) for batch in _batches(reached))


def due_for(rung: Rung, subdistrict_id: int, *, since: datetime) -> QuerySet[Case]:
    """The open cases whose promise reached ``rung`` at ``since`` or before and bears no mark of it yet."""
    marks = LadderMark.objects.filter(
        case=OuterRef("pk"), step=OuterRef("due_step"), due_at=OuterRef("due_at")
    )
    reached = {
        Rung.ORANGE: Q(orange_at__lte=since),
        Rung.RED: Q(due_at__lt=since),
        # Asked of the clock: a second dissatisfaction turns the light purple, too, but has climbed already.
        Rung.PURPLE: Q(Exists(_purple_clocks(since)), due_at__lt=since),
    }
    if rung in AFTER:
        condition = Q(Exists(marks.filter(rung=AFTER[rung], made_at__lte=since)), due_at__lt=since)
    else:
        condition = reached[rung]
    open_here = Case.objects.filter(condition, subdistrict_id=subdistrict_id, is_open=True)
    return open_here.exclude(Exists(marks.filter(rung=rung)))


def _purple_clocks(since: datetime) -> QuerySet[CaseClock]:
    return CaseClock.objects.filter(
        case=OuterRef("pk"),
        step=OuterRef("due_step"),
        due_at=OuterRef("due_at"),
        stopped_at__isnull=True,
        purple_at__lte=since,
    )


Reached = tuple[int, str, datetime]
"""Id of a case with the step that is due and its due instant."""


def _batches(reached: QuerySet[Case]) -> Iterator[list[Reached]]:
    """All of them, some at a time, in the order of their ids: whoever cannot be dealt with now is not met twice."""
    last = 0
    while True:
        rows = reached.filter(pk__gt=last).order_by("pk").values_list("pk", "due_step", F("due_at"))
        batch: list[Reached] = list(rows[:BATCH])
        if not batch:
            return
        last = batch[-1][0]
        yield batch


def _work_on(batch: Sequence[Reached], rule: RungRule, *, now: datetime) -> int:
    calls = {pk: RungCall(rule.rung, step, due_at, rule.receivers) for pk, step, due_at in batch}
    if rule.action == RungAction.ESCALATE:
        return work_off(CLIMBING, calls, lambda pk: _escalate(pk, calls[pk], now=now), now=now)
    make = moves.Remind if rule.action == RungAction.REMIND else partial(moves.Urge, "")

    def call(pks: Sequence[int]) -> int:
        return call_out({pk: make(calls[pk]) for pk in pks}, now=now)

    return work_off_together(CLIMBING, list(calls), call, at_once=AT_ONCE, now=now)


def _escalate(pk: int, call: RungCall, *, now: datetime) -> int:
    """One tier up; where nobody is left above, those at the top are urged. Zero where another worker has the case."""
    try:
        with transaction.atomic():
            case = _free_case(pk)
            if case is None or not stands(case, call):
                return 0
            apply_move(case, _upwards(case, call), by=SYSTEM, now=now)
    except IntegrityError:
        if not LadderMark.objects.filter(
            case=pk, step=call.step, due_at=call.due_at, rung=call.rung
        ).exists():
            raise
        return 0  # climbed by another worker in this very moment
    return 1


def _free_case(pk: int) -> Case | None:
    """The case, locked; none where somebody else has it now: the next pass looks at it again."""
    skips = connection.features.has_select_for_update_skip_locked
    return Case.objects.select_for_update(of=("self",), skip_locked=skips).filter(pk=pk).first()


def _upwards(case: Case, call: RungCall) -> moves.Payload:
    if next_tier(case) is not None:
        return moves.Escalate(call=call)
    return moves.Urge(call=RungCall(call.rung, call.step, call.due_at, (*call.receivers, Receiver.LEADER)))


def close_unreachable_cases(now: datetime) -> int:
    """End cases whose reporter answered nothing for seven days after the result and could not be reached (cases.md §3).

    Not where somebody could be called and nobody ever tried: that is the office's lateness, and its clock runs on.
    """
    with everywhere(EverywhereReason.WORKER):
        rows = list(
            unreached(now).exclude(pk__in=resting(CLOSING, now=now)).values_list("pk", "subdistrict_id")
        )
        willing = {area: limits_of(area).closes_unreachable for area in {area for _pk, area in rows}}
        cases = [pk for pk, area in rows if willing[area]]
        return work_off(CLOSING, cases, lambda pk: _close(pk, now=now), now=now)


def unreached(now: datetime) -> QuerySet[Case]:
    """Cases whose result is seven days old, without a way to call, or called three times without an answer."""
    callable_contact = ReporterContact.objects.filter(case=OuterRef("pk"), may_be_called=True).exclude(
        phone_print=""
    )
    waited = Case.objects.filter(
        state=State.RESOLVED, is_open=True, resolved_at__lte=now - timedelta(days=CALL_BACK_DAYS)
    )
    return waited.filter(Q(call_back_tries__gte=CALL_BACK_TRIES) | ~Exists(callable_contact)).order_by("pk")


def _close(pk: int, *, now: datetime) -> int:
    with transaction.atomic():
        case = _free_case(pk)
        if case is None or case.state != State.RESOLVED:
            return 0
        apply_move(case, moves.CloseUnreachable(), by=SYSTEM, now=now)
    return 1
