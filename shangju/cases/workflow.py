"""States and moves of a case, as data (cases.md §3). Pure: no database, no clock, no user.

``MOVES`` is the whole mechanism: which move leads from where to where, and in which role somebody must stand to the
case. One function, :func:`shangju.cases.services.apply_move`, applies it; nothing else writes a state.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """Where a case stands. ``paused`` is a condition of its clocks, not a state."""

    REGISTERED = "registered", pgettext_lazy("case state", "Registered")
    ACCEPTED = "accepted", pgettext_lazy("case state", "Accepted")
    DISPATCHED = "dispatched", pgettext_lazy("case state", "Dispatched")
    IN_PROGRESS = "in_progress", pgettext_lazy("case state", "In progress")
    RESOLVED = "resolved", pgettext_lazy("case state", "Awaiting call-back")
    CLOSED = "closed", pgettext_lazy("case state", "Closed")
    DECLINED = "declined", pgettext_lazy("case state", "Declined")
    REFERRED = "referred", pgettext_lazy("case state", "Referred to the legal channel")
    MERGED = "merged", pgettext_lazy("case state", "Merged")
    WITHDRAWN = "withdrawn", pgettext_lazy("case state", "Withdrawn")


REPORTER_STATES = {
    State.REGISTERED: pgettext_lazy("case state for the reporter", "Received"),
    State.DISPATCHED: pgettext_lazy("case state for the reporter", "Assigned"),
    State.RESOLVED: pgettext_lazy("case state for the reporter", "Waiting for your answer"),
    State.CLOSED: pgettext_lazy("case state for the reporter", "Done"),
    State.MERGED: pgettext_lazy("case state for the reporter", "Joined with another report"),
    State.REFERRED: pgettext_lazy("case state for the reporter", "For another channel"),
}
"""States that a resident reads in other words than the office does; the rest read the same for both."""


OPEN_STATES: tuple[str, ...] = (
    State.REGISTERED,
    State.ACCEPTED,
    State.DISPATCHED,
    State.IN_PROGRESS,
    State.RESOLVED,
)
"""States in which somebody still owes the reporter something."""


class CaseRole(TextChoices):
    """In which capacity somebody stands to one case."""

    DISPATCHER = "dispatcher", _("Dispatcher of the area")
    HANDLER = "handler", _("Lead handler")
    ASSISTANT = "assistant", _("Assisting handler")
    CALLER = "caller", _("Call-back by staff who did not handle it")
    SUPERVISOR = "supervisor", _("Supervisor")
    TASK_FORCE = "task_force", _("Task force")
    REPORTER = "reporter", _("Reporter")
    PARTY = "party", _("Party concerned")
    PARTY_HANDLER = "party_handler", _("Member party that handles it")
    SYSTEM = "system", _("System")


class MoveName(TextChoices):
    """Every move by its interface name."""

    ACCEPT = "accept", pgettext_lazy("move", "Accept")
    DECLINE = "decline", pgettext_lazy("move", "Decline")
    REFER = "refer", pgettext_lazy("move", "Refer to the legal channel")
    ANSWER_DIRECTLY = "answer_directly", pgettext_lazy("move", "Answer directly")
    DISPATCH = "dispatch", pgettext_lazy("move", "Dispatch")
    SIGN = "sign", pgettext_lazy("move", "Sign for it")
    CHANGE_ASSISTANTS = "change_assistants", pgettext_lazy("move", "Change who assists")
    ASK_RETURN = "ask_return", pgettext_lazy("move", "Ask to return it")
    GRANT_RETURN = "grant_return", pgettext_lazy("move", "Grant the return")
    ASK_PAUSE = "ask_pause", pgettext_lazy("move", "Ask for a pause")
    GRANT_PAUSE = "grant_pause", pgettext_lazy("move", "Grant the pause")
    RESUME = "resume", pgettext_lazy("move", "End the pause")
    ASK_EXTENSION = "ask_extension", pgettext_lazy("move", "Ask for an extension")
    GRANT_EXTENSION = "grant_extension", pgettext_lazy("move", "Grant the extension")
    ASK_REVEAL = "ask_reveal", pgettext_lazy("move", "Ask for a look at the contact")
    GRANT_REVEAL = "grant_reveal", pgettext_lazy("move", "Allow the look")
    REFUSE = "refuse", pgettext_lazy("move", "Refuse what was asked")
    CONTACT = "contact", pgettext_lazy("move", "Record a contact")
    VISIT = "visit", pgettext_lazy("move", "Record a visit")
    FIND_CAUSE = "find_cause", pgettext_lazy("move", "Record the finding")
    MEDIATE = "mediate", pgettext_lazy("move", "Record a mediation")
    RESOLVE = "resolve", pgettext_lazy("move", "Report it resolved")
    CONFIRM = "confirm", pgettext_lazy("move", "Confirm the result")
    REOPEN = "reopen", pgettext_lazy("move", "Reopen")
    CLOSE_UNREACHABLE = "close_unreachable", pgettext_lazy("move", "Close: reporter not reached")
    WITHDRAW = "withdraw", pgettext_lazy("move", "Withdraw")
    ADD_WORDS = "add_words", pgettext_lazy("move", "Add words")
    ANSWER_AS_PARTY = "answer_as_party", pgettext_lazy("move", "Answer as the party concerned")
    MERGE = "merge", pgettext_lazy("move", "Merge into another case")
    UNMERGE = "unmerge", pgettext_lazy("move", "Undo the merge")
    TAKE_IN = "take_in", pgettext_lazy("move", "Another case was merged into this one")
    LET_GO = "let_go", pgettext_lazy("move", "A merged case stands alone again")
    FOLLOW = "follow", pgettext_lazy("move", "News of the case it was merged into")
    HEAR = "hear", pgettext_lazy("move", "Words from a merged case")
    SPLIT = "split", pgettext_lazy("move", "Split into parts")
    PART_ENDED = "part_ended", pgettext_lazy("move", "A part has ended")
    REMIND = "remind", pgettext_lazy("move", "Remind")
    URGE = "urge", pgettext_lazy("move", "Urge")
    SUPERVISE = "supervise", pgettext_lazy("move", "Issue a supervision order")
    REPLY = "reply", pgettext_lazy("move", "Reply to the supervision order")
    ESCALATE = "escalate", pgettext_lazy("move", "Escalate to the next tier")
    CONVENE = "convene", pgettext_lazy("move", "Bring the units together")
    ENTRUST = "entrust", pgettext_lazy("move", "Give to a task force")
    RELEASE = "release", pgettext_lazy("move", "Take back from the task force")
    CITE = "cite", pgettext_lazy("move", "Cite as ground of a card")
    PROTECT = "protect", pgettext_lazy("move", "Change who may see it")
    RECUSE = "recuse", pgettext_lazy("move", "Step aside: I have a stake in it")


REGISTER = "register"
"""The kind of a history's first row; not a move, since there is no case before it."""


