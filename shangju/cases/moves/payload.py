"""What every move's contents have."""

from dataclasses import dataclass
from typing import ClassVar

from shangju.cases.workflow import MoveName


@dataclass(frozen=True, slots=True)
class Payload:
    """The contents of a move; ``move`` names it."""

    move: ClassVar[MoveName]
