"""What the reporter is shown of a case: plain words, no names of persons, nothing from the inner view."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shangju.cases.models import Case, CaseClock, CaseEvent, CasePhoto
from shangju.cases.rules import REPORTER, open_moves
from shangju.cases.workflow import REGISTER, REPORTER_STATES, MoveName, PauseReason, State
from shangju.deadlines.engine import Line, light_at
from shangju.deadlines.explanation import explain
from shangju.deadlines.steps import Step

SENTENCES = {
    REGISTER: gettext_lazy("We have your concern."),
    MoveName.ACCEPT: gettext_lazy("Accepted: we are dealing with it."),
    MoveName.DECLINE: gettext_lazy("Not accepted."),
    MoveName.REFER: gettext_lazy("By law another channel is responsible."),
    MoveName.ANSWER_DIRECTLY: gettext_lazy("Answered."),
    MoveName.DISPATCH: gettext_lazy("Given to somebody who will handle it."),
    MoveName.SIGN: gettext_lazy("The handler has it."),
    MoveName.CONTACT: gettext_lazy("The handler was in touch, or tried to reach you."),
    MoveName.VISIT: gettext_lazy("Somebody came to look."),
    MoveName.MEDIATE: gettext_lazy("Talked with those concerned."),
    MoveName.RESOLVE: gettext_lazy("The handler reports a result. Please say whether it is solved."),
    MoveName.CONFIRM: gettext_lazy("The result was confirmed."),
    MoveName.REOPEN: gettext_lazy("Reopened."),
    MoveName.CLOSE_UNREACHABLE: gettext_lazy("Closed: we could not reach you."),
    MoveName.WITHDRAW: gettext_lazy("You withdrew it."),
    MoveName.ADD_WORDS: gettext_lazy("You added something."),
    MoveName.GRANT_RETURN: gettext_lazy("Somebody else is responsible: it is being given to them."),
    MoveName.GRANT_PAUSE: gettext_lazy("The work has to wait."),
    MoveName.RESUME: gettext_lazy("The work goes on."),
    MoveName.GRANT_EXTENSION: gettext_lazy("It takes longer than promised."),
    MoveName.MERGE: gettext_lazy(
        "Joined with another report of the same matter. You are told the result here."
    ),
    MoveName.UNMERGE: gettext_lazy("It is followed up on its own again."),
    MoveName.FOLLOW: gettext_lazy("There is news."),
    MoveName.SPLIT: gettext_lazy("Divided into parts, each followed up for itself."),
    MoveName.PART_ENDED: gettext_lazy("A part has its result."),
    MoveName.ESCALATE: gettext_lazy("The next higher level has taken it over."),
    MoveName.PROTECT: gettext_lazy("Who may see it was changed."),
}
"""Kinds of history rows that the reporter sees; a kind that is missing here stays inside."""

ICONS: dict[str, str] = {
    MoveName.VISIT: "home",
    MoveName.CONTACT: "phone",
    MoveName.MEDIATE: "chat",
    MoveName.ADD_WORDS: "chat",
}

SHOWN_TO_REPORTER = (CasePhoto.Purpose.REPORT, CasePhoto.Purpose.PROOF)
"""Pictures that the reporter sees: their own, and the proof of the result."""

STEPS = (State.REGISTERED, State.ACCEPTED, State.DISPATCHED, State.IN_PROGRESS, State.RESOLVED, State.CLOSED)
WITH_A_HANDLER = (State.DISPATCHED, State.IN_PROGRESS)
ANSWERED = (State.RESOLVED, State.CLOSED)

PROMISES = {
    Step.ACCEPT: gettext_lazy("We tell you whether we accept it"),
    Step.FIRST_CONTACT: gettext_lazy("Somebody gets in touch or comes to look"),
    Step.MADE_SAFE: gettext_lazy("Somebody is on site and makes it safe"),
    Step.CLOSE: gettext_lazy("We settle it and answer you"),
    Step.CALL_BACK: gettext_lazy("We ask you whether it is solved"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the reporter's timeline."""

    title: str
    text: str
    at: datetime
    icon: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised until when, with the reason for the date, line by line."""

    step: str
    label: str
    due: datetime
    light: str
    started: datetime
    is_kept: bool | None
    explanation: list[str]


def entries_of(events: list[CaseEvent]) -> list[Entry]:
    """The reporter's timeline, newest first."""
    shown = [event for event in events if event.kind in SENTENCES]
    return [_entry(event) for event in reversed(shown)]


