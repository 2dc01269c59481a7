"""The rungs of the supervision ladder (cases.md §5), as data. Pure: no database, no clock.

Not the ladder of who deals with a matter first (:mod:`shangju.posts.ladder`): these are the steps by which a deadline
that passes makes itself heard, each once for each promise.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Rung(TextChoices):
    """From the first to the last; each begins at the instant that its name says, or so long after the one before."""

    ORANGE = "orange", pgettext_lazy("rung", "The light turns orange")
    RED = "red", pgettext_lazy("rung", "The deadline passes")
    PURPLE = "purple", pgettext_lazy("rung", "The light turns purple")
    SECOND = "second", pgettext_lazy("rung", "Still nothing after the first climb")
    THIRD = "third", pgettext_lazy("rung", "Still nothing after the second climb")


class RungAction(TextChoices):
    """What the system does on a rung."""

    NOTHING = "nothing", pgettext_lazy("rung action", "Nothing")
    REMIND = "remind", pgettext_lazy("rung action", "Remind")
    URGE = "urge", pgettext_lazy("rung action", "Urge")
    ESCALATE = "escalate", pgettext_lazy("rung action", "Escalate one tier")


class Receiver(TextChoices):
    """Who hears of it."""

    RESPONSIBLE = "responsible", _("Whoever has to act now")
    GRID_SECRETARY = "grid_secretary", _("Secretary of the grid branch")
    COMMUNITY_SECRETARY = "community_secretary", _("Community Party secretary")
    TASK_FORCE = "task_force", _("Task force")
    LEADER = "leader", _("Sub-district leader")


class OrderStage(TextChoices):
    """When a supervision order without a reply makes itself heard, each once."""

    DAY_BEFORE = "day_before", pgettext_lazy("order stage", "The reply is due tomorrow")
    OVERDUE = "overdue", pgettext_lazy("order stage", "The day of the reply has passed")


@dataclass(frozen=True, slots=True)
class OrderCall:
    """One stage reached by one supervision order (by its id and number); ``ordered_by`` hears of it, too."""

    order_id: int
    number: str
    stage: str
    reply_by: date
    ordered_by: int | None


@dataclass(frozen=True, slots=True)
class RungCall:
    """One rung reached by one promise of a case: the step that was due, and when.

    An extension makes a new promise, which climbs the ladder from its foot.
    """

    rung: str
    step: str
    due_at: datetime
    receivers: tuple[str, ...] = ()
