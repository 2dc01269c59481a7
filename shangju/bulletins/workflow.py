"""States and moves of a bulletin as data, each move with the right that it needs. Pure."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from shangju.posts.rights import Right


class BulletinState(TextChoices):
    """Where a bulletin stands."""

    DRAFT = "draft", pgettext_lazy("bulletin", "Draft")
    ISSUED = "issued", pgettext_lazy("bulletin", "Issued")
    WITHDRAWN = "withdrawn", pgettext_lazy("bulletin", "Withdrawn")


class BulletinMove(TextChoices):
    """What can happen to a bulletin."""

    DRAFT = "draft", pgettext_lazy("bulletin", "Drafted")
    TAKE_FIGURES = "take_figures", pgettext_lazy("bulletin", "Figures taken anew")
    EDIT = "edit", pgettext_lazy("bulletin", "Text changed")
    ISSUE = "issue", pgettext_lazy("bulletin", "Issued")
    WITHDRAW = "withdraw", pgettext_lazy("bulletin", "Withdrawn")


@dataclass(frozen=True, slots=True)
class Step:
    """From which state a move leads to which, and who may make it."""

    source: BulletinState | None
    target: BulletinState
    right: Right


MOVES: dict[BulletinMove, Step] = {
    BulletinMove.DRAFT: Step(None, BulletinState.DRAFT, Right.SUPERVISE),
    BulletinMove.TAKE_FIGURES: Step(BulletinState.DRAFT, BulletinState.DRAFT, Right.SUPERVISE),
    BulletinMove.EDIT: Step(BulletinState.DRAFT, BulletinState.DRAFT, Right.SUPERVISE),
    BulletinMove.ISSUE: Step(BulletinState.DRAFT, BulletinState.ISSUED, Right.SET_SUPERVISION),
    BulletinMove.WITHDRAW: Step(BulletinState.ISSUED, BulletinState.WITHDRAWN, Right.SET_SUPERVISION),
}
"""``SET_SUPERVISION`` is held by the leaders and the task force of the sub-district: they sign for what goes out."""

READERS: dict[BulletinState, frozenset[Right]] = {
    BulletinState.DRAFT: frozenset({Right.SUPERVISE}),
    BulletinState.ISSUED: frozenset({Right.SUPERVISE, Right.DISPATCH, Right.HANDLE}),
    BulletinState.WITHDRAWN: frozenset({Right.SUPERVISE, Right.DISPATCH, Right.HANDLE}),
}
"""Who reads it: one of these rights in the sub-district, above it or in a part of it. It is a paper for the staff."""
