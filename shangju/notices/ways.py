"""By which ways staff are reached out of the house for one notice, and when (docs/notices.md)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from shangju.accounts.models import User
from shangju.cases.models import Case
from shangju.deadlines.engine import Clock
from shangju.deadlines.queries import limit_for
from shangju.gateways.sending import is_configured
from shangju.notices.kinds import Delivery, Way
from shangju.notices.queries import NoticeSettings, settings_of


@dataclass(frozen=True, slots=True)
class Sending:
    """One way to one address; ``send_after`` is the end of the quiet hours, where it comes in some."""

    way: Way
    recipient: str
    is_urgent: bool = False
    send_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways that exist here, and what the staff of a batch chose about them."""

    open: tuple[Way, ...]
    settings: Mapping[int, NoticeSettings]

    def sendings(self, user: User, kind: str, *, is_urgent: bool, now: datetime) -> Iterator[Sending]:
        """How ``user`` hears of something of ``kind``.

        What is urgent goes at once by the first way that reaches them, whatever they chose; everything else by the
        ways for which they want it at once, at the end of the quiet hours.
        """
        theirs = self.settings.get(user.pk, NoticeSettings())
        reached = [way for way in self.open if address_of(user, way)]
        for way in reached:
            goes = theirs.deliveries.of(kind, way) == Delivery.AT_ONCE
            if is_urgent and (goes or way == reached[0]):
                yield Sending(way, address_of(user, way), is_urgent=True)
            elif goes and not is_urgent:
                yield Sending(way, address_of(user, way), send_after=held_until(theirs, now))


def held_until(theirs: NoticeSettings, now: datetime) -> datetime | None:
    """The end of the quiet hours in which ``now`` lies, or none."""
    found = theirs.held(now)
    return found.send_after if found.stretches else None


def open_ways() -> tuple[Way, ...]:
    """The ways of this installation, the first to be tried first; in the demonstration all end in its mailbox."""
    return tuple(way for way in Way if settings.DEMO or is_configured(way))


def address_of(user: User, way: Way) -> str:
    """Where somebody is reached by a way; empty where they are not."""
    return {Way.WECOM: user.wecom_id, Way.SMS: str(user.phone or ""), Way.EMAIL: user.email}[way]


def ways_to(users: Iterable[User], *, day: date) -> Ways:
    """The ways to all of ``users``: one statement, and none where nobody among them is reached by any."""
    ways = open_ways()
    reached = {user.pk for user in users if any(address_of(user, way) for way in ways)} if ways else set()
    return Ways(ways if reached else (), settings_of(reached, day=day))


def is_urgent(case: Case) -> bool:
    """Whether the clock that runs now runs day and night: danger, night noise going on (cases.md §4)."""
    if not case.due_at:
        return False
    classes = f"{case.deadline_class}/{case.night_class}" if case.night_class else case.deadline_class
    try:
        limit = limit_for(classes, case.due_step)
    except KeyError:
        return False
    return limit is not None and limit.clock is Clock.CONTINUOUS
