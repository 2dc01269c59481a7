"""The rows that a weekly brief is made from: the cases of a task force in a week, as they stood at its end."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from shangju.cases.models import (
    Case,
    CaseClock,
    CaseEvent,
    ClockExtension,
    ClockPause,
    Coordination,
    SupervisionOrder,
)
from shangju.cases.reporter_lists import NO_CONTACT, ListedContact, listed_contacts
from shangju.cases.rules import visible_to
from shangju.cases.workflow import OPEN_STATES, MoveName, State
from shangju.core.personal_data import mask_personal_data
from shangju.deadlines.engine import Clock, Extension, Limit, Pause, compute_deadline
from shangju.deadlines.queries import reference
from shangju.deadlines.steps import Step
from shangju.parties.models import Party
from shangju.posts.models import Post
from shangju.posts.rights import Standing
from shangju.supervision.models import Entrustment, TaskForce


def one_line(words: str) -> str:
    """Free words as part of a sentence of the brief, without personal data."""
    return " ".join(mask_personal_data(words).split()).rstrip("。.；;")


@dataclass(slots=True)
class BriefRows:
    """The cases that it had in the week, as they stood at ``until``, with everything that a brief says of them."""

    begin: datetime
    until: datetime
    given: list[Any]
    states: dict[int, str] = field(default_factory=dict)
    handlers: dict[int, str] = field(default_factory=dict)
    happened: dict[int, list[CaseEvent]] = field(default_factory=lambda: defaultdict(list))
    late: dict[int, date] = field(default_factory=dict)
    closing: dict[int, date] = field(default_factory=dict)
    orders: list[Any] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    contacts: dict[int, ListedContact] = field(default_factory=dict)

    def is_open(self, case: Case) -> bool:
        """Whether somebody still owed the reporter something then."""
        return self.states.get(case.pk, case.state) in OPEN_STATES

    def handler_of(self, case: Case) -> str:
        """Who led it then: a post or a member; empty while it was the dispatcher's, as it is again with its result."""
        return "" if self.states.get(case.pk) == State.RESOLVED else self.handlers.get(case.pk, "")

    def named(self, case: Case) -> str:
        """Its title as lists show it, without what would tell who reported it: a brief leaves the house."""
        return self._hidden_in(case.title_in_lists, case)

    def words(self, words: str, case: Case) -> str:
        """Free words of staff on one line, as part of a sentence, just so; none of a confidential case."""
        return "" if case.is_confidential else one_line(self._hidden_in(words, case))

    def _hidden_in(self, text: str, case: Case) -> str:
        return self.contacts.get(case.pk, NO_CONTACT).hidden_in(text)

    def has(self, row: Any) -> bool:
        """Whether the task force still had it then."""
        return row.released_at is None or row.released_at >= self.until


def read_rows(
    task_force: TaskForce, begin: datetime, until: datetime, standing: Standing
) -> tuple[BriefRows, int]:
    """The rows of what the reader may open, and how many other cases there are; a statement for each kind of row."""
    given = Entrustment.objects.filter(task_force=task_force, entrusted_at__lt=until).exclude(
        released_at__lt=begin
    )
    every: Any = given.select_related("case__category", "case__area")
    every = list(every.defer("case__text", "case__area__outline").order_by("entrusted_at", "pk"))
    cases = [row.case_id for row in every]
    open_ones = set(Case.objects.filter(visible_to(standing), pk__in=cases).values_list("pk", flat=True))
    rows = BriefRows(begin, until, [row for row in every if row.case_id in open_ones])
    led: dict[int, dict[str, Any]] = {}
    events: Any = CaseEvent.objects.filter(case__in=open_ones).select_related("clockpause", "clockextension")
    stretched = _Stretched(until, task_force.area_id)
    for event in events.order_by("case_id", "sequence"):
        stretched.take(event)
        if event.at >= until:
            continue
        rows.states[event.case_id] = event.to_state
        if event.kind == MoveName.DISPATCH or "handler_post" in event.data:
            led[event.case_id] = event.data
        if event.at >= begin:
            rows.happened[event.case_id].append(event)
    rows.handlers = _names_of(led)
    _read_deadlines(rows, stretched)
    issued: Any = SupervisionOrder.objects.filter(case__in=open_ones, event__at__lt=until)
    rows.orders = list(issued.select_related("event").order_by("event_id"))
    held: Any = Coordination.objects.filter(case__in=open_ones, event__at__lt=until)
    rows.notes = list(held.select_related("event").order_by("held_at", "pk"))
    rows.contacts = listed_contacts(open_ones)
    return rows, len(set(cases) - open_ones)