@dataclass(frozen=True, slots=True)
class Move:
    """From which states, to which (``None``: it stays), and in which roles.

    ``otherwise`` names the other states it may lead to, when the table's own condition says so.
    """

    sources: frozenset[str]
    target: str | None
    roles: frozenset[str]
    otherwise: frozenset[str] = frozenset()


def _move(
    sources: tuple[str, ...], target: str | None, *roles: CaseRole, otherwise: tuple[str, ...] = ()
) -> Move:
    return Move(frozenset(sources), target, frozenset(roles), frozenset(otherwise))


_DISPATCHER, _HANDLER, _ASSISTANT = CaseRole.DISPATCHER, CaseRole.HANDLER, CaseRole.ASSISTANT
_LEADING = (_HANDLER, CaseRole.PARTY_HANDLER)
_DECIDING = (_DISPATCHER, CaseRole.TASK_FORCE)
MAY_REVEAL = frozenset({_DISPATCHER, _HANDLER, _ASSISTANT, CaseRole.CALLER})
"""Those who must talk with the reporter to do their work, and may therefore look at the contact."""
_WORKING = (State.IN_PROGRESS,)
_GIVEN = (State.DISPATCHED, State.IN_PROGRESS)
_ANY = tuple(State)

MOVES: dict[MoveName, Move] = {
    MoveName.ACCEPT: _move((State.REGISTERED,), State.ACCEPTED, _DISPATCHER),
    MoveName.DECLINE: _move((State.REGISTERED, State.ACCEPTED), State.DECLINED, _DISPATCHER),
    MoveName.REFER: _move((State.REGISTERED, State.ACCEPTED), State.REFERRED, _DISPATCHER),
    # A part of a split case ends with its answer: the reporter is asked once, about the whole.
    MoveName.ANSWER_DIRECTLY: _move(
        (State.REGISTERED, State.ACCEPTED), State.RESOLVED, _DISPATCHER, otherwise=(State.CLOSED,)
    ),
    MoveName.DISPATCH: _move((State.ACCEPTED,), State.DISPATCHED, _DISPATCHER),
    MoveName.SIGN: _move((State.DISPATCHED,), State.IN_PROGRESS, *_LEADING),
    MoveName.CONTACT: _move(_WORKING, None, _HANDLER, _ASSISTANT),
    MoveName.VISIT: _move(_WORKING, None, _HANDLER, _ASSISTANT, CaseRole.PARTY_HANDLER),
    MoveName.FIND_CAUSE: _move(_WORKING, None, _HANDLER, _ASSISTANT),
    MoveName.MEDIATE: _move(_WORKING, None, _HANDLER, _ASSISTANT),
    MoveName.RESOLVE: _move(_WORKING, State.RESOLVED, *_LEADING, otherwise=(State.CLOSED,)),
    MoveName.CHANGE_ASSISTANTS: _move(_GIVEN, None, _DISPATCHER),
    MoveName.ASK_RETURN: _move(_GIVEN, None, *_LEADING),
    # The third return goes to the task force, which then has the case itself.
    MoveName.GRANT_RETURN: _move(_GIVEN, State.ACCEPTED, *_DECIDING, otherwise=(State.DISPATCHED,)),
    MoveName.ASK_PAUSE: _move(_WORKING, None, *_LEADING),
    MoveName.GRANT_PAUSE: _move(_WORKING, None, *_DECIDING),
    MoveName.RESUME: _move(_WORKING, None, *_LEADING, *_DECIDING),
    MoveName.ASK_EXTENSION: _move(_GIVEN, None, *_LEADING),
    MoveName.GRANT_EXTENSION: _move(_GIVEN, None, *_DECIDING),
    # In every state: whoever may look at a contact may have to (cases.md §7, minors).
    MoveName.ASK_REVEAL: _move(_ANY, None, *MAY_REVEAL),
    MoveName.GRANT_REVEAL: _move(_ANY, None, *_DECIDING),
    MoveName.REFUSE: _move(_ANY, None, *_DECIDING),
    # A call-back that reached nobody is written down and leaves the case where it is.
    MoveName.CONFIRM: _move(
        (State.RESOLVED,), State.CLOSED, CaseRole.REPORTER, CaseRole.CALLER, otherwise=(State.RESOLVED,)
    ),
    # A case that was answered directly has no handler yet: it goes back to the dispatcher.
    MoveName.REOPEN: _move(
        (State.RESOLVED, State.CLOSED),
        State.IN_PROGRESS,
        CaseRole.REPORTER,
        CaseRole.CALLER,
        CaseRole.SUPERVISOR,
        otherwise=(State.ACCEPTED,),
    ),
    MoveName.CLOSE_UNREACHABLE: _move((State.RESOLVED,), State.CLOSED, CaseRole.CALLER, CaseRole.SYSTEM),
    MoveName.WITHDRAW: _move(
        (State.REGISTERED, State.ACCEPTED, State.DISPATCHED, State.IN_PROGRESS),
        State.WITHDRAWN,
        CaseRole.REPORTER,
        CaseRole.SYSTEM,
    ),
    MoveName.ADD_WORDS: _move((*OPEN_STATES, State.MERGED), None, CaseRole.REPORTER),
    MoveName.ANSWER_AS_PARTY: _move(_GIVEN, None, CaseRole.PARTY, CaseRole.PARTY_HANDLER),
    MoveName.MERGE: _move(OPEN_STATES, State.MERGED, _DISPATCHER),
    # Back to where it stood before.
    MoveName.UNMERGE: _move(
        (State.MERGED,), State.ACCEPTED, _DISPATCHER, CaseRole.SYSTEM, otherwise=OPEN_STATES
    ),
    MoveName.TAKE_IN: _move(OPEN_STATES, None, CaseRole.SYSTEM),
    MoveName.LET_GO: _move(_ANY, None, CaseRole.SYSTEM),
    MoveName.FOLLOW: _move((State.MERGED,), None, CaseRole.SYSTEM),
    MoveName.HEAR: _move(_ANY, None, CaseRole.SYSTEM),
    MoveName.SPLIT: _move((State.ACCEPTED, *_GIVEN), None, _DISPATCHER),
    MoveName.PART_ENDED: _move(_ANY, None, CaseRole.SYSTEM),
    # What a passing deadline sets off by itself, once for each rung (docs/adr/0012).
    MoveName.REMIND: _move(OPEN_STATES, None, CaseRole.SYSTEM),
    MoveName.URGE: _move(OPEN_STATES, None, CaseRole.SUPERVISOR, CaseRole.SYSTEM),
    MoveName.SUPERVISE: _move(OPEN_STATES, None, CaseRole.SUPERVISOR),
    MoveName.REPLY: _move(OPEN_STATES, None, *_LEADING, _DISPATCHER),
    # Whoever has it must sign for it again; a case that nobody has yet stays where it is.
    MoveName.ESCALATE: _move(
        OPEN_STATES, None, CaseRole.SUPERVISOR, CaseRole.SYSTEM, otherwise=(State.DISPATCHED,)
    ),
    MoveName.CONVENE: _move(OPEN_STATES, None, CaseRole.SUPERVISOR),
    MoveName.ENTRUST: _move(OPEN_STATES, None, CaseRole.SUPERVISOR),
    MoveName.RELEASE: _move(OPEN_STATES, None, CaseRole.SUPERVISOR),
    # A card may rest on what is over; the case itself is not touched.
    MoveName.CITE: _move(_ANY, None, CaseRole.SUPERVISOR, CaseRole.SYSTEM),
    MoveName.PROTECT: _move(_ANY, None, _DISPATCHER, CaseRole.REPORTER),
    # Where the post that leads has nobody left without a stake, the case goes back to the dispatcher.
    MoveName.RECUSE: _move(
        OPEN_STATES,
        None,
        _HANDLER,
        _ASSISTANT,
        _DISPATCHER,
        CaseRole.CALLER,
        CaseRole.SUPERVISOR,
        otherwise=(State.ACCEPTED,),
    ),
}

