"""The ledger of concerns (民情台账), and the columns of its case that every other ledger begins with."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.cases.models import Case, Finding, Resolution, RevealedField
from shangju.cases.workflow import Channel, Outcome, RequestType, Satisfaction, Solved, State
from shangju.ledgers import columns
from shangju.ledgers.columns import Column
from shangju.ledgers.ledger import Ledger
from shangju.ledgers.workflow import LedgerKind


def of_case(
    *, at: str = "case__", wanted: Collection[str] = (), told: Collection[str] = ()
) -> tuple[Column, ...]:
    """Columns of the case that a row belongs to, ``at`` being the way there.

    ``wanted`` names those that are usually shown, ``told`` those that there are at all (all where it is empty).
    """
    made = (
        columns.text("number", pgettext_lazy("column of a ledger", "Number"), f"{at}number", width=16),
        columns.moment("received_at", _("Received"), f"{at}received_at"),
        columns.choice("channel", _("Channel"), f"{at}channel", Channel),
        columns.choice("request_type", _("Type"), f"{at}request_type", RequestType),
        columns.category("category", _("Category"), f"{at}category"),
        columns.words("title", _("Title"), f"{at}title", width=36),
        columns.named("community", _("Community"), f"{at}community"),
        columns.named("grid", _("Grid"), f"{at}grid"),
        columns.words("place", _("Place"), f"{at}place_note", width=24),
        columns.choice("state", _("State"), f"{at}state", State),
        columns.named("handler", _("Handler"), f"{at}handler_post", f"{at}handler_party"),
    )
    return tuple(
        replace(column, is_usual=column.key in wanted) for column in made if not told or column.key in told
    )


def _rows() -> QuerySet[Any]:
    """Cases with the last answer and the last cause."""
    of_this = {"case": OuterRef("pk")}
    answers = Resolution.objects.filter(**of_this).order_by("-event_id").values("answer")[:1]
    causes = Finding.objects.filter(**of_this).order_by("-event_id").values("root_cause")[:1]
    return Case.objects.annotate(last_answer=Subquery(answers), last_cause=Subquery(causes))


USUAL_OF_CASE = (
    "number", "received_at", "channel", "category", "title", "community", "grid", "place", "state", "handler",
)  # fmt: skip

CASES = Ledger(
    kind=LedgerKind.CASE,
    purpose=_(
        "Every concern with what became of it: what used to be kept by hand as the ledger of concerns."
    ),
    rows=_rows,
    case="",
    act="closed_at",
    columns=(
        *of_case(at="", wanted=USUAL_OF_CASE),
        columns.contact("reporter_name", _("Reporter"), RevealedField.NAME),
        columns.contact("reporter_phone", _("Phone"), RevealedField.PHONE, width=16),
        columns.contact("reporter_address", _("Exact address"), RevealedField.ADDRESS, width=30),
        columns.words("text", _("What happened"), "text", width=60, is_usual=False),
        columns.named("concerned", _("Party concerned"), "concerned_party", is_usual=False),
        columns.text("deadline_class", _("Class"), "deadline_class", width=8, is_usual=False),
        columns.moment("accepted_at", _("Accepted at"), "accepted_at", is_usual=False),
        columns.moment("dispatched_at", _("Dispatched at"), "dispatched_at", is_usual=False),
        columns.moment("signed_at", _("Signed for at"), "signed_at", is_usual=False),
        columns.moment("first_contact_at", _("First contact at"), "first_contact_at", is_usual=False),
        columns.moment("close_due_at", _("To be closed by"), "close_due_at"),
        columns.moment("resolved_at", _("Resolved at"), "resolved_at", is_usual=False),
        columns.moment("closed_at", _("Closed at"), "closed_at"),
        columns.words("cause", _("Root cause"), "last_cause", is_usual=False),
        columns.words("answer", _("Answer to the reporter"), "last_answer", width=50, is_usual=False),
        columns.choice("outcome", _("Outcome"), "outcome", Outcome),
        columns.choice(
            "solved", pgettext_lazy("column of a ledger", "Solved"), "solved", Solved, is_usual=False
        ),
        columns.choice("satisfaction", _("Satisfaction"), "satisfaction", Satisfaction),
        columns.number("returns", pgettext_lazy("column", "Returned"), "return_count", is_usual=False),
        columns.number("extensions", pgettext_lazy("column", "Extended"), "extension_count", is_usual=False),
        columns.number("reopened", pgettext_lazy("column", "Reopened"), "reopen_count", is_usual=False),
        columns.number("me_too", _("Others who have met it"), "me_too_count", is_usual=False),
    ),
)
