"""All ledgers by kind, in the order in which they are offered."""

from shangju.ledgers.case_columns import CASES
from shangju.ledgers.ledger import Ledger
from shangju.ledgers.workflow import LedgerKind

LEDGERS: dict[LedgerKind, Ledger] = {ledger.kind: ledger for ledger in (CASES,)}
