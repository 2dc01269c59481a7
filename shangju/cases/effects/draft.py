"""What an effect returns, and what several effects share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from shangju.cases.clocks import ClockBoard
from shangju.cases.models import (
    Case,
)
from shangju.cases.models.work import CasePhoto, WorkRecord
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
    otherwise: bool = False


def required(**values: str) -> None:
    """Refuse empty texts, each at its field."""
    missing = {name: _("Please fill this in.") for name, value in values.items() if not value.strip()}
    if missing:
        raise DomainError(_("Something is missing."), fields=missing)


Effect = Callable[[Case, ClockBoard, Any, Actor, datetime], Draft]
