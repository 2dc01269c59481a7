"""The history of a case as the desk shows it, and which of the open moves is usually the next one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shangju.cases.models import Case
from shangju.cases.reporter_view import way_of
from shangju.cases.workflow import REGISTER, MoveName, State, VisitPlace
from shangju.deadlines.steps import Step
from shangju.supervision.workflow import Colour, Fault

LOOKS: dict[str, tuple[str, str]] = {
    REGISTER: ("inbox", "info"),
    MoveName.ACCEPT: ("check", "info"),
    MoveName.DECLINE: ("cross", "warn"),
    MoveName.REFER: ("arrow-right", "warn"),
    MoveName.ANSWER_DIRECTLY: ("chat", "good"),
    MoveName.DISPATCH: ("send", "info"),
    MoveName.SIGN: ("pen", "info"),
    MoveName.CONTACT: ("phone", "plain"),
    MoveName.VISIT: ("map-pin", "plain"),
    MoveName.FIND_CAUSE: ("search", "warn"),
    MoveName.MEDIATE: ("people", "plain"),
    MoveName.RESOLVE: ("flag", "good"),
    MoveName.CONFIRM: ("heart", "good"),
    MoveName.REOPEN: ("history", "bad"),
    MoveName.CLOSE_UNREACHABLE: ("check-circle", "plain"),
    MoveName.WITHDRAW: ("cross", "plain"),
    MoveName.ADD_WORDS: ("chat", "plain"),
    MoveName.ANSWER_AS_PARTY: ("shop", "plain"),
    MoveName.CHANGE_ASSISTANTS: ("people", "plain"),
    MoveName.ASK_RETURN: ("arrow-left", "warn"),
    MoveName.GRANT_RETURN: ("arrow-left", "info"),
    MoveName.ASK_PAUSE: ("pause", "warn"),
    MoveName.GRANT_PAUSE: ("pause", "info"),
    MoveName.RESUME: ("play", "good"),
    MoveName.ASK_EXTENSION: ("calendar", "warn"),
    MoveName.GRANT_EXTENSION: ("calendar", "info"),
    MoveName.ASK_REVEAL: ("eye", "warn"),
    MoveName.GRANT_REVEAL: ("eye", "info"),
    MoveName.REFUSE: ("cross", "warn"),
    MoveName.MERGE: ("arrow-right", "info"),
    MoveName.UNMERGE: ("arrow-left", "warn"),
    MoveName.TAKE_IN: ("inbox", "info"),
    MoveName.LET_GO: ("arrow-left", "plain"),
    MoveName.FOLLOW: ("bell", "plain"),
    MoveName.HEAR: ("chat", "plain"),
    MoveName.SPLIT: ("list", "info"),
    MoveName.PART_ENDED: ("check", "good"),
    MoveName.REMIND: ("bell", "plain"),
    MoveName.URGE: ("bell", "warn"),
    MoveName.SUPERVISE: ("shield", "bad"),
    MoveName.REPLY: ("pen", "plain"),
    MoveName.ESCALATE: ("arrow-up", "bad"),
    MoveName.CONVENE: ("people", "info"),
    MoveName.ENTRUST: ("people", "info"),
    MoveName.RELEASE: ("arrow-left", "plain"),
    MoveName.CITE: ("flag", "warn"),
    MoveName.PROTECT: ("lock", "info"),
    MoveName.RECUSE: ("shield", "warn"),
}
"""Icon and tone of each kind of history row."""

PLACE_ICONS: dict[str, str] = {
    VisitPlace.HOME: "home",
    VisitPlace.UPSTAIRS: "arrow-up",
    VisitPlace.DOWNSTAIRS: "arrow-down",
    VisitPlace.NEIGHBOUR: "people",
    VisitPlace.SHOP: "shop",
    VisitPlace.SHARED_SPACE: "building",
    VisitPlace.STREET: "map",
    VisitPlace.OTHER: "map-pin",
}
"""Where a visit went, recognisable at a glance."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the history with the record of work that it made, if any."""

    event: Any
    icon: str
    tone: str
    visit: Any = None
    finding: Any = None
    mediation: Any = None
    order: Any = None
    coordination: Any = None

    @property
    def said(self) -> str:
        """What a row without words of its own says, in the reader's language."""
        return sentence_of(self.event)

    @property
    def place_icon(self) -> str:
        """The icon of the place that was visited."""
        return PLACE_ICONS.get(self.visit.place, "map-pin") if self.visit else ""

    @property
    def visited_place(self) -> str:
        """Which place, where it says more than its kind; else nothing."""
        return self.visit.place_note if self.visit and self.visit.place_note != self.place_label else ""

    @property
    def place_label(self) -> str:
        """The kind of place that was visited."""
        return str(self.visit.get_place_display()) if self.visit else ""


