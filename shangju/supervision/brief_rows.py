"""The rows that a weekly brief is made from: the cases of a task force in a week, as they stood at its end."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from shangju.cases.models import Case, CaseClock, CaseEvent, Coordination, SupervisionOrder
from shangju.cases.rules import visible_to
from shangju.cases.workflow import OPEN_STATES, MoveName
from shangju.parties.models import Party
from shangju.posts.models import Post
from shangju.posts.rights import Standing
from shangju.supervision.models import Entrustment, TaskForce


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
    orders: list[Any] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)

    def is_open(self, case: Case) -> bool:
        """Whether somebody still owed the reporter something then."""
        return self.states.get(case.pk, case.state) in OPEN_STATES

    def handler_of(self, case: Case) -> str:
        """Who led it then: a post or a member; empty while it was the dispatcher's."""
        return self.handlers.get(case.pk, "")

    def has(self, row: Any) -> bool:
        """Whether the task force still had it then."""
        return row.released_at is None or row.released_at >= self.until


def read_rows(
    task_force: TaskForce, begin: datetime, until: datetime, standing: Standing
) -> tuple[BriefRows, int]:
    """The rows of what the reader may open, and how many other cases there are; nine statements."""
    given = Entrustment.objects.filter(task_force=task_force, entrusted_at__lt=until).exclude(
        released_at__lt=begin
    )
    every: Any = given.select_related("case__category", "case__area")
    every = list(every.defer("case__text", "case__area__outline").order_by("entrusted_at", "pk"))
    cases = [row.case_id for row in every]
    open_ones = set(Case.objects.filter(visible_to(standing), pk__in=cases).values_list("pk", flat=True))
    rows = BriefRows(begin, until, [row for row in every if row.case_id in open_ones])
    led: dict[int, dict[str, Any]] = {}
    for event in CaseEvent.objects.filter(case__in=open_ones, at__lt=until).order_by("case_id", "sequence"):
        rows.states[event.case_id] = event.to_state
        if event.kind == MoveName.DISPATCH or "handler_post" in event.data:
            led[event.case_id] = event.data
        if event.at >= begin:
            rows.happened[event.case_id].append(event)
    rows.handlers = _names_of(led)
    for clock in CaseClock.objects.filter(case__in=open_ones, due_at__lt=until).order_by("due_at"):
        if clock.stopped_at is None or clock.stopped_at >= until:
            rows.late.setdefault(clock.case_id, timezone.localdate(clock.due_at))
    issued: Any = SupervisionOrder.objects.filter(case__in=open_ones, event__at__lt=until)
    rows.orders = list(issued.select_related("event").order_by("event_id"))
    held: Any = Coordination.objects.filter(case__in=open_ones, event__at__lt=until)
    rows.notes = list(held.select_related("event").order_by("held_at", "pk"))
    return rows, len(set(cases) - open_ones)


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