FOLLOWING = frozenset(
    {MoveName.TAKE_IN, MoveName.LET_GO, MoveName.FOLLOW, MoveName.HEAR, MoveName.PART_ENDED, MoveName.REMIND}
)
"""Rows that another case's move or the time brings with it; nobody makes them by themselves."""

WITH_ROWS_ABOVE = frozenset({MoveName.ENTRUST, MoveName.RELEASE, MoveName.CITE})
"""Made by :mod:`shangju.supervision` together with rows of its own; no form of a case offers them."""

RETURNS_AT_MOST = 2
"""The third return goes to the task force (cases.md §3)."""

PARTS_AT_MOST = 10
"""Of one case, on one level (cases.md §3)."""

DISSATISFIED_TO_CLIMB = 2
"""From this dissatisfaction on a reopened case climbs one tier and its light is purple (cases.md §3, §5)."""

REOPEN_WINDOW = timedelta(days=15)
"""A closed case may be reopened for so long (cases.md §3)."""

LOOK_ALLOWED_FOR = timedelta(hours=24)
"""A look at the contact in a case about a minor is allowed once, and for so long."""

CALL_BACK_TRIES = 3
CALL_BACK_DAYS = 7
"""After so many failed tries, or so many days, a case may close as unreachable (cases.md §3)."""


