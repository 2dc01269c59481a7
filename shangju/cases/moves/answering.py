"""What reporters and parties concerned say, and how a case ends without them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from shangju.cases.moves.payload import Payload
from shangju.cases.workflow import MoveName


@dataclass(frozen=True, slots=True)
class Confirm(Payload):
    """What the reporter says of the result. ``reached`` is false for a call-back that found nobody."""

    move: ClassVar[MoveName] = MoveName.CONFIRM
    solved: str = ""
    satisfaction: str = ""
    words: str = ""
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Reopen(Payload):
    """重办: the reporter's "no", or a supervisor's."""

    move: ClassVar[MoveName] = MoveName.REOPEN
    reason: str
    confirmation: Confirm | None = field(default=None)


@dataclass(frozen=True, slots=True)
class CloseUnreachable(Payload):
    """After three failed tries or seven days."""

    move: ClassVar[MoveName] = MoveName.CLOSE_UNREACHABLE
    note: str = ""


@dataclass(frozen=True, slots=True)
class Withdraw(Payload):
    """The reporter takes it back."""

    move: ClassVar[MoveName] = MoveName.WITHDRAW
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AddWords(Payload):
    """The reporter says more."""

    move: ClassVar[MoveName] = MoveName.ADD_WORDS
    words: str
    photo_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class AnswerAsParty(Payload):
    """The party concerned answers."""

    move: ClassVar[MoveName] = MoveName.ANSWER_AS_PARTY
    words: str
    photo_ids: Sequence[UUID] = ()
