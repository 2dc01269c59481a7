"""What supervisors, and passing deadlines, bring into a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from shangju.cases.moves.payload import Payload
from shangju.cases.rungs import OrderCall, RungCall
from shangju.cases.workflow import MoveName
from shangju.posts.models import Post


@dataclass(frozen=True, slots=True)
class Remind(Payload):
    """A deadline, or the day of a reply, comes near. Made by time alone; with a ``call`` or an ``order``."""

    move: ClassVar[MoveName] = MoveName.REMIND
    call: RungCall | None = None
    order: OrderCall | None = None


@dataclass(frozen=True, slots=True)
class Urge(Payload):
    """催办: a word to whoever has it; by a person with ``words``, by time with a ``call`` or an ``order``."""

    move: ClassVar[MoveName] = MoveName.URGE
    words: str = ""
    call: RungCall | None = None
    order: OrderCall | None = None


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


@dataclass(frozen=True, slots=True)
class Entrust(Payload):
    """交专班: the posts of a task force assist from now on; also when somebody joins a task force that has it."""

    move: ClassVar[MoveName] = MoveName.ENTRUST
    task_force: str
    posts: Sequence[Post]
    reason: str


@dataclass(frozen=True, slots=True)
class Release(Payload):
    """退回: the posts that came in by the task force assist no longer; all of them, or one that left it."""

    move: ClassVar[MoveName] = MoveName.RELEASE
    task_force: str
    posts: Sequence[int]
    reason: str


@dataclass(frozen=True, slots=True)
class Cite(Payload):
    """列入黄/红牌依据: what happened to a card that rests on this case, among others.

    ``fault`` says on which stored fault, ``party`` and ``receivers`` who hears of it; of several cases of a card one
    alone names them.
    """

    move: ClassVar[MoveName] = MoveName.CITE
    card: int
    colour: str
    stage: str
    unit: str
    fault: str
    number: str = ""
    heard_until: date | None = None
    party: int | None = None
    receivers: Sequence[str] = ()
