"""What somebody asks for and another decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from shangju.cases.moves.payload import Payload
from shangju.cases.workflow import MoveName


@dataclass(frozen=True, slots=True)
class AskReturn(Payload):
    """退单: the handler holds that it is not theirs."""

    move: ClassVar[MoveName] = MoveName.ASK_RETURN
    reason: str


@dataclass(frozen=True, slots=True)
class AskPause(Payload):
    """The clock is to stand still until ``until``, since something outside must happen first."""

    move: ClassVar[MoveName] = MoveName.ASK_PAUSE
    reason: str
    explanation: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AskExtension(Payload):
    """More time: ``amount`` in the unit of the closing limit (days, or minutes of working time)."""

    move: ClassVar[MoveName] = MoveName.ASK_EXTENSION
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class GrantReturn(Payload):
    """It goes back to the dispatcher; the third time, to the task force."""

    move: ClassVar[MoveName] = MoveName.GRANT_RETURN
    note: str = ""


@dataclass(frozen=True, slots=True)
class GrantPause(Payload):
    """The clock stands still from now on."""

    move: ClassVar[MoveName] = MoveName.GRANT_PAUSE
    note: str = ""


@dataclass(frozen=True, slots=True)
class GrantExtension(Payload):
    """The later date, and the sentence with which the reporter is told of it."""

    move: ClassVar[MoveName] = MoveName.GRANT_EXTENSION
    explanation: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AskReveal(Payload):
    """A look at the contact in a case about a minor: which pieces (``RevealedField``), for what (``RevealCode``), why."""

    move: ClassVar[MoveName] = MoveName.ASK_REVEAL
    fields: Sequence[str]
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class GrantReveal(Payload):
    """One look, within a day; ``asked_in`` is the history row of the request, where several wait."""

    move: ClassVar[MoveName] = MoveName.GRANT_REVEAL
    note: str = ""
    asked_in: int | None = None


@dataclass(frozen=True, slots=True)
class Refuse(Payload):
    """No to what was asked, with the reason; ``kind`` is an ``ApprovalKind``, ``asked_in`` as in ``GrantReveal``."""

    move: ClassVar[MoveName] = MoveName.REFUSE
    kind: str
    explanation: str
    asked_in: int | None = None


@dataclass(frozen=True, slots=True)
class Resume(Payload):
    """The pause ends before its time."""

    move: ClassVar[MoveName] = MoveName.RESUME
    note: str = ""