def _read_deadlines(rows: BriefRows, stretched: "_Stretched") -> None:
    """What was late, and when each result was due, by the clocks that ran at that instant as they stood then."""
    cases, until = [row.case_id for row in rows.given], rows.until
    for clock in CaseClock.objects.filter(case__in=cases, started_at__lt=until):
        if clock.stopped_at is not None and clock.stopped_at < until:
            continue
        due = stretched.due_of(clock)
        day = timezone.localdate(due)
        if clock.step == Step.CLOSE:
            rows.closing[clock.case_id] = day
        if due < until:
            rows.late[clock.case_id] = min(day, rows.late.get(clock.case_id, day))


class _Stretched:
    """What moved closing clocks, so that a due instant can be told as it was at ``until``.

    A clock that was begun anew since because another class was confirmed is told as it was confirmed.
    """

    def __init__(self, until: datetime, subdistrict_id: int) -> None:
        self.until, self.subdistrict_id = until, subdistrict_id
        self._pauses: dict[tuple[int, int], list[Pause]] = defaultdict(list)
        self._extensions: dict[tuple[int, int], list[Extension]] = defaultdict(list)
        self._moved_since: set[tuple[int, int]] = set()

    def take(self, event: CaseEvent) -> None:
        """The pause or extension that a row of the history brought, if it brought one."""
        pause: ClockPause | None = getattr(event, "clockpause", None)
        extension: ClockExtension | None = getattr(event, "clockextension", None)
        row = pause or extension
        if row is None:
            return
        key, is_later = (event.case_id, row.round), event.at >= self.until
        if pause is not None:
            ended = pause.ended_at
            is_ended_later = ended is not None and ended >= self.until
            if not is_later:
                end = pause.until if ended is None or is_ended_later else ended
                self._pauses[key].append(Pause(pause.starts_at, end))
            is_later = is_later or is_ended_later
        elif extension is not None and not is_later:
            given = Extension(Limit(extension.amount, Clock(extension.clock)), extension.reason)
            self._extensions[key].append(given)
        if is_later:
            self._moved_since.add(key)

    def due_of(self, clock: CaseClock) -> datetime:
        """When it was due, as people were told then."""
        key = (clock.case_id, clock.round)
        if clock.step != Step.CLOSE or key not in self._moved_since:
            return clock.due_at
        return compute_deadline(
            clock.started_at,
            Limit(clock.limit_amount, Clock(clock.limit_clock)),
            calendar=reference().calendar(self.subdistrict_id),
            pauses=self._pauses[key],
            extensions=self._extensions[key],
        ).due


def _names_of(led: dict[int, dict[str, Any]]) -> dict[int, str]:
    """What posts and members are called now; the name of the row itself where it has no id, or the reader no such post."""
    posts = Post.objects.in_bulk({data.get("handler_post") for data in led.values()} - {None})
    parties = Party.objects.in_bulk({data.get("handler_party") for data in led.values()} - {None})
    return {
        pk: str(
            posts.get(data.get("handler_post"))
            or parties.get(data.get("handler_party"))
            or data.get("handler", "")
        )
        for pk, data in led.items()
    }
