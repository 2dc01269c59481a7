"""The ledgers of what handlers did: visits (走访台账) and dissuasion with mediation (劝阻调解台账)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.cases.models import Mediation, Visit
from shangju.cases.workflow import MediationResult, VisitPlace
from shangju.ledgers import columns
from shangju.ledgers.case_columns import of_case
from shangju.ledgers.ledger import Ledger
from shangju.ledgers.workflow import LedgerKind

VISITS = Ledger(
    kind=LedgerKind.VISIT,
    purpose=_("Who went where, whom they met and what they found."),
    rows=Visit.objects.all,
    act="visited_at",
    columns=(
        columns.moment("visited_at", _("Visited"), "visited_at"),
        *of_case(wanted=("number", "category", "title", "community", "grid")),
        columns.office("by", pgettext_lazy("column of visits", "By"), "event__"),
        columns.choice("where", pgettext_lazy("column of visits", "Where"), "place", VisitPlace),
        columns.words("which_place", _("Which place"), "place_note", width=24),
        columns.words("people_met", _("People met (in role words)"), "people_met", width=24),
        columns.words("finding", _("What was found"), "finding", width=50),
        columns.yes(
            "made_safe", _("The danger is over or the disturbance has stopped"), "made_safe", is_usual=False
        ),
        columns.moment("noted_at", _("Noted"), "event__at", is_usual=False),
    ),
)

MEDIATIONS = Ledger(
    kind=LedgerKind.MEDIATION,
    purpose=_("With whom was talked, what was said and agreed, and what is to be followed up."),
    rows=Mediation.objects.all,
    act="mediated_at",
    columns=(
        columns.moment("mediated_at", _("Mediated"), "mediated_at"),
        *of_case(wanted=("number", "category", "title", "community", "grid")),
        columns.office("by", pgettext_lazy("column of mediations", "By"), "event__"),
        columns.words("with_whom", _("With whom (in role words)"), "with_whom", width=24),
        columns.words("where", pgettext_lazy("column of mediations", "Where"), "place_note", width=24),
        columns.words("account", _("What was said"), "account", width=50),
        columns.choice("result", _("Result"), "result", MediationResult),
        columns.words("agreed", _("What was agreed"), "agreed"),
        columns.day("follow_up_on", _("Follow up on"), "follow_up_on"),
        columns.moment("noted_at", _("Noted"), "event__at", is_usual=False),
    ),
)
