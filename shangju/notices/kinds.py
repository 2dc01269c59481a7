"""The kinds of notices that staff can tell apart, and how soon each goes out by which way. Pure: no database, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.cases.workflow import REGISTER, MoveName
from shangju.posts.models import PostKind


class NoticeKind(TextChoices):
    """What a notice to staff is about, as far as somebody wants to be told apart."""

    ACTION = "action", _("What needs me now")
    APPROVAL = "approval", _("Requests and decisions")
    SUPERVISION = "supervision", _("Reminders, urges, supervision")
    NEWS = "news", _("News of my cases")
    DAILY_LIST = "daily_list", _("The daily list")


class Delivery(TextChoices):
    """How soon a notice goes out by one way; in the system it stands at once, whatever is chosen."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("In the daily list")
    IN_SYSTEM = "in_system", _("Only in the system")


class Way(TextChoices):
    """Ways out of the house to staff, the first that reaches somebody first."""

    WECOM = "wecom", _("WeCom")
    SMS = "sms", _("Text message")
    EMAIL = "email", pgettext_lazy("way out", "E-mail")


KIND_OF_EVENT: dict[str, NoticeKind] = {
    REGISTER: NoticeKind.ACTION,
    MoveName.DISPATCH: NoticeKind.ACTION,
    MoveName.CHANGE_ASSISTANTS: NoticeKind.ACTION,
    MoveName.CONVENE: NoticeKind.ACTION,
    MoveName.ENTRUST: NoticeKind.ACTION,
    MoveName.REOPEN: NoticeKind.ACTION,
    MoveName.GRANT_RETURN: NoticeKind.ACTION,
    MoveName.ESCALATE: NoticeKind.ACTION,
    MoveName.ASK_RETURN: NoticeKind.APPROVAL,
    MoveName.ASK_PAUSE: NoticeKind.APPROVAL,
    MoveName.ASK_EXTENSION: NoticeKind.APPROVAL,
    MoveName.ASK_REVEAL: NoticeKind.APPROVAL,
    MoveName.GRANT_PAUSE: NoticeKind.APPROVAL,
    MoveName.GRANT_EXTENSION: NoticeKind.APPROVAL,
    MoveName.GRANT_REVEAL: NoticeKind.APPROVAL,
    MoveName.REFUSE: NoticeKind.APPROVAL,
    MoveName.REMIND: NoticeKind.SUPERVISION,
    MoveName.URGE: NoticeKind.SUPERVISION,
    MoveName.SUPERVISE: NoticeKind.SUPERVISION,
    MoveName.REPLY: NoticeKind.SUPERVISION,
    MoveName.CITE: NoticeKind.SUPERVISION,
}
"""What is not named here is news."""


def kind_of(event_kind: str, *, is_onlooker: bool = False) -> NoticeKind:
    """The kind of a notice about a history row; who only looks on hears of supervision."""
    return NoticeKind.SUPERVISION if is_onlooker else KIND_OF_EVENT.get(event_kind, NoticeKind.NEWS)


Chosen = Mapping[tuple[str, str], str]
"""Delivery by kind and way."""

_AT_ONCE, _DAILY, _IN_SYSTEM = Delivery.AT_ONCE, Delivery.DAILY, Delivery.IN_SYSTEM

BY_WECOM: dict[str, Delivery] = {
    NoticeKind.ACTION: _AT_ONCE,
    NoticeKind.APPROVAL: _AT_ONCE,
    NoticeKind.SUPERVISION: _AT_ONCE,
    NoticeKind.NEWS: _DAILY,
    NoticeKind.DAILY_LIST: _AT_ONCE,
}
_LEADING = {**BY_WECOM, NoticeKind.SUPERVISION: _DAILY}
_HELPING = {**BY_WECOM, NoticeKind.NEWS: _IN_SYSTEM, NoticeKind.DAILY_LIST: _IN_SYSTEM}

BY_POST: dict[PostKind, dict[str, Delivery]] = {
    PostKind.SUBDISTRICT_LEADER: _LEADING,
    PostKind.TASK_FORCE: _LEADING,
    PostKind.COMMUNITY_SECRETARY: _LEADING,
    PostKind.MICRO_GRID_CONTACT: _HELPING,
    PostKind.BUILDING_HEAD: _HELPING,
    PostKind.HUB_HOUSEHOLD: _HELPING,
}
"""By WeCom, where it differs from :data:`BY_WECOM`: who leads reads of supervision once a day, who helps is left alone.
By text message and e-mail nothing goes out unless somebody chooses it."""

SOONEST_FIRST = tuple(Delivery)


def default_delivery(posts: Iterable[PostKind], kind: str, way: str) -> Delivery:
    """How soon a kind goes out to who holds ``posts`` and chose nothing; of several posts the soonest."""
    if way != Way.WECOM:
        return Delivery.IN_SYSTEM
    found = {BY_POST.get(post, BY_WECOM)[kind] for post in posts} or {BY_WECOM[kind]}
    return min(found, key=SOONEST_FIRST.index)


def deliveries_for(kind: str) -> tuple[Delivery, ...]:
    """What can be chosen: a list cannot stand in the list."""
    return tuple(each for each in Delivery if kind != NoticeKind.DAILY_LIST or each != Delivery.DAILY)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """How soon each kind goes out by each way to one person."""

    posts: frozenset[PostKind] = frozenset()
    chosen: Chosen = field(default_factory=dict)

    def of(self, kind: str, way: str) -> Delivery:
        """What was chosen, or the default of the posts."""
        chosen = self.chosen.get((kind, way))
        return Delivery(chosen) if chosen else default_delivery(self.posts, kind, way)

    def kinds_in_list(self) -> list[str]:
        """The kinds that by some way stand in the daily list only."""
        return [kind.value for kind in NoticeKind if any(self.of(kind, way) == Delivery.DAILY for way in Way)]
