"""The ledgers of what is asked and decided, of supervision, and of looks at contacts."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.cases.models import Approval, CaseEvent, ContactReveal, RevealCode, RevealedField
from shangju.cases.workflow import ApprovalKind, ApprovalState, MoveName, PauseReason
from shangju.ledgers import columns
from shangju.ledgers.case_columns import of_case
from shangju.ledgers.columns import Column
from shangju.ledgers.ledger import Ledger
from shangju.ledgers.workflow import LedgerKind
from shangju.posts.rights import Right

ASKED_FOR = (ApprovalKind.RETURN, ApprovalKind.PAUSE, ApprovalKind.EXTENSION)
"""What the ledger of approvals tells of. Looks at a minor's contact are allowed in the same way; they have their own."""

SUPERVISING = (MoveName.URGE, MoveName.SUPERVISE, MoveName.CONVENE)


def _approvals() -> QuerySet[Any]:
    return Approval.objects.filter(kind__in=ASKED_FOR)


def _supervision() -> QuerySet[Any]:
    return CaseEvent.objects.filter(kind__in=SUPERVISING)


def _looks() -> QuerySet[Any]:
    return ContactReveal.objects.all()


def _looks_at_minors() -> QuerySet[Any]:
    return ContactReveal.objects.filter(case__concerns_minor=True)


APPROVALS = Ledger(
    kind=LedgerKind.APPROVAL,
    purpose=_("What handlers asked for, why, and who decided."),
    rows=_approvals,
    act="asked_at",
    columns=(
        columns.choice(
            "kind", pgettext_lazy("column of a ledger", "What is asked"), "kind", ApprovalKind, width=18
        ),
        *of_case(wanted=("number", "category", "title", "community")),
        columns.office("asked_by", _("Asked by"), "event__"),
        columns.moment("asked_at", _("Asked"), "asked_at"),
        columns.words("reason", _("Reason"), "reason"),
        columns.choice("pause_reason", _("Reason of the pause"), "pause_reason", PauseReason, is_usual=False),
        columns.moment("until", pgettext_lazy("column of a ledger", "Until"), "until"),
        columns.number("amount", _("How much longer"), "amount", is_usual=False),
        columns.choice("decision", _("Decision"), "state", ApprovalState),
        columns.office("decided_by", _("Decided by"), "decided_event__"),
        columns.moment("decided_at", _("Decided"), "decided_at"),
        columns.words("decision_note", _("Note of the decision"), "decided_event__note", is_usual=False),
        columns.yes("is_beyond", _("For the task force"), "is_beyond", is_usual=False),
    ),
)

SUPERVISION = Ledger(
    kind=LedgerKind.SUPERVISION,
    purpose=_("Every urge, every order with its reply, and every coordination of several units."),
    rows=_supervision,
    act="at",
    right=Right.SUPERVISE,
    columns=(
        columns.choice(
            "kind", pgettext_lazy("column of a ledger", "What was done"), "kind", MoveName, width=16
        ),
        columns.moment("at", _("When"), "at"),
        columns.office("by", pgettext_lazy("column of supervision", "By"), ""),
        *of_case(wanted=("number", "category", "title", "community", "handler")),
        columns.text("order_number", _("Order"), "supervisionorder__number", width=20),
        columns.words("demand", _("Demand"), "supervisionorder__demand"),
        columns.words("words", pgettext_lazy("column of supervision", "Words"), "note", is_usual=False),
        columns.day("reply_by", _("Reply by"), "supervisionorder__reply_by"),
        columns.moment("replied_at", _("Replied"), "supervisionorder__replied_at"),
        columns.words("reply", _("Reply"), "supervisionorder__reply"),
        columns.words("units", _("Units present"), "coordination__units", width=30),
        columns.words("agreed", _("What was agreed"), "coordination__agreed"),
    ),
)

NO_MATTER = ("number", "category", "community", "grid", "state")
"""What a log of looks tells of a case: nothing of what it is about but its category."""

LOOK_COLUMNS: tuple[Column, ...] = (
    columns.moment("at", _("When"), "at"),
    *of_case(wanted=("number", "community"), told=NO_MATTER),
    columns.choice(
        "piece", pgettext_lazy("of a contact", "What was looked at"), "field", RevealedField, width=18
    ),
    columns.person("user", pgettext_lazy("column of looks", "Who"), "by"),
    columns.text("post", _("Post"), "post_name", width=18),
    columns.choice("code", _("For what"), "code", RevealCode, width=24),
    columns.words("reason", _("Reason"), "reason", is_of_log=True),
    columns.office("allowed_by", pgettext_lazy("column of looks", "Allowed by"), "approval__decided_event__"),
    columns.moment("allowed_at", _("Allowed"), "approval__decided_at", is_usual=False),
)

LOOKS = Ledger(
    kind=LedgerKind.LOOK,
    purpose=_("Who looked at whose contact, for what, and who allowed it. The contact itself is not here."),
    rows=_looks,
    act="at",
    right=Right.SUPERVISE,
    is_for_auditor=True,
    columns=LOOK_COLUMNS,
)

MINORS = Ledger(
    kind=LedgerKind.MINOR,
    purpose=_(
        "Looks at the contacts of minors in this year, for the yearly audit that the law asks for "
        "(未成年人网络保护条例 §37)."
    ),
    rows=_looks_at_minors,
    act="at",
    right=Right.SUPERVISE,
    is_for_auditor=True,
    columns=LOOK_COLUMNS,
)
