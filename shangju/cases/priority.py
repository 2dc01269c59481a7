"""How pressing a case is, in points that say where they come from. Pure; stored on the case by who changes its facts.

It orders nothing by itself: deadlines do. It says which of several open cases disturbs more people, or more.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

CLASS_POINTS = {"A1": 60, "A2": 50, "B": 35, "N": 35, "C": 25, "K": 20, "D": 10, "E": 5, "R": 5}
"""By deadline class (cases.md §4): how soon somebody must be there."""

GOING_ON = 10
PER_ME_TOO, ME_TOO_AT_MOST = 4, 40
"""Each person who has met the same counts; more than ten make no case more pressing than danger."""

PER_DISSATISFACTION, DISSATISFACTION_AT_MOST = 10, 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What the points are made of."""

    deadline_class: str
    night_class: str
    happening_now: bool
    me_too_count: int
    dissatisfaction_count: int


@dataclass(frozen=True, slots=True)
class Share:
    """So many points for one reason; ``code`` names it, ``value`` is what it is of."""

    code: str
    value: str | int
    points: int


def shares(facts: Facts) -> list[Share]:
    """The reasons that give points, in their fixed order."""
    classes = [name for name in (facts.deadline_class, facts.night_class) if name in CLASS_POINTS]
    highest = max(classes, key=CLASS_POINTS.__getitem__, default="")
    found = [
        Share("class", highest, CLASS_POINTS.get(highest, 0)),
        Share("going_on", 1, GOING_ON if facts.happening_now else 0),
        Share("me_too", facts.me_too_count, min(ME_TOO_AT_MOST, PER_ME_TOO * facts.me_too_count)),
        Share(
            "dissatisfied",
            facts.dissatisfaction_count,
            min(DISSATISFACTION_AT_MOST, PER_DISSATISFACTION * facts.dissatisfaction_count),
        ),
    ]
    return [share for share in found if share.points > 0]


def points(facts: Facts) -> int:
    """The sum, 0 to 130."""
    return sum(share.points for share in shares(facts))


def explain_share(share: Share) -> str:
    """One reason with its points, in the reader's language."""
    reasons = {
        "class": lambda: _("Deadline class %(value)s"),
        "going_on": lambda: _("Was going on when reported"),
        "me_too": lambda: ngettext(
            "%(value)s other person has met it", "%(value)s other people have met it", int(share.value)
        ),
        "dissatisfied": lambda: ngettext(
            "Dissatisfied %(value)s time", "Dissatisfied %(value)s times", int(share.value)
        ),
    }
    words = reasons[share.code]() % {"value": share.value}
    return _("%(words)s: %(points)s points") % {"words": words, "points": share.points}
