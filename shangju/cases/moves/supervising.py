"""What supervisors, and passing deadlines, bring into a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from shangju.cases.moves.payload import Payload
from shangju.cases.rungs import RungCall
from shangju.cases.workflow import MoveName
from shangju.posts.models import Post


@dataclass(frozen=True, slots=True)
class Remind(Payload):
    """A deadline comes near. Made by time alone."""

    move: ClassVar[MoveName] = MoveName.REMIND
    call: RungCall


@dataclass(frozen=True, slots=True)
class Urge(Payload):
    """催办: a word to whoever has it; by a person with ``words``, by the ladder with its ``call``."""

    move: ClassVar[MoveName] = MoveName.URGE
    words: str = ""
    call: RungCall | None = None


@dataclass(frozen=True, slots=True)
class Supervise(Payload):
    """督办单: what is demanded, and by when a written reply is due."""

    move: ClassVar[MoveName] = MoveName.SUPERVISE
    demand: str
    reply_by: date


@dataclass(frozen=True, slots=True)
class Reply(Payload):
    """The written reply to the supervision order that has waited longest."""

    move: ClassVar[MoveName] = MoveName.REPLY
    reply: str


@dataclass(frozen=True, slots=True)
class Escalate(Payload):
    """The next tier becomes responsible; whoever had it stays informed."""

    move: ClassVar[MoveName] = MoveName.ESCALATE
    reason: str = ""
    call: RungCall | None = None


@dataclass(frozen=True, slots=True)
class CoordinationTask:
    """What one unit takes on."""

    post: Post
    task: str
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Convene(Payload):
    """协调: the units that met about the case, what was agreed, and who does what by when."""

    move: ClassVar[MoveName] = MoveName.CONVENE
    posts: Sequence[Post]
    account: str
    agreed: str
    others: str = ""
    place_note: str = ""
    held_at: datetime | None = None
    tasks: Sequence[CoordinationTask] = ()
