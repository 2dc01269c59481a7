"""Tables of the case mechanism, one module a theme."""

from shangju.cases.models.approvals import Approval, ClockExtension, ClockPause
from shangju.cases.models.case import Case, CaseAssistant, IdempotencyKey, NumberSeries
from shangju.cases.models.clocks import CaseClock
from shangju.cases.models.endorsement import Endorsement
from shangju.cases.models.history import CaseEvent
from shangju.cases.models.recusal import Recusal
from shangju.cases.models.reporter import ContactReveal, ReporterContact, RevealCode, RevealedField
from shangju.cases.models.supervision import Coordination, LadderMark, OrderMark, SupervisionOrder
from shangju.cases.models.work import CasePhoto, Confirmation, Contact, Finding, Mediation, Resolution, Visit

__all__ = [
    "Approval",
    "Case",
    "CaseAssistant",
    "CaseClock",
    "CaseEvent",
    "CasePhoto",
    "ClockExtension",
    "ClockPause",
    "Confirmation",
    "Contact",
    "ContactReveal",
    "Coordination",
    "Endorsement",
    "Finding",
    "IdempotencyKey",
    "LadderMark",
    "Mediation",
    "NumberSeries",
    "OrderMark",
    "Recusal",
    "ReporterContact",
    "Resolution",
    "RevealCode",
    "RevealedField",
    "SupervisionOrder",
    "Visit",
]
