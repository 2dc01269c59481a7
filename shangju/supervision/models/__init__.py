"""Tables of supervision, one module a theme."""

from shangju.supervision.models.cards import Card, CardGround
from shangju.supervision.models.ladder import LadderRule, SupervisionLimits
from shangju.supervision.models.task_forces import Entrustment, TaskForce, TaskForceMember

__all__ = [
    "Card",
    "CardGround",
    "Entrustment",
    "LadderRule",
    "SupervisionLimits",
    "TaskForce",
    "TaskForceMember",
]