def _entry(event: CaseEvent) -> Entry:
    kind = str(event.data.get("move", "")) if event.kind == MoveName.FOLLOW else event.kind
    make_title = TITLES.get(kind)
    title = make_title(event) if make_title else str(SENTENCES.get(kind, SENTENCES[event.kind]))
    return Entry(title, event.reporter_text, event.at, ICONS.get(kind, "check"))


def _dispatch_title(event: CaseEvent) -> str:
    if not event.data.get("handler"):
        return str(SENTENCES[MoveName.DISPATCH])
    return _("Given to: %(handler)s.") % {"handler": event.data["handler"]}


def _confirm_title(event: CaseEvent) -> str:
    if event.data.get("reached") is False:
        return _("We tried to call you and could not reach you.")
    return str(SENTENCES[MoveName.CONFIRM])


def _day(stored: object) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(str(stored))), "Y-m-d")


def _pause_title(event: CaseEvent) -> str:
    last_day = datetime.fromisoformat(str(event.data["until"])) - timedelta(seconds=1)
    return _("The work has to wait until %(day)s: %(reason)s.") % {
        "day": _day(last_day.isoformat()),
        "reason": PauseReason(event.data["reason"]).label,
    }


def _extension_title(event: CaseEvent) -> str:
    if "new_due" not in event.data:
        return str(SENTENCES[MoveName.GRANT_EXTENSION])
    return _("It takes longer than promised: until %(new)s instead of %(old)s.") % {
        "new": _day(event.data["new_due"]),
        "old": _day(event.data["old_due"]),
    }


def _split_title(event: CaseEvent) -> str:
    return _(
        "Divided into %(count)s parts, each followed up for itself. You are told the result of each."
    ) % {"count": len(event.data["parts"])}


def _part_title(event: CaseEvent) -> str:
    return _("Part %(part)s has its result.") % {"part": event.data["part"]}


TITLES: dict[str, Callable[[CaseEvent], str]] = {
    MoveName.DISPATCH: _dispatch_title,
    MoveName.CONFIRM: _confirm_title,
    MoveName.GRANT_PAUSE: _pause_title,
    MoveName.GRANT_EXTENSION: _extension_title,
    MoveName.SPLIT: _split_title,
    MoveName.PART_ENDED: _part_title,
}
"""Titles that say more than the kind of the row."""


def clocks_for_reporter(case: Case) -> list[CaseClock]:
    """The clocks whose promises a reporter is shown: of a merged case, those of the one that goes on."""
    goes_on = case.merged_into or case
    return list(goes_on.clocks.all())


def promises_of(clocks: list[CaseClock], *, now: datetime) -> list[Promise]:
    """The promises of the present round, in the order in which they fall due."""
    latest = max((clock.round for clock in clocks), default=0)
    current = [clock for clock in clocks if clock.round == latest and clock.step in PROMISES]
    return [_promise(clock, now=now) for clock in sorted(current, key=lambda clock: clock.due_at)]


def _promise(clock: CaseClock, *, now: datetime) -> Promise:
    light = "done"
    if clock.stopped_at is None:
        light = str(
            light_at(
                now,
                yellow_at=clock.yellow_at,
                orange_at=clock.orange_at,
                due=clock.due_at,
                purple_at=clock.purple_at,
            )
        )
    lines = explain([Line.from_json(line) for line in clock.explanation])
    return Promise(
        clock.step,
        str(PROMISES[Step(clock.step)]),
        clock.due_at,
        light,
        clock.started_at,
        clock.is_met,
        lines,
    )


def next_promise(promises: list[Promise]) -> Promise | None:
    """The one that runs and is due first."""
    return next((promise for promise in promises if promise.is_kept is None), None)


def way_of(case: Case) -> list[State]:
    """The states on the way of a case: a direct answer skips the handler, a side exit stands at its end."""
    skipped = WITH_A_HANDLER if case.state in ANSWERED and case.dispatched_at is None else ()
    way = [state for state in STEPS if state not in skipped]
    return way if case.state in STEPS else [*way[:2], State(case.state)]


def steps_of(case: Case) -> list[tuple[str, str]]:
    """The way of a case for the step line, in the reporter's words."""
    return [(str(state), str(REPORTER_STATES.get(state, state.label))) for state in way_of(case)]


def moves_open_to_reporter(found: Case, *, now: datetime) -> list[str]:
    """What the page offers."""
    return [str(move) for move in open_moves(REPORTER, found, now=now)]