class RequestType(TextChoices):
    """What the reporter wants (cases.md §2)."""

    ENQUIRY = "enquiry", _("Enquiry")
    HELP = "help", _("Request for help")
    COMPLAINT = "complaint", _("Complaint")
    REPORT = "report", _("Report of a breach")
    SUGGESTION = "suggestion", _("Suggestion")
    PRAISE = "praise", _("Praise")


class Channel(TextChoices):
    """By which way the concern came in (cases.md §2)."""

    WEB = "web", _("Web form")
    PHONE = "phone", _("Phone")
    COUNTER = "counter", _("Counter")
    PAPER = "paper", _("Letter or paper")
    GRID_VISIT = "grid_visit", _("Grid visit")
    SENTINEL = "sentinel", _("Sentinel merchant")
    MEETING = "meeting", _("Meeting resolution")
    HOTLINE = "hotline", _("12345 hotline")
    API = "api", _("Other system")
    QR_CODE = "qr_code", _("QR code")
    IMPORT = "import", _("Import")


STAFF_CHANNELS: tuple[str, ...] = (Channel.PHONE, Channel.COUNTER, Channel.PAPER, Channel.GRID_VISIT)
"""What a staff member may say about where a concern came from, when entering it on behalf."""


class Outcome(TextChoices):
    """What was achieved (cases.md §3, resolve)."""

    SOLVED = "solved", _("Solved")
    PARTLY = "partly", _("Partly solved")
    EXPLAINED = "explained", _("Explained")
    NOT_NOW = "not_now", _("Not now, planned")


