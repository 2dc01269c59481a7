"""What a passing deadline sets off in many cases at once, in few statements (docs/adr/0012).

Reminders and urges change neither state nor clocks, so that they can be written for a batch with the very steps of a
single move: lock, look again, next history row, mark. Everything else goes through ``apply_move``, case by case.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from shangju.cases import moves
from shangju.cases.clocks import ClockBoard
from shangju.cases.models import Case, CaseClock, CaseEvent, LadderMark
from shangju.cases.models.work import WorkRecord
from shangju.cases.rules import SYSTEM
from shangju.cases.rungs import RungCall
from shangju.cases.services import advance
from shangju.cases.workflow import CaseRole
from shangju.core.queue import wake_worker_after_commit


@transaction.atomic
def call_out(calls: Mapping[int, moves.Remind | moves.Urge], *, now: datetime) -> int:
    """Make a reminder or an urge in each case (by id) whose promise still stands; how many were made.

    A case that was closed, whose step is another by now or whose rung was climbed meanwhile is passed over, and so is
    one that somebody else has locked: two sweeps at once share the work, and what a person is at has its turn later.
    """
    skips = connection.features.has_select_for_update_skip_locked
    free = Case.objects.select_for_update(of=("self",), skip_locked=skips)
    locked = free.filter(pk__in=calls, is_open=True).order_by("pk")
    cases = [case for case in locked if stands(case, calls[case.pk].call)]
    climbed = _climbed(cases)
    cases = [case for case in cases if key_of(case.pk, calls[case.pk].call) not in climbed]
    clocks = _running_clocks(cases)
    events: list[CaseEvent] = []
    records: list[WorkRecord] = []
    for case in cases:
        board = ClockBoard(case, clocks[case.pk])
        event, draft = advance(case, board, calls[case.pk], by=SYSTEM, role=CaseRole.SYSTEM, now=now)
        for record in draft.records:
            record.event = event
        events.append(event)
        records += draft.records
    CaseEvent.objects.bulk_create(events)
    LadderMark.objects.bulk_create([record for record in records if isinstance(record, LadderMark)])
    if cases:
        Case.objects.bulk_update(cases, ["history_length", "history_head"])
        wake_worker_after_commit()
    return len(cases)


def stands(case: Case, call: RungCall | None) -> bool:
    """Whether the promise that the rung belongs to is still the case's present one."""
    return call is not None and case.is_open and (case.due_step, case.due_at) == (call.step, call.due_at)


def key_of(case_id: int, call: RungCall | None) -> tuple[object, ...]:
    """What a mark is unique by."""
    return (case_id, call.step, call.due_at, call.rung) if call else (case_id,)


def _climbed(cases: list[Case]) -> set[tuple[object, ...]]:
    marks = LadderMark.objects.filter(case__in=[case.pk for case in cases])
    return set(marks.values_list("case_id", "step", "due_at", "rung"))


def _running_clocks(cases: list[Case]) -> dict[int, list[CaseClock]]:
    found = defaultdict(list)
    rounds = {case.pk: case.reopen_count for case in cases}
    for clock in CaseClock.objects.filter(case__in=rounds, stopped_at__isnull=True):
        if clock.round == rounds[clock.case_id]:
            found[clock.case_id].append(clock)
    return found
