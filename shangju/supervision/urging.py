"""Urging several cases with one word: each move by itself, so that one refusal holds no other back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from shangju.cases import moves
from shangju.cases.models import Case
from shangju.cases.rules import Actor
from shangju.cases.services import apply_move
from shangju.core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Urged:
    """What became of one case; ``refusal`` is the sentence why not, empty where it was urged."""

    case: Case
    refusal: str = ""


def urge_cases(cases: Sequence[Case], *, words: str, by: Actor, now: datetime) -> list[Urged]:
    """Urge each of ``cases`` (催办), in their order. Raises ``DomainError`` without a case or without ``words``."""
    if not cases:
        raise DomainError(_("Tick the cases that are to be urged."))
    outcomes = []
    for case in cases:
        try:
            apply_move(case, moves.Urge(words), by=by, now=now)
        except DomainError as refusal:
            if "words" in refusal.fields:
                raise
            outcomes.append(Urged(case, str(refusal)))
        else:
            outcomes.append(Urged(case))
    return outcomes