class Solved(TextChoices):
    """The reporter's own word on it."""

    YES = "yes", pgettext_lazy("solved", "Yes, solved")
    PARTLY = "partly", pgettext_lazy("solved", "Partly")
    NO = "no", pgettext_lazy("solved", "No, not solved")


class Satisfaction(TextChoices):
    """满意 · 基本满意 · 不满意."""

    SATISFIED = "satisfied", _("Satisfied")
    BASICALLY = "basically_satisfied", _("Basically satisfied")
    DISSATISFIED = "dissatisfied", _("Dissatisfied")


class VisitPlace(TextChoices):
    """Where a handler went to look."""

    HOME = "home", _("At the reporter's home")
    UPSTAIRS = "upstairs", _("Upstairs")
    DOWNSTAIRS = "downstairs", _("Downstairs")
    NEIGHBOUR = "neighbour", _("Next door")
    SHOP = "shop", _("Shop")
    SHARED_SPACE = "shared_space", _("Stairway or courtyard")
    STREET = "street", _("Street")
    OTHER = "other", _("Elsewhere")


class MediationResult(TextChoices):
    """How a mediation ended."""

    AGREED = "agreed", _("Agreed")
    REFUSED = "refused", _("Refused")
    FOLLOW_UP = "follow_up", _("To be followed up")


class ApprovalKind(TextChoices):
    """What a handler may ask for (cases.md §3)."""

    RETURN = "return", pgettext_lazy("approval", "Return to the dispatcher")
    PAUSE = "pause", pgettext_lazy("approval", "Pause")
    EXTENSION = "extension", pgettext_lazy("approval", "Extension")
    REVEAL = "reveal", pgettext_lazy("approval", "Look at a minor's contact")


class ApprovalState(TextChoices):
    """Where it stands. ``lapsed``: the case moved on before anybody decided."""

    ASKED = "asked", pgettext_lazy("approval", "Waiting for a decision")
    GRANTED = "granted", pgettext_lazy("approval", "Granted")
    REFUSED = "refused", pgettext_lazy("approval", "Refused")
    LAPSED = "lapsed", pgettext_lazy("approval", "Lapsed")


class PauseReason(TextChoices):
    """Why the clock may stand still: what somebody else must do first."""

    REPORTER_ABSENT = "reporter_absent", _("The reporter asked to wait")
    PARTS = "parts", _("Material or spare parts are on the way")
    WORKS = "works", _("Works that take their time are under way")
    OTHER_AUTHORITY = "other_authority", _("Another authority must decide first")
    APPRAISAL = "appraisal", _("A measurement or appraisal is being made")
    PROCEEDINGS = "proceedings", _("Legal proceedings run")
    WEATHER = "weather", _("Weather or season")


class Tier(TextChoices):
    """The tiers that a case climbs (cases.md §5)."""

    COMMUNITY = "community", pgettext_lazy("tier", "Community")
    SUBDISTRICT = "subdistrict", pgettext_lazy("tier", "Sub-district in charge")
    COMMITTEE = "committee", pgettext_lazy("tier", "Working committee")


class DeclineReason(TextChoices):
    """Why a concern is not taken up; six sorts seen in hotline rules (domain-china §1.3)."""

    EMERGENCY_NUMBER = "emergency_number", _("A matter for 110, 119 or 120")
    LEGAL_PROCEDURE = "legal_procedure", _("Already before a court or another authority")
    NOTHING_NEW = "nothing_new", _("Already answered, nothing new")
    OUTSIDE_DUTY = "outside_duty", _("Outside the duties of the sub-district")
    TOO_VAGUE = "too_vague", _("Not enough to act on, and no way to ask")
    UNLAWFUL = "unlawful", _("Against law or public morals")


def moves_from(state: str) -> tuple[MoveName, ...]:
    """The moves that the table allows in ``state``, whoever makes them."""
    return tuple(name for name, move in MOVES.items() if state in move.sources)
