"""What each move brings with it: one frozen record a move. Forms and the API make them, the service takes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shangju.areas.models import Area
from shangju.cases.models import Case, CaseEvent
from shangju.cases.workflow import MoveName
from shangju.categories.models import Category
from shangju.knowledge.models import ArticleVersion
from shangju.parties.models import Party
from shangju.posts.models import Post


@dataclass(frozen=True, slots=True)
class Payload:
    """The contents of a move; ``move`` names it."""

    move: ClassVar[MoveName]


@dataclass(frozen=True, slots=True)
class Accept(Payload):
    """A person confirms category, type, class and area; ``area`` narrows the place where it is known better."""

    move: ClassVar[MoveName] = MoveName.ACCEPT
    category: Category
    request_type: str
    deadline_class: str
    area: Area | None = None
    title: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decline(Payload):
    """Not taken up: a reason code and a sentence that the reporter is told."""

    move: ClassVar[MoveName] = MoveName.DECLINE
    reason: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Refer(Payload):
    """To the legal channel: which one, and a sentence that the reporter is told."""

    move: ClassVar[MoveName] = MoveName.REFER
    legal_channel: str
    explanation: str


@dataclass(frozen=True, slots=True)
class AnswerDirectly(Payload):
    """An enquiry that needs nobody to go anywhere; ``article`` is the version of the quick answer that it came from."""

    move: ClassVar[MoveName] = MoveName.ANSWER_DIRECTLY
    answer: str
    article: ArticleVersion | None = None


@dataclass(frozen=True, slots=True)
class Dispatch(Payload):
    """To a post or a member party, with assistants. A party gets ``party_summary``, never the reporter's own words."""

    move: ClassVar[MoveName] = MoveName.DISPATCH
    post: Post | None = None
    party: Party | None = None
    assistants: Sequence[Post] = ()
    party_summary: str = ""
    words_shareable: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sign(Payload):
    """The handler has it."""

    move: ClassVar[MoveName] = MoveName.SIGN
    note: str = ""


@dataclass(frozen=True, slots=True)
class RecordContact(Payload):
    """The handler talked with the reporter, or tried to."""

    move: ClassVar[MoveName] = MoveName.CONTACT
    way: str
    reached: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class RecordVisit(Payload):
    """Somebody went and looked."""

    move: ClassVar[MoveName] = MoveName.VISIT
    place: str
    finding: str
    place_note: str = ""
    people_met: str = ""
    made_safe: bool = False
    visited_at: datetime | None = None
    photo_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class FindCause(Payload):
    """The root cause, and the party concerned, who is told ``party_summary`` and nothing of the reporter."""

    move: ClassVar[MoveName] = MoveName.FIND_CAUSE
    root_cause: str
    party: Party | None = None
    party_summary: str = ""


@dataclass(frozen=True, slots=True)
class Mediate(Payload):
    """劝阻调解记录."""

    move: ClassVar[MoveName] = MoveName.MEDIATE
    with_whom: str
    account: str
    result: str
    place_note: str = ""
    agreed: str = ""
    follow_up_on: date | None = None
    mediated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resolve(Payload):
    """The result and the answer to the reporter."""

    move: ClassVar[MoveName] = MoveName.RESOLVE
    outcome: str
    answer: str
    plan: str = ""
    planned_on: date | None = None
    photo_ids: Sequence[UUID] = ()


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
class ChangeAssistants(Payload):
    """Who assists the lead handler from now on."""

    move: ClassVar[MoveName] = MoveName.CHANGE_ASSISTANTS
    assistants: Sequence[Post] = ()
    note: str = ""


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
class Refuse(Payload):
    """No to what was asked, with the reason; ``kind`` is an ``ApprovalKind``."""

    move: ClassVar[MoveName] = MoveName.REFUSE
    kind: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Resume(Payload):
    """The pause ends before its time."""

    move: ClassVar[MoveName] = MoveName.RESUME
    note: str = ""


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


@dataclass(frozen=True, slots=True)
class Urge(Payload):
    """催办: a word to whoever has it."""

    move: ClassVar[MoveName] = MoveName.URGE
    words: str


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
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerAsParty(Payload):
    """The party concerned answers."""

    move: ClassVar[MoveName] = MoveName.ANSWER_AS_PARTY
    words: str
    photo_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Protect(Payload):
    """Confidential from now on, or no longer."""

    move: ClassVar[MoveName] = MoveName.PROTECT
    is_confidential: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Recuse(Payload):
    """回避: whoever acts has a stake in this one case and is walled off from it."""

    move: ClassVar[MoveName] = MoveName.RECUSE
    reason: str
    note: str = ""