def sentence_of(event: Any) -> str:
    """The promise that a rung of the ladder is about, the order that a reply answers, who met."""
    data = event.data
    if data.get("rung"):
        due = date_format(timezone.localtime(datetime.fromisoformat(data["due_at"])), "Y-m-d H:i")
        values = {"step": Step(data["step"]).label, "due": due}
        if event.kind == MoveName.REMIND:
            return _("By itself: %(step)s is due on %(due)s.") % values
        return _("By itself: %(step)s was due on %(due)s.") % values
    if event.kind == MoveName.CITE:
        return _card_sentence(data)
    if data.get("order"):
        values = {"order": data["order"], "day": data["reply_by"]}
        if event.kind == MoveName.REMIND:
            return _("By itself: the reply to order %(order)s is due on %(day)s.") % values
        return _("By itself: the reply to order %(order)s was due on %(day)s and is missing.") % values
    sentences = {
        MoveName.ENTRUST: ("task_force", _("Task force: %(value)s")),
        MoveName.RELEASE: ("task_force", _("Task force: %(value)s")),
        MoveName.SUPERVISE: ("number", _("Order %(value)s")),
        MoveName.REPLY: ("number", _("To order %(value)s")),
        MoveName.CONVENE: ("units", _("Present: %(value)s")),
    }
    name, sentence = sentences.get(event.kind, ("", ""))
    return sentence % {"value": data[name]} if data.get(name) else ""


def _card_sentence(data: dict[str, Any]) -> str:
    """What became of the card that rests on this case, among others."""
    sentences = {
        "proposed": _("%(card)s proposed for %(unit)s; this case is one of its grounds: %(fault)s."),
        "answered": _("%(unit)s has stated its view of the proposed %(card)s."),
        "signed": _("%(card)s %(number)s for %(unit)s was signed."),
        "refused": _("%(card)s for %(unit)s was not signed."),
        "withdrawn": _("The proposal of a %(card)s for %(unit)s was withdrawn."),
        "lifted": _("%(card)s %(number)s for %(unit)s was lifted."),
    }
    return sentences[data["stage"]] % {
        "card": Colour(data["colour"]).label,
        "unit": data["unit"],
        "number": data["number"],
        "fault": Fault(data["fault"]).label,
    }


RECORDS = ("visit", "finding__party", "mediation", "supervisionorder", "coordination")
"""What a row of the history may have made, read along with it in one statement."""


def entries_of(events: Iterable[Any]) -> list[Entry]:
    """The history in the order of ``events``, read with ``RECORDS``: each row with what was recorded by it."""
    return [
        Entry(
            event,
            *LOOKS[event.kind],
            visit=getattr(event, "visit", None),
            finding=getattr(event, "finding", None),
            mediation=getattr(event, "mediation", None),
            order=getattr(event, "supervisionorder", None),
            coordination=getattr(event, "coordination", None),
        )
        for event in events
    ]


def steps_of(case: Case) -> list[tuple[str, str]]:
    """The way of a case for the step line, in the staff's words."""
    return [(str(state), str(state.label)) for state in way_of(case)]


USUAL_NEXT: dict[str, tuple[MoveName, ...]] = {
    State.REGISTERED: (MoveName.ACCEPT,),
    State.ACCEPTED: (MoveName.DISPATCH, MoveName.ANSWER_DIRECTLY),
    State.DISPATCHED: (MoveName.SIGN,),
    State.IN_PROGRESS: (
        MoveName.CONTACT,
        MoveName.VISIT,
        MoveName.FIND_CAUSE,
        MoveName.MEDIATE,
        MoveName.RESOLVE,
    ),
    State.RESOLVED: (MoveName.CONFIRM,),
}
"""What usually comes next in a state, first to last; in work, each record is made once before the next is proposed."""

DECIDED_FIRST = (
    MoveName.GRANT_RETURN,
    MoveName.GRANT_PAUSE,
    MoveName.GRANT_EXTENSION,
    MoveName.GRANT_REVEAL,
    MoveName.REPLY,
)
"""What somebody waits for comes before everything else."""

MADE_ONCE = frozenset({MoveName.CONTACT, MoveName.VISIT, MoveName.FIND_CAUSE, MoveName.MEDIATE})


def usual_next_move(case: Case, open_moves: Iterable[str], *, made: Iterable[str]) -> MoveName | None:
    """The open move that usually comes next in ``case``, or none: proposed, never demanded.

    ``made`` are the kinds of rows since the case was last taken up. Without a party concerned there is nobody to
    mediate with.
    """
    offered, done = set(open_moves), set(made)
    waiting = next((move for move in DECIDED_FIRST if move in offered), None)
    if waiting is not None:
        return waiting
    if not case.concerned_party_id:
        done.add(MoveName.MEDIATE)
    for move in USUAL_NEXT.get(case.state, ()):
        if move in offered and not (move in MADE_ONCE and move in done):
            return move
    return None


def made_since_taken_up(events: Iterable[Any]) -> list[str]:
    """Kinds of the rows since the last dispatch or reopening; ``events`` newest first."""
    made: list[str] = []
    for event in events:
        if event.kind in {MoveName.DISPATCH, MoveName.REOPEN}:
            break
        made.append(event.kind)
    return made
