"""What staff and members do with a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shangju.areas.models import Area
from shangju.cases.moves.payload import Payload
from shangju.cases.workflow import MoveName
from shangju.categories.models import Category
from shangju.knowledge.models import ArticleVersion
from shangju.parties.models import Party
from shangju.posts.models import Post


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
class ChangeAssistants(Payload):
    """Who assists the lead handler from now on."""

    move: ClassVar[MoveName] = MoveName.CHANGE_ASSISTANTS
    assistants: Sequence[Post] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Protect(Payload):
    """Confidential from now on, or no longer; about a minor, or not. ``None`` leaves it as it is."""

    move: ClassVar[MoveName] = MoveName.PROTECT
    is_confidential: bool | None = None
    concerns_minor: bool | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Recuse(Payload):
    """回避: whoever acts has a stake in this one case and is walled off from it."""

    move: ClassVar[MoveName] = MoveName.RECUSE
    reason: str
    note: str = ""
