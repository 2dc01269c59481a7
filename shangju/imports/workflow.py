"""Stages of an import and what may become of a row, as data. Pure: no database, no clock, no user."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Stage(TextChoices):
    """Where an import stands."""

    CHOOSING = "choosing", pgettext_lazy("stage of an import", "Columns to be named")
    EXAMINING = "examining", pgettext_lazy("stage of an import", "Being looked through")
    READY = "ready", pgettext_lazy("stage of an import", "Ready to be taken in")
    IMPORTING = "importing", pgettext_lazy("stage of an import", "Being taken in")
    DONE = "done", pgettext_lazy("stage of an import", "Done")
    STOPPED = "stopped", pgettext_lazy("stage of an import", "Stopped")
    DISCARDED = "discarded", pgettext_lazy("stage of an import", "Discarded")


class StepName(TextChoices):
    """What takes an import from one stage to another."""

    NAME_COLUMNS = "name_columns", pgettext_lazy("step of an import", "Name the columns")
    EXAMINED = "examined", pgettext_lazy("step of an import", "Looked through")
    START = "start", pgettext_lazy("step of an import", "Take the orders in")
    FINISH = "finish", pgettext_lazy("step of an import", "Finished")
    STOP = "stop", pgettext_lazy("step of an import", "Stopped")
    DISCARD = "discard", pgettext_lazy("step of an import", "Discard")


class StopReason(TextChoices):
    """Why an import stopped before its end."""

    RIGHT_GONE = (
        "right_gone",
        pgettext_lazy(
            "why an import stopped",
            "Whoever started it may no longer take orders in here. Somebody who may can start it again.",
        ),
    )
    NOT_USABLE = (
        "not_usable",
        pgettext_lazy(
            "why an import stopped",
            "Its columns or its area can no longer be used. Give the file again.",
        ),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """From which stages, to which."""

    sources: frozenset[str]
    target: Stage


def _step(target: Stage, *sources: Stage) -> Step:
    return Step(frozenset(sources), target)


STEPS: dict[StepName, Step] = {
    StepName.NAME_COLUMNS: _step(Stage.EXAMINING, Stage.CHOOSING, Stage.EXAMINING, Stage.READY),
    StepName.EXAMINED: _step(Stage.READY, Stage.EXAMINING),
    StepName.START: _step(Stage.IMPORTING, Stage.READY, Stage.STOPPED),
    StepName.FINISH: _step(Stage.DONE, Stage.IMPORTING),
    StepName.STOP: _step(Stage.STOPPED, Stage.EXAMINING, Stage.IMPORTING),
    StepName.DISCARD: _step(Stage.DISCARDED, Stage.CHOOSING, Stage.EXAMINING, Stage.READY),
}
"""The whole mechanism. Whoever stopped an import can start it again: rows that are in stay in, once."""

WORKED_ON = (Stage.EXAMINING, Stage.IMPORTING)
"""Stages in which the worker has something to do."""


class RowOutcome(TextChoices):
    """What is known of a row."""

    WAITING = "waiting", pgettext_lazy("row of an import", "Not looked at yet")
    FRESH = "fresh", pgettext_lazy("row of an import", "New")
    IMPORTED = "imported", pgettext_lazy("row of an import", "Taken in")
    PRESENT = "present", pgettext_lazy("row of an import", "Already there")
    CHANGED = "changed", pgettext_lazy("row of an import", "Already there with other words")
    REFUSED = "refused", pgettext_lazy("row of an import", "Cannot be taken")


OPEN_OUTCOMES = (RowOutcome.WAITING, RowOutcome.FRESH)
"""Rows that an import still has before it."""

KNOWN_NUMBER = (RowOutcome.FRESH, RowOutcome.IMPORTED, RowOutcome.PRESENT, RowOutcome.CHANGED)
"""Rows whose number is theirs: a later row with it is the same order, or another one under a number that is taken."""
