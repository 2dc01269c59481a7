"""Kinds of ledgers, and where an export stands, as data. Pure: no database, no clock, no user."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class LedgerKind(TextChoices):
    """The ledgers that staff of a sub-district owe."""

    CASE = "case", pgettext_lazy("ledger", "Concerns of the people")
    VISIT = "visit", pgettext_lazy("ledger", "Visits")
    MEDIATION = "mediation", pgettext_lazy("ledger", "Dissuasion and mediation")
    APPROVAL = "approval", pgettext_lazy("ledger", "Returns, extensions, pauses")
    SUPERVISION = "supervision", pgettext_lazy("ledger", "Urging, orders, coordination")
    LOOK = "look", pgettext_lazy("ledger", "Looks at reporters' contacts")
    MINOR = "minor", pgettext_lazy("ledger", "Looks at minors' contacts")


class PaperKind(TextChoices):
    """What else leaves the house as a table and is written into the same log."""

    ANSWERS = "answers", pgettext_lazy("export", "Answers for the hotline")
    REFUSED_ROWS = "refused_rows", pgettext_lazy("export", "Hotline rows that cannot be taken")


class FileForm(TextChoices):
    """In which form a table leaves."""

    XLSX = "xlsx", "XLSX"
    CSV = "csv", "CSV"


class ExportState(TextChoices):
    """Where an export stands."""

    ASKED = "asked", pgettext_lazy("export", "Waiting for approval")
    ALLOWED = "allowed", pgettext_lazy("export", "Allowed: may be taken once")
    REFUSED = "refused", pgettext_lazy("export", "Refused")
    WAITING = "waiting", pgettext_lazy("export", "Waiting for its turn")
    RUNNING = "running", pgettext_lazy("export", "Being written")
    DONE = "done", pgettext_lazy("export", "Done")
    FAILED = "failed", pgettext_lazy("export", "Failed")
    EXPIRED = "expired", pgettext_lazy("export", "Over")


class ExportStep(TextChoices):
    """What takes an export from one state to another."""

    ALLOW = "allow", pgettext_lazy("export", "Allow")
    REFUSE = "refuse", pgettext_lazy("export", "Refuse")
    TAKE = "take", pgettext_lazy("export", "Take the file")
    CLAIM = "claim", pgettext_lazy("export", "Begin")
    FINISH = "finish", pgettext_lazy("export", "Finish")
    FAIL = "fail", pgettext_lazy("export", "Fail")
    EXPIRE = "expire", pgettext_lazy("export", "End")


@dataclass(frozen=True, slots=True)
class Step:
    """From which states, to which."""

    sources: frozenset[ExportState]
    target: ExportState


def _step(target: ExportState, *sources: ExportState) -> Step:
    return Step(frozenset(sources), target)


STEPS: dict[ExportStep, Step] = {
    ExportStep.ALLOW: _step(ExportState.ALLOWED, ExportState.ASKED),
    ExportStep.REFUSE: _step(ExportState.REFUSED, ExportState.ASKED),
    ExportStep.TAKE: _step(ExportState.DONE, ExportState.ALLOWED),
    ExportStep.CLAIM: _step(ExportState.RUNNING, ExportState.WAITING, ExportState.RUNNING),
    ExportStep.FINISH: _step(ExportState.DONE, ExportState.RUNNING),
    ExportStep.FAIL: _step(ExportState.FAILED, ExportState.WAITING, ExportState.RUNNING),
    ExportStep.EXPIRE: _step(ExportState.EXPIRED, ExportState.ASKED, ExportState.ALLOWED, ExportState.DONE),
}
"""The whole mechanism. What a killed worker left running is claimed again and written from the start."""

WORKED_ON = (ExportState.WAITING, ExportState.RUNNING)
"""States in which the worker has something to do."""


class FailureReason(TextChoices):
    """Why an export could not be written."""

    RIGHT_GONE = (
        "right_gone",
        pgettext_lazy(
            "why an export failed",
            "Whoever asked for it may no longer export there. Somebody who may asks anew.",
        ),
    )
    NO_SPACE = (
        "no_space",
        pgettext_lazy(
            "why an export failed",
            "The file could not be stored. Tell the system administrator, then ask anew.",
        ),
    )
    GAVE_UP = (
        "gave_up",
        pgettext_lazy(
            "why an export failed", "It was begun several times and never ended. Ask for a shorter period."
        ),
    )


AT_ONCE_AT_MOST = 2_000
"""Rows of a masked export that is written while one waits; a longer one is the worker's."""

FULL_AT_MOST = 2_000
"""Rows of a full export: it is written at the moment it is taken, so that no open contact ever lies in a folder."""

WORKBOOK_AT_MOST = 200_000
"""Rows of a workbook; more is asked for as CSV, which is written several times faster."""

TAKEN_WITHIN = timedelta(hours=24)
"""How long a full export that was allowed can be taken; and it is taken once."""

DECIDED_WITHIN = timedelta(days=7)
"""After which a request that nobody decided is over."""

KEPT_FOR = timedelta(days=7)
"""How long a file is kept; the row that it was stays."""

TRIES_AT_MOST = 5
"""How often an export is begun before it counts as failed."""

SILENT_FOR = timedelta(minutes=2)
"""A running export that said nothing for so long has lost its worker."""

REASON_AT_LEAST = 5
"""Signs of a typed reason."""
