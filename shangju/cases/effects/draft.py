"""What an effect returns, and what several effects share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from shangju.cases.clocks import ClockBoard
from shangju.cases.intake import Prepared
from shangju.cases.models import (
    Case,
)
from shangju.cases.models.work import CasePhoto, WorkRecord
from shangju.cases.moves import Payload
from shangju.cases.rules import Actor
from shangju.core.errors import DomainError
from shangju.deadlines.steps import Step

REPORTER_STEPS = (Step.FIRST_CONTACT, Step.MADE_SAFE, Step.CLOSE)
"""Clocks that count from when the reporter told us."""


ALL_STEPS = tuple(Step)


FORESIGHT = timedelta(minutes=5)
"""Clocks of phones run ahead a little; a visit further in the future is a mistake."""


@dataclass(slots=True)
class Draft:
    """What the history row of a move will say, and the records that belong to it."""

    note: str = ""
    reporter_text: str = ""
    party_text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    records: list[WorkRecord] = field(default_factory=list)
    photo_ids: Sequence[UUID] = ()
    photo_purpose: str = CasePhoto.Purpose.VISIT
    leads_to: str = ""
    """The state it leads to where that is not the table's usual one."""
    concluded: list[tuple[models.Model, str]] = field(default_factory=list)
    """Earlier records that this row brings to their end, each with the field that names the row."""
    follow_ups: list["FollowUp"] = field(default_factory=list)
    parts: list[Prepared] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What the move brings with it, in the same transaction: a move of another case, or one more of the same."""

    case: Case
    payload: Payload


def handler_of(case: Case) -> dict[str, object]:
    """Who has the case from this row on, for its history: figures ask it who had it when (cases.md §8)."""
    handler = case.handler_post or case.handler_party
    name = {"handler": str(handler.name)} if handler is not None else {}
    return {**name, "handler_post": case.handler_post_id, "handler_party": case.handler_party_id}


def required(**values: str) -> None:
    """Refuse empty texts, each at its field."""
    missing = {name: _("Please fill this in.") for name, value in values.items() if not value.strip()}
    if missing:
        raise DomainError(_("Something is missing."), fields=missing)


Effect = Callable[[Case, ClockBoard, Any, Actor, datetime], Draft]


def take_result(case: Case, board: ClockBoard, outcome: str, *, now: datetime) -> bool:
    """The result is there: the call-back clock starts. A part of a split case is over with it; says whether it is one.

    The reporter is asked once, about the whole case.
    """
    case.outcome, case.resolved_at = outcome, now
    board.stop([Step.ACCEPT, Step.SIGN, *REPORTER_STEPS], now=now)
    if case.part_of_id is not None:
        case.closed_at = now
        return True
    board.start([Step.CALL_BACK], start=now)
    return False
