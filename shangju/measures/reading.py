"""Rounds out of a case's history and clocks. Pure: the same rows give the same rounds, whenever they are read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from shangju.cases.models import Case, CaseClock, CaseEvent
from shangju.cases.workflow import MoveName, Satisfaction, Solved, State
from shangju.deadlines.steps import Step
from shangju.measures.definitions import MeasureName, Verdict
from shangju.measures.models import Round
from shangju.measures.periods import day_of

ASIDE: frozenset[str] = frozenset({State.DECLINED, State.REFERRED, State.MERGED, State.WITHDRAWN})
RESULTS: frozenset[str] = frozenset({MoveName.RESOLVE, MoveName.ANSWER_DIRECTLY})
CONTACTS: frozenset[str] = frozenset({MoveName.CONTACT, MoveName.VISIT, MoveName.ANSWER_DIRECTLY})
"""What reaches the reporter, or is the answer itself; a result alone ends the clock too, but nobody talked before."""


@dataclass(slots=True)
class _Course:
    """What the rows of one round say."""

    started_at: datetime
    handler: tuple[int | None, int | None]
    stands: str = State.REGISTERED
    aside_at: datetime | None = None
    result_at: datetime | None = None
    contacted_at: datetime | None = None
    was_given: bool = False
    was_returned: bool = False
    solved: str = ""
    satisfaction: str = ""
    worker: tuple[int | None, int | None] = field(init=False)
    """Who had it last: a case that was returned counts for whoever got it then, one with a result for who gave it."""

    def __post_init__(self) -> None:
        self.worker = self.handler

    def take(self, event: CaseEvent) -> None:
        """Add one row."""
        if event.to_state not in ASIDE:
            self.aside_at = None
        elif self.aside_at is None:
            self.aside_at = event.at
        self.stands = event.to_state
        if "handler_post" in event.data:
            self.handler = (event.data["handler_post"], event.data["handler_party"])
            if any(self.handler):
                self.worker = self.handler
        if event.kind in RESULTS:
            self.result_at = event.at
        if event.kind in CONTACTS and event.data.get("reached") is not False and self.contacted_at is None:
            self.contacted_at = event.at
        if event.to_state == State.DISPATCHED:
            self.was_given = True
        if event.kind == MoveName.GRANT_RETURN:
            self.was_returned = True
        self.hear(event)

    def hear(self, event: CaseEvent) -> None:
        """The reporter's word, the last one counts; a reopening carries the word that ends the round before."""
        self.solved = event.data.get("solved") or self.solved
        self.satisfaction = event.data.get("satisfaction") or self.satisfaction


def rounds_of(case: Case, events: Sequence[CaseEvent], clocks: Iterable[CaseClock]) -> list[Round]:
    """The rounds of a case, unsaved, from all its rows in their order and all its clocks."""
    of_round: dict[int, list[CaseClock]] = {}
    for clock in sorted(clocks, key=lambda clock: (clock.round, clock.started_at, clock.pk or 0)):
        of_round.setdefault(clock.round, []).append(clock)
    courses = _courses(case, events)
    contactable = bool(events[0].data.get("contactable"))
    return [
        _round(
            case,
            course,
            of_round.get(number, []),
            number=number,
            is_last=number == len(courses) - 1,
            contactable=contactable,
            history_length=len(events),
        )
        for number, course in enumerate(courses)
    ]


def _courses(case: Case, events: Sequence[CaseEvent]) -> list[_Course]:
    courses = [_Course(case.clocks_start_at, (None, None))]
    for event in events:
        if event.kind == MoveName.REOPEN:
            courses[-1].hear(event)
            courses.append(_Course(event.at, courses[-1].handler, was_given=any(courses[-1].handler)))
            courses[-1].stands = event.to_state
        else:
            courses[-1].take(event)
    return courses


def _round(
    case: Case,
    course: _Course,
    clocks: Sequence[CaseClock],
    *,
    number: int,
    is_last: bool,
    contactable: bool,
    history_length: int,
) -> Round:
    is_aside = is_last and course.stands in ASIDE
    has_result = not is_last or course.stands in {State.RESOLVED, State.CLOSED}
    result_at = course.result_at if has_result and not is_aside else None
    ended_at = course.aside_at if is_aside else result_at
    due_at = _due_of(clocks, course)
    found = Round(
        case=case,
        number=number,
        history_length=history_length,
        area_path=case.area_path,
        subdistrict_id=case.subdistrict_id,
        community_id=case.community_id,
        grid_id=case.grid_id,
        category_id=case.category_id,
        channel=case.channel,
        deadline_class=case.deadline_class,
        handler_post_id=course.worker[0],
        handler_party_id=course.worker[1],
        started_at=course.started_at,
        begun_on=day_of(course.started_at),
        begun_hour=timezone.localtime(course.started_at).hour,
        due_at=due_at,
        day=day_of(due_at),
        ended_at=ended_at,
        ended_on=None if ended_at is None else day_of(ended_at),
        is_aside=is_aside,
    )
    if result_at is not None:
        found.minutes = max(0, int((result_at - course.started_at).total_seconds() // 60))
    if not is_aside:
        for name, verdict in _verdicts(
            course,
            clocks,
            has_result=result_at is not None,
            was_reopened=not is_last,
            contactable=contactable,
        ):
            setattr(found, name, verdict)
    return found


def _due_of(clocks: Sequence[CaseClock], course: _Course) -> datetime:
    """The closing deadline; of a class without one the last deadline there is; without any the beginning."""
    closing = [clock.due_at for clock in clocks if clock.step == Step.CLOSE]
    return closing[-1] if closing else max((clock.due_at for clock in clocks), default=course.started_at)


def _verdicts(
    course: _Course, clocks: Sequence[CaseClock], *, has_result: bool, was_reopened: bool, contactable: bool
) -> Iterator[tuple[MeasureName, Verdict]]:
    contact = [clock for clock in clocks if clock.step == Step.FIRST_CONTACT]
    yield MeasureName.SIGNED, _all_met([clock for clock in clocks if clock.step == Step.SIGN])
    if contact and contactable:
        reached_at = course.contacted_at
        yield MeasureName.CONTACTED, _yes(reached_at is not None and reached_at <= contact[-1].due_at)
    yield MeasureName.CLOSED, _all_met([clock for clock in clocks if clock.step == Step.CLOSE])
    if course.solved:
        yield MeasureName.SOLVED, _yes(course.solved == Solved.YES)
    if course.satisfaction:
        yield MeasureName.SATISFIED, _yes(course.satisfaction != Satisfaction.DISSATISFIED)
    if course.was_given:
        yield MeasureName.RETURNED, _yes(course.was_returned)
    if has_result:
        yield MeasureName.REOPENED, _yes(was_reopened)


def _all_met(clocks: Sequence[CaseClock]) -> Verdict:
    """A clock that still runs is not met: whoever counts leaves open rounds out until their deadline."""
    return _yes(all(clock.is_met for clock in clocks)) if clocks else Verdict.EXCLUDED


def _yes(condition: bool) -> Verdict:  # noqa: FBT001 - the only thing it is about
    return Verdict.YES if condition else Verdict.NO
