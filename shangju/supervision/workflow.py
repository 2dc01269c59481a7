"""Yellow and red cards (黄牌 · 红牌) as data: states, steps, faults, terms. Pure: no database, no clock.

A card goes to a *unit*, a member organisation or a community, never to a person or a post, and never on the strength of
one case (cases.md §5). Somebody proposes it, the unit may state its view, somebody else signs.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Colour(TextChoices):
    """Which card."""

    YELLOW = "yellow", pgettext_lazy("card", "Yellow card")
    RED = "red", pgettext_lazy("card", "Red card")


class CardState(TextChoices):
    """Where a card stands. A signed one ends by its date, which no job has to notice."""

    PROPOSED = "proposed", pgettext_lazy("card state", "Proposed")
    SIGNED = "signed", pgettext_lazy("card state", "In force")
    REFUSED = "refused", pgettext_lazy("card state", "Not signed")
    WITHDRAWN = "withdrawn", pgettext_lazy("card state", "Withdrawn")
    LIFTED = "lifted", pgettext_lazy("card state", "Lifted")


class CardStep(TextChoices):
    """What is done with a card after it was proposed."""

    ANSWER = "answer", pgettext_lazy("card step", "State your view")
    SIGN = "sign", pgettext_lazy("card step", "Sign")
    REFUSE = "refuse", pgettext_lazy("card step", "Do not sign")
    WITHDRAW = "withdraw", pgettext_lazy("card step", "Withdraw the proposal")
    LIFT = "lift", pgettext_lazy("card step", "Lift the card")


@dataclass(frozen=True, slots=True)
class Way:
    """From which state to which, and what the rows of the cases call it."""

    source: CardState
    target: CardState
    stage: str


STEPS: dict[CardStep, Way] = {
    CardStep.ANSWER: Way(CardState.PROPOSED, CardState.PROPOSED, "answered"),
    CardStep.SIGN: Way(CardState.PROPOSED, CardState.SIGNED, "signed"),
    CardStep.REFUSE: Way(CardState.PROPOSED, CardState.REFUSED, "refused"),
    CardStep.WITHDRAW: Way(CardState.PROPOSED, CardState.WITHDRAWN, "withdrawn"),
    CardStep.LIFT: Way(CardState.SIGNED, CardState.LIFTED, "lifted"),
}
"""The table of states; nothing leads back."""

IN_FORCE_ONCE = (CardState.SIGNED, CardState.LIFTED)
"""States of a card that bears a signature and a number."""

GIVEN_UP = (CardState.REFUSED, CardState.WITHDRAWN)
"""What was never signed: its cases may be cited again."""

CLOSED_WITH_A_REASON = (*GIVEN_UP, CardState.LIFTED)


class Fault(TextChoices):
    """What is stored of a case that a card may rest on: all the unit's own doing, none of them dissatisfaction.

    The first four are faults of whoever led the case at that moment, the last of the party concerned by it.
    """

    OVERDUE = "overdue", pgettext_lazy("fault", "A deadline passed without its step")
    UNSIGNED = "unsigned", pgettext_lazy("fault", "Not signed for in time")
    NO_REPLY = "no_reply", pgettext_lazy("fault", "No reply, or a late one, to a supervision order")
    TWICE_REFUSED = (
        "twice_refused",
        pgettext_lazy("fault", "Asked twice to return it, both times without ground"),
    )
    BROKEN_WORD = (
        "broken_word",
        pgettext_lazy("fault", "What it had agreed to was not kept, as found on site"),
    )


CASES_AT_LEAST = 2
"""Different matters: parts of one split case, and cases merged into one, count as one."""

HEARING_WORKING_DAYS = 3
"""So long the unit may state its view at least, counted like every limit in working days (民法典 §201)."""

HEARING_DAYS_AT_MOST = 90
"""A later last day is a slip of the keyboard: a unit that says nothing would put the signature off for ever."""

LASTS_MONTHS = 6
"""After them a card ends by itself."""

YELLOW_WITHIN_MONTHS = 12
"""A red card follows a yellow one signed within so many months, unless a reason is given why not."""
