"""Where an article stands and what may be done with it, as a table. Pure: no database."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ArticleState(models.TextChoices):
    """Where an article stands."""

    DRAFT = "draft", pgettext_lazy("article", "Draft")
    PUBLISHED = "published", pgettext_lazy("article", "Published")
    RETIRED = "retired", pgettext_lazy("article", "Retired")


class ArticleMove(models.TextChoices):
    """What a person does with an article."""

    REVISE = "revise", pgettext_lazy("article", "Revise")
    PUBLISH = "publish", pgettext_lazy("article", "Publish")
    CONFIRM = "confirm", _("Confirm that it is still right")
    RETIRE = "retire", pgettext_lazy("article", "Retire")
    RESUME = "resume", _("Take up again")


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states a move is open, where it leads, and whether it changes what residents read."""

    sources: frozenset[ArticleState]
    target: ArticleState | None
    is_release: bool


_DRAFT, _PUBLISHED, _RETIRED = ArticleState.DRAFT, ArticleState.PUBLISHED, ArticleState.RETIRED

MOVES: dict[ArticleMove, Rule] = {
    ArticleMove.REVISE: Rule(frozenset({_DRAFT, _PUBLISHED}), None, is_release=False),
    ArticleMove.PUBLISH: Rule(frozenset({_DRAFT, _PUBLISHED}), _PUBLISHED, is_release=True),
    ArticleMove.CONFIRM: Rule(frozenset({_PUBLISHED}), None, is_release=True),
    ArticleMove.RETIRE: Rule(frozenset({_DRAFT, _PUBLISHED}), _RETIRED, is_release=True),
    ArticleMove.RESUME: Rule(frozenset({_RETIRED}), _DRAFT, is_release=True),
}
"""The whole life of an article. A revision leaves the state: residents read the published version until the next."""


def moves_from(state: str) -> tuple[ArticleMove, ...]:
    """The moves that a state allows, in the order of the table."""
    return tuple(move for move, rule in MOVES.items() if state in rule.sources)
