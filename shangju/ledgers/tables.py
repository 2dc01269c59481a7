"""All ledgers by kind, in the order in which they are offered."""

from shangju.ledgers.case_columns import CASES
from shangju.ledgers.ledger import Ledger
from shangju.ledgers.watch_columns import APPROVALS, LOOKS, MINORS, SUPERVISION
from shangju.ledgers.work_columns import MEDIATIONS, VISITS
from shangju.ledgers.workflow import LedgerKind

LEDGERS: dict[LedgerKind, Ledger] = {
    ledger.kind: ledger for ledger in (CASES, VISITS, MEDIATIONS, APPROVALS, SUPERVISION, LOOKS, MINORS)
}
