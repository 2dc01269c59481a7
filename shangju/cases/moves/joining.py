"""Merging and splitting, and what they bring to other cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from shangju.cases.models import Case, CaseEvent
from shangju.cases.moves.payload import Payload
from shangju.cases.workflow import MoveName


@dataclass(frozen=True, slots=True)
class Merge(Payload):
    """The same matter as ``into``, which goes on; this one's reporter is told its news."""

    move: ClassVar[MoveName] = MoveName.MERGE
    into: Case
    explanation: str


@dataclass(frozen=True, slots=True)
class Unmerge(Payload):
    """Not the same matter after all: back to where it stood."""

    move: ClassVar[MoveName] = MoveName.UNMERGE
    reason: str


@dataclass(frozen=True, slots=True)
class TakeIn(Payload):
    """Brought by a merge: ``case`` was merged into this one."""

    move: ClassVar[MoveName] = MoveName.TAKE_IN
    case: Case


@dataclass(frozen=True, slots=True)
class LetGo(Payload):
    """Brought by the undoing of a merge."""

    move: ClassVar[MoveName] = MoveName.LET_GO
    case: Case


@dataclass(frozen=True, slots=True)
class Follow(Payload):
    """Brought by a move of the case this one was merged into: what its reporter is told of it."""

    move: ClassVar[MoveName] = MoveName.FOLLOW
    news: CaseEvent


@dataclass(frozen=True, slots=True)
class Hear(Payload):
    """Brought by words that the reporter of a merged case added."""

    move: ClassVar[MoveName] = MoveName.HEAR
    case: Case
    words: str


@dataclass(frozen=True, slots=True)
class Split(Payload):
    """Several matters in one: each text becomes a case of its own, registered, part of this one."""

    move: ClassVar[MoveName] = MoveName.SPLIT
    parts: Sequence[str]


@dataclass(frozen=True, slots=True)
class PartEnded(Payload):
    """Brought by the end of a part: what came of it."""

    move: ClassVar[MoveName] = MoveName.PART_ENDED
    part: Case
    answer: str = ""
