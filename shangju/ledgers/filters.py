"""Which rows of a ledger are meant: a period, a place, a category, a state, a channel. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

BY_RECEIPT, BY_ACT = "received", "act"
"""The day on which the concern was received, or on which the thing that the row tells of was done."""


@dataclass(frozen=True, slots=True)
class LedgerFilters:
    """What a ledger is narrowed to; the empty text, and no day, mean all. Both days belong to the period."""

    by: str = ""
    first: date | None = None
    last: date | None = None
    area: str = ""
    category: str = ""
    state: str = ""
    channel: str = ""

    def as_data(self) -> dict[str, str]:
        """What is set, as texts: for a stored row and for an address."""
        return {name: str(value) for name, value in asdict(self).items() if value}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "LedgerFilters":
        """:meth:`as_data` read again; what is unreadable narrows nothing."""
        known = {field.name: str(data.get(field.name) or "") for field in fields(cls)}
        days = {name: _day(known.pop(name)) for name in ("first", "last")}
        return cls(**known, **days)  # type: ignore[arg-type] # texts but for the two days


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
