"""What a ledger is: its columns, the rows that it may show to somebody, and the instants by which it is narrowed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from shangju.ledgers.columns import Column
from shangju.ledgers.workflow import LedgerKind
from shangju.posts.rights import Right


@dataclass(frozen=True, slots=True)
class Ledger:
    """One kind of ledger.

    ``rows`` gives every row in the scope, whoever asks. ``case`` leads from a row to its case (empty for the case itself),
    ``act`` to the instant of what the row tells of. ``right`` opens it; ``is_for_auditor``: the audit administrator, too.
    """

    kind: LedgerKind
    purpose: Any
    rows: Callable[[], QuerySet[Any]]
    columns: tuple[Column, ...]
    act: str
    case: str = "case__"
    right: Right = Right.VIEW_CASE
    is_for_auditor: bool = False

    @property
    def by_key(self) -> Mapping[str, Column]:
        """The columns by their keys, in their order."""
        return {column.key: column for column in self.columns}

    @property
    def usual(self) -> list[str]:
        """The columns that are shown where nobody chose."""
        return [column.key for column in self.columns if column.is_usual]

    @property
    def has_contacts(self) -> bool:
        """Whether it has columns that a full export would show in plain."""
        return any(column.contact for column in self.columns)

    def chosen(self, keys: Sequence[str]) -> tuple[Column, ...]:
        """The columns of these keys, in this order, each once; the usual ones where none is known."""
        known = self.by_key
        found = tuple(known[key] for key in dict.fromkeys(keys) if key in known)
        return found or tuple(known[key] for key in self.usual)
