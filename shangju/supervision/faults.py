"""What of a case a card may rest on: read from the stored rows, for the unit that had the case at that very moment.

In doubt there is no fault. Not counted is what was missed while the clock stood still or a request waited for its
decision, before the unit had the case or after it had left; and dissatisfaction, which is an opinion, never is one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from shangju.areas.models import Area
from shangju.cases.models import (
    Approval,
    Case,
    CaseClock,
    CaseEvent,
    Mediation,
    SupervisionOrder,
)
from shangju.cases.workflow import ApprovalKind, ApprovalState, MediationResult, MoveName, State
from shangju.deadlines.steps import Step
from shangju.parties.models import Party
from shangju.posts.models import Post
from shangju.supervision.workflow import Fault

Unit = Party | Area


@dataclass(frozen=True, slots=True)
class Found:
    """A fault and when it happened."""

    fault: Fault
    at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when (open: still) a post or a member led the case."""

    post: int | None
    party: int | None
    begins: datetime
    ends: datetime | None = None

    def holds(self, instant: datetime) -> bool:
        """Whether it was theirs at ``instant``; not in the moment in which they got it."""
        return self.begins < instant and (self.ends is None or instant < self.ends)


def spans_of(events: Iterable[CaseEvent]) -> list[Span]:
    """Who led a case when, from the rows of its history in their order.

    Rows that name nobody by id open a span of nobody: nothing is held against anyone for it. While a case is merged into
    another nobody leads it; taken out again, it is whose it was.
    """
    spans: list[Span] = []
    for event in events:
        takes_over = event.kind == MoveName.DISPATCH or "handler_post" in event.data
        leaves = event.to_state in NOBODY_LEADS or (
            event.kind in {MoveName.ESCALATE, MoveName.GRANT_RETURN} and event.to_state == State.DISPATCHED
        )
        if (takes_over or leaves) and spans and spans[-1].ends is None:
            last = spans[-1]
            spans[-1] = Span(last.post, last.party, last.begins, event.at)
        if takes_over:
            spans.append(Span(event.data.get("handler_post"), event.data.get("handler_party"), event.at))
        elif event.kind == MoveName.UNMERGE and spans and not leaves:
            spans.append(Span(spans[-1].post, spans[-1].party, event.at))
    return spans


NOBODY_LEADS = frozenset({State.REGISTERED, State.ACCEPTED, State.MERGED})


@dataclass(slots=True)
class Rows:
    """Everything about one case that :func:`faults_in` asks."""

    events: list[CaseEvent] = field(default_factory=list)
    clocks: list[CaseClock] = field(default_factory=list)

    def of(self, record: str) -> list[Any]:
        """The records of this kind (``mediation``, ``approval`` …), in the order in which they were made."""
        return [getattr(event, record) for event in self.events if hasattr(event, record)]


def faults_of(cases: Sequence[Case], unit: Unit, *, now: datetime) -> dict[int, list[Found]]:
    """The faults of ``unit`` in each of ``cases`` (by id), the earliest first; three statements for however many."""
    rows = _read([case.pk for case in cases])
    spans = {case.pk: spans_of(rows[case.pk].events) for case in cases}
    posts = _posts_in(unit, {span.post for some in spans.values() for span in some if span.post is not None})
    found = {}
    for case in cases:
        theirs = [span for span in spans[case.pk] if _is_theirs(span, unit, posts)]
        faults = [*faults_in(case, theirs, rows[case.pk], now=now), *_broken_word(unit, rows[case.pk])]
        found[case.pk] = sorted(faults, key=lambda each: each.at)
    return found


def may_hold_fault(now: datetime) -> Q:
    """The cases in which :func:`faults_of` can find something, and some more: a condition for the database.

    Whose fault it is, and what excuses it, only the rows of a case tell.
    """
    of_case = {"case": OuterRef("pk")}
    running = Q(stopped_at__isnull=True, due_at__lt=now)
    missed = CaseClock.objects.filter(Q(is_met=False) | running, step__in=FAULT_OF_STEP, **of_case)
    ordered = SupervisionOrder.objects.filter(reply_by__lt=timezone.localdate(now), **of_case)
    refused = Approval.objects.filter(kind=ApprovalKind.RETURN, state=ApprovalState.REFUSED, **of_case)
    agreed = Mediation.objects.filter(result=MediationResult.AGREED, **of_case)
    broken = Q(Exists(agreed), reopen_count__gt=0)
    return Q(Exists(missed)) | Q(Exists(ordered)) | Q(Exists(refused)) | broken


