"""The measures of cases.md §8: what each counts, of what, and what is left out. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MeasureName(models.TextChoices):
    """The rates; each is a column of a round."""

    SIGNED = "signed", pgettext_lazy("measure", "Signed in time")
    CONTACTED = "contacted", pgettext_lazy("measure", "Response")
    CLOSED = "closed", pgettext_lazy("measure", "Handled in time")
    SOLVED = "solved", pgettext_lazy("measure", "Solved")
    SATISFIED = "satisfied", pgettext_lazy("measure", "Satisfied")
    RETURNED = "returned", pgettext_lazy("measure", "Returned")
    REOPENED = "reopened", pgettext_lazy("measure", "Reopened")


class Verdict(models.IntegerChoices):
    """How a round counts in one measure."""

    EXCLUDED = 0, _("Does not count")
    NO = 1, _("No")
    YES = 2, _("Yes")


class Part(models.TextChoices):
    """The rows behind a figure."""

    NUMERATOR = "numerator", pgettext_lazy("measure", "Counted")
    MISSED = "missed", _("The rest")
    DENOMINATOR = "denominator", _("All that count")
    EXCLUDED = "excluded", _("Left out")
    DUE = "due", _("Cases that were due")
    OVERDUE = "overdue", _("Open past the deadline")
    WAITING = "waiting", _("Not due yet")


VERDICTS_OF: dict[Part, tuple[int, ...]] = {
    Part.NUMERATOR: (Verdict.YES,),
    Part.MISSED: (Verdict.NO,),
    Part.DENOMINATOR: (Verdict.YES, Verdict.NO),
    Part.EXCLUDED: (Verdict.EXCLUDED,),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """The words of one measure."""

    label: Any
    numerator: Any
    denominator: Any
    exclusions: Any
    more_is_better: bool = True


_ASIDE = _("Left out: declined, referred, merged and withdrawn cases.")

MEASURES: dict[MeasureName, Measure] = {
    MeasureName.SIGNED: Measure(
        MeasureName.SIGNED.label,
        _("Every time it was given to somebody, it was signed for within its limit."),
        _("Cases that were given to a handler."),
        _("Left out: declined, referred, merged and withdrawn cases, and those answered without a handler."),
    ),
    MeasureName.CONTACTED: Measure(
        MeasureName.CONTACTED.label,
        _("The first contact that reached the reporter, a visit or the answer itself was within its limit."),
        _("Cases whose reporter left a phone number and agreed to be called."),
        _(
            "Left out: anonymous cases, those without a number or that wish no call, parts, and cases that ended aside."
        ),
    ),
    MeasureName.CLOSED: Measure(
        MeasureName.CLOSED.label,
        _("The result was reported before the deadline, pauses and extensions counted in."),
        _("Cases that were due; open ones past their deadline count as late."),
        _ASIDE,
    ),
    MeasureName.SOLVED: Measure(
        MeasureName.SOLVED.label,
        _("The reporter said “solved”."),
        _("Cases in which the reporter answered whether it was solved."),
        _(
            "Left out: closed because nobody could be reached, not asked yet, parts, and cases that ended aside."
        ),
    ),
    MeasureName.SATISFIED: Measure(
        MeasureName.SATISFIED.label,
        _("The reporter was satisfied or basically satisfied."),
        _("Cases in which the reporter said how satisfied they are."),
        _(
            "Left out: closed because nobody could be reached, not asked yet, parts, and cases that ended aside."
        ),
    ),
    MeasureName.RETURNED: Measure(
        MeasureName.RETURNED.label,
        _("The handler gave it back to the dispatcher at least once."),
        _("Cases that were given to a handler."),
        _("Left out: declined, referred, merged and withdrawn cases, and those answered without a handler."),
        more_is_better=False,
    ),
    MeasureName.REOPENED: Measure(
        MeasureName.REOPENED.label,
        _("After the result it had to be done again."),
        _("Cases with a result."),
        _("Left out: open cases and those that ended aside."),
        more_is_better=False,
    ),
}

THREE_RATES: tuple[MeasureName, ...] = (MeasureName.CONTACTED, MeasureName.SOLVED, MeasureName.SATISFIED)
"""三率: response, solved, satisfied."""

DEFAULT_WEIGHTS: dict[MeasureName, int] = dict(zip(THREE_RATES, (30, 35, 35), strict=True))
"""Percent of the score (cases.md §8)."""

DEFAULT_MINIMUM = 10
"""Below so many a rate says more about chance than about work: it is shown with its number and not compared."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a sub-district sets: weights of the score in percent, and the least number that is compared."""

    weights: Mapping[MeasureName, int]
    minimum: int


DEFAULT_SETTINGS = Settings(DEFAULT_WEIGHTS, DEFAULT_MINIMUM)


@dataclass(frozen=True, slots=True)
class Figure:
    """One rate: how many of how many, and how many rounds of the period do not count in it."""

    name: MeasureName
    numerator: int
    denominator: int
    excluded: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; none where nothing counts: no concerns is not a hundred percent."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def percent(self) -> Decimal | None:
        """The share in percent with one decimal, rounded half up: what is shown and what is compared."""
        if not self.denominator:
            return None
        exact = Decimal(self.numerator) * 100 / Decimal(self.denominator)
        return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)

    @property
    def missed(self) -> int:
        """How many count and did not make it."""
        return self.denominator - self.numerator

    def is_small(self, minimum: int) -> bool:
        """Whether too few count for a comparison."""
        return self.denominator < minimum

    @property
    def measure(self) -> Measure:
        """Its words."""
        return MEASURES[self.name]


def score_of(figures: Mapping[MeasureName, Figure], settings: Settings) -> Decimal | None:
    """三率 score from 0 to 100; none while one of the three rates has too few rows to be compared."""
    rates = [figures[name] for name in THREE_RATES]
    if any(rate.is_small(settings.minimum) or not rate.denominator for rate in rates):
        return None
    points = sum(
        Decimal(rate.numerator) / Decimal(rate.denominator) * settings.weights[rate.name] for rate in rates
    )
    return Decimal(points).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
