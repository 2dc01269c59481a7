"""What comes in: strict types, and unknown fields are refused, so that a misspelt one is not lost silently."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, StringConstraints
from pydantic_core import PydanticCustomError

from shangju.accounts.models import TokenScope
from shangju.accounts.services import TOKEN_DAYS, TOKEN_DAYS_AT_MOST
from shangju.api.texts import Code, Line, Words, storable
from shangju.cases.intake import TEXT_LIMIT
from shangju.cases.models import RevealCode, RevealedField
from shangju.cases.queries import PAGE, PAGE_AT_MOST
from shangju.cases.workflow import Channel, RequestType, Satisfaction, Solved, State
from shangju.photos.rules import PHOTOS_AT_MOST

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
PhotoIds = Annotated[list[Annotated[UUID, Strict(strict=False)]], Field(max_length=PHOTOS_AT_MOST)]
NOT_STRICT = Strict(strict=False)
"""JSON has no enumerations: these arrive as texts."""


WORKLIST_STATES = ("", "open", "ended", "all", *State.values)


def _known_state(state: str) -> str:
    if state not in WORKLIST_STATES:
        expected = ", ".join(filter(None, WORKLIST_STATES))
        raise PydanticCustomError("literal_error", "is no state", {"expected": expected})
    return state


WorklistState = Annotated[
    str, AfterValidator(_known_state), Field(json_schema_extra={"enum": list(WORKLIST_STATES)})
]
"""A state, every open case (the same as empty), every ended one, or all."""


Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
"""A day of the calendar here, such as 2026-03-05."""

Cursor = Annotated[Line, StringConstraints(max_length=200)]


class Submitted(BaseModel):
    """The base of every body."""

    model_config = ConfigDict(strict=True, extra="forbid")


class PlaceIn(Submitted):
    """Where it is: the code of an area, the words of an address, a point (WGS-84), or several of them."""

    area_code: Code | None = None
    address: Line | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None


class ContactIn(Submitted):
    """Who says so, if they like. Sealed at once; no answer of this interface ever shows it."""

    name: Annotated[Line, StringConstraints(max_length=60)] | None = None
    phone: Annotated[Line, StringConstraints(max_length=30)] | None = None
    may_be_called: bool = True
    prefers_call: bool = False


class ConcernIn(Submitted):
    """A concern. Only ``text`` and ``place`` are needed."""

    text: Annotated[Words, StringConstraints(max_length=TEXT_LIMIT)]
    place: PlaceIn
    category: Code | None = None
    request_type: Annotated[RequestType, NOT_STRICT] = RequestType.COMPLAINT
    contact: ContactIn | None = None
    happening_now: bool = False
    is_anonymous: bool = False
    is_confidential: bool = False
    concerns_minor: bool = False
    photos: PhotoIds = Field(default_factory=list)
    channel: Annotated[Channel, NOT_STRICT] = Channel.API


class ConfirmationIn(Submitted):
    """The reporter's word on the result; ``solved: no`` takes the case up again."""

    solved: Annotated[Solved, NOT_STRICT]
    satisfaction: Annotated[Satisfaction, NOT_STRICT]
    words: Annotated[Words, StringConstraints(max_length=1000)] = ""


class WordsIn(Submitted):
    """More from the reporter, with pictures that were uploaded before."""

    words: Annotated[Words, StringConstraints(min_length=1, max_length=2000)]
    photos: PhotoIds = Field(default_factory=list)


class WithdrawalIn(Submitted):
    """Why the reporter takes it back, if they like to say so."""

    reason: Annotated[Words, StringConstraints(max_length=500)] = ""


class TokenIn(Submitted):
    """Who asks for a key, and what the key is for; ``code`` is that of the authenticator app, where one is set up."""

    username: Line
    password: Line
    name: Line
    scopes: Annotated[
        list[Annotated[TokenScope, NOT_STRICT]], Field(min_length=1, max_length=len(TokenScope))
    ]
    days: Annotated[int, Field(ge=1, le=TOKEN_DAYS_AT_MOST)] = TOKEN_DAYS
    code: Annotated[Line, StringConstraints(max_length=20)] = ""


class MoveIn(BaseModel):
    """A move by name, with the fields that ``GET …/moves`` lists for it.

    ``seen`` is the ``history_length`` of the case as the client last saw it: when it has grown since, somebody else
    was first and the answer is 409.
    """

    model_config = ConfigDict(strict=True, extra="allow")
    __pydantic_extra__: dict[str, Any]

    move: Code
    seen: Annotated[int, Field(ge=0, lt=2**31)] | None = None


class RevealIn(Submitted):
    """Which pieces of a reporter's data are needed, for what, and why in words. Each is logged and told to them."""

    fields: Annotated[list[Annotated[RevealedField, NOT_STRICT]], Field(min_length=1, max_length=4)]
    code: Annotated[RevealCode, NOT_STRICT]
    reason: Annotated[Words, StringConstraints(max_length=120)]


class WorklistQuery(BaseModel):
    """What a worklist is narrowed to; ``state`` empty or ``open`` means every open case."""

    model_config = ConfigDict(extra="ignore")

    state: WorklistState = ""
    area: Code = ""
    light: Literal["", "green", "yellow", "orange", "red", "purple", "overdue"] = ""
    handler: Annotated[str, StringConstraints(pattern=r"^(mine|[0-9]{1,18})?$")] = ""
    category: Code = ""
    q: Line = ""
    paused: Literal["", "yes", "no"] = ""
    tier: Literal["", "community", "subdistrict", "committee"] = ""
    joined: Literal["", "alone", "merged", "whole", "part"] = ""
    met: Literal["", "yes"] = ""
    registered_from: Day | None = None
    registered_to: Day | None = None
    cursor: Cursor = ""
    limit: Annotated[int, Field(ge=1, le=PAGE_AT_MOST)] = PAGE


class WaitingQuery(BaseModel):
    """One page of what waits for the caller."""

    model_config = ConfigDict(extra="ignore")

    cursor: Cursor = ""
    limit: Annotated[int, Field(ge=1, le=PAGE_AT_MOST)] = PAGE


class AreasQuery(BaseModel):
    """Areas of one kind, or directly below one."""

    kind: Code = ""
    parent: Code = ""


class ArticlesQuery(BaseModel):
    """What the articles are narrowed to: words, and the code of a category or of a group of them."""

    model_config = ConfigDict(extra="ignore")

    q: Annotated[Line, StringConstraints(max_length=60)] = ""
    category: Code = ""
    cursor: Annotated[str, StringConstraints(pattern=r"^[0-9]{0,17}$")] = ""
    limit: Annotated[int, Field(ge=1, le=PAGE_AT_MOST)] = PAGE


class WebhookIn(Submitted):
    """Where to call, about what happens in which area (its code); no ``kinds``: everything."""

    name: Annotated[Line, StringConstraints(min_length=1, max_length=60)]
    area: Code
    address: Annotated[str, StringConstraints(max_length=500), AfterValidator(storable)]
    kinds: Annotated[list[Code], Field(max_length=100)] = Field(default_factory=list)


class DeliveriesQuery(BaseModel):
    """Which page of a webhook's calls."""

    model_config = ConfigDict(extra="ignore")

    cursor: Code = ""
    limit: Annotated[int, Field(ge=1, le=PAGE_AT_MOST)] = PAGE