RECORDS = ("mediation", "finding", "supervisionorder", "clockpause", "approval")
"""What a row of the history may have made, read along with it."""


def _read(cases: list[int]) -> dict[int, Rows]:
    rows: dict[int, Rows] = defaultdict(Rows)
    events = CaseEvent.objects.filter(case__in=cases).select_related(*RECORDS)
    for event in events.order_by("case_id", "sequence"):
        rows[event.case_id].events.append(event)
    for clock in CaseClock.objects.filter(case__in=cases):
        rows[clock.case_id].clocks.append(clock)
    return rows


def _posts_in(unit: Unit, posts: set[int]) -> set[int]:
    if isinstance(unit, Party) or not posts:
        return set()
    return set(
        Post.objects.filter(pk__in=posts, area__path__startswith=unit.path).values_list("pk", flat=True)
    )


def _is_theirs(span: Span, unit: Unit, posts: set[int]) -> bool:
    return span.party == unit.pk if isinstance(unit, Party) else span.post in posts


def faults_in(case: Case, theirs: Sequence[Span], rows: Rows, *, now: datetime) -> Iterator[Found]:
    """The faults of whoever led ``case`` in the spans ``theirs``."""

    def counts(instant: datetime) -> bool:
        return any(span.holds(instant) for span in theirs) and not _excused(instant, rows)

    for clock in rows.clocks:
        fault = FAULT_OF_STEP.get(clock.step)
        # A member never learns how to reach the reporter: the first contact is not its to make.
        if clock.step == Step.FIRST_CONTACT and all(span.party is not None for span in theirs):
            continue
        if fault and _was_missed(clock, case, now=now) and counts(clock.due_at):
            yield Found(fault, clock.due_at)
    for order in rows.of("supervisionorder"):
        if order.reply_by >= timezone.localdate(now):
            continue
        over = timezone.make_aware(datetime.combine(order.reply_by + timedelta(days=1), time.min))
        replied = order.replied_at or (now if case.is_open else over)
        if replied > over and counts(over):
            yield Found(Fault.NO_REPLY, over)
    refused = [
        each
        for each in rows.of("approval")
        if each.kind == ApprovalKind.RETURN
        and each.state == ApprovalState.REFUSED
        and any(span.holds(each.asked_at) for span in theirs)
    ]
    if len(refused) >= REFUSED_AT_LEAST:
        yield Found(Fault.TWICE_REFUSED, sorted(each.asked_at for each in refused)[REFUSED_AT_LEAST - 1])


FAULT_OF_STEP: dict[str, Fault] = {
    Step.SIGN: Fault.UNSIGNED,
    Step.FIRST_CONTACT: Fault.OVERDUE,
    Step.MADE_SAFE: Fault.OVERDUE,
    Step.CLOSE: Fault.OVERDUE,
}
"""The steps of who leads a case; acceptance and call-back are the dispatcher's."""

REFUSED_AT_LEAST = 2


def _was_missed(clock: CaseClock, case: Case, *, now: datetime) -> bool:
    if clock.stopped_at is not None:
        return clock.is_met is False
    return case.is_open and clock.due_at < now


def _excused(instant: datetime, rows: Rows) -> bool:
    """Whether the clock stood still then, or something was asked for that nobody had decided yet."""
    paused = any(row.starts_at <= instant < (row.ended_at or row.until) for row in rows.of("clockpause"))
    return paused or any(
        row.asked_at <= instant and (row.decided_at is None or row.decided_at > instant)
        for row in rows.of("approval")
        if row.kind != ApprovalKind.REVEAL
    )


def _broken_word(unit: Unit, rows: Rows) -> Iterator[Found]:
    """The party agreed in a mediation, the case came back, and staff then found on site that it is the party again.

    That the reporter is not satisfied is not enough: the finding is what counts.
    """
    if not isinstance(unit, Party):
        return
    agreed, reopened = False, False
    for event in rows.events:
        mediation, finding = getattr(event, "mediation", None), getattr(event, "finding", None)
        agreed |= mediation is not None and mediation.result == MediationResult.AGREED
        reopened |= agreed and event.kind == MoveName.REOPEN
        if reopened and finding is not None and finding.party_id == unit.pk:
            yield Found(Fault.BROKEN_WORD, event.at)
            return
