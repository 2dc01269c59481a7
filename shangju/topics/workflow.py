"""Where a topic stands and what may be done with it, as a table. Pure: no database."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import pgettext_lazy


class TopicState(models.TextChoices):
    """Where a topic stands."""

    PROPOSED = "proposed", pgettext_lazy("topic", "To be confirmed")
    CONFIRMED = "confirmed", pgettext_lazy("topic", "Confirmed")
    SETTLED = "settled", pgettext_lazy("topic", "Settled")
    DISMISSED = "dismissed", pgettext_lazy("topic", "Dismissed")


OPEN_TOPIC_STATES = (TopicState.PROPOSED, TopicState.CONFIRMED)
"""A case is in one such topic at most."""


class TopicMove(models.TextChoices):
    """What happens to a topic; the first two are the system's, ``MAKE`` begins one by hand."""

    PROPOSE = "propose", pgettext_lazy("topic", "Propose")
    FIND_MORE = "find_more", pgettext_lazy("topic", "Find more like cases")
    MAKE = "make", pgettext_lazy("topic", "Make a topic by hand")
    CONFIRM = "confirm", pgettext_lazy("topic", "Confirm the topic")
    TAKE_IN = "take_in", pgettext_lazy("topic", "Take a case in")
    TAKE_OUT = "take_out", pgettext_lazy("topic", "Take a case out")
    NAME_LEAD = "name_lead", pgettext_lazy("topic", "Name who leads")
    GIVE = "give", pgettext_lazy("topic", "Give the topic to a task force")
    TAKE_BACK = "take_back", pgettext_lazy("topic", "Take the topic back from the task force")
    SETTLE = "settle", pgettext_lazy("topic", "Settle the topic")
    DISMISS = "dismiss", pgettext_lazy("topic", "Dismiss the topic")


class CaseOrigin(models.TextChoices):
    """How a case came into a topic."""

    FOUND = "found", pgettext_lazy("topic", "Found by likeness")
    BY_HAND = "by_hand", pgettext_lazy("topic", "Added by hand")


class CaseStanding(models.TextChoices):
    """How a case stands in its topic. ``TAKEN_OUT`` is kept: what a person took out is not suggested again."""

    MEMBER = "member", pgettext_lazy("topic", "Belongs to it")
    SUGGESTED = "suggested", pgettext_lazy("topic", "Suggested")
    TAKEN_OUT = "taken_out", pgettext_lazy("topic", "Taken out")


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states a move is open to people, and where it leads; none where the state stays."""

    sources: frozenset[TopicState]
    target: TopicState | None


_OPEN = frozenset(OPEN_TOPIC_STATES)

MOVES: dict[TopicMove, Rule] = {
    TopicMove.CONFIRM: Rule(frozenset({TopicState.PROPOSED}), TopicState.CONFIRMED),
    TopicMove.TAKE_IN: Rule(_OPEN, None),
    TopicMove.TAKE_OUT: Rule(_OPEN, None),
    TopicMove.NAME_LEAD: Rule(frozenset({TopicState.CONFIRMED}), None),
    TopicMove.GIVE: Rule(frozenset({TopicState.CONFIRMED}), None),
    TopicMove.TAKE_BACK: Rule(frozenset({TopicState.CONFIRMED}), None),
    TopicMove.SETTLE: Rule(frozenset({TopicState.CONFIRMED}), TopicState.SETTLED),
    TopicMove.DISMISS: Rule(_OPEN, TopicState.DISMISSED),
}
"""What people do."""
