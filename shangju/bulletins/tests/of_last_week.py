"""A bulletin of the week before, drafted, edited, issued; and how it is stored."""

from datetime import UTC, date, datetime
from typing import Any

from shangju.bulletins.models import Bulletin
from shangju.bulletins.services import draft_bulletin, edit_bulletin, issue_bulletin
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai; the week before is 16 to 22 November."""

LAST_WEEK = date(2026, 11, 16)
WEDNESDAY = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


def drafted(street: Street, who: str = "task_force", **changes: Any) -> Bulletin:
    known = {"kind": "week", "first": LAST_WEEK, "language": "zh-hans", "now": MONDAY, **changes}
    with street.seen_by(who):
        return draft_bulletin(street.areas["subdistrict"], by=street.staff(who), **known)


def stored(bulletin: Bulletin) -> Bulletin:
    with everywhere(EverywhereReason.VERIFICATION):
        return Bulletin.objects.select_related("area").get(pk=bulletin.pk)


def texts(bulletin: Bulletin) -> dict[str, str]:
    with everywhere(EverywhereReason.VERIFICATION):
        return dict(bulletin.sections.values_list("part", "text"))


def moves(bulletin: Bulletin) -> list[str]:
    with everywhere(EverywhereReason.VERIFICATION):
        return list(bulletin.events.values_list("move", flat=True))


def edited(street: Street, bulletin: Bulletin, words: dict[str, str], **changes: Any) -> Bulletin:
    known = {"title": bulletin.title, "texts": words, "seen": bulletin.edition, "now": MONDAY, **changes}
    with street.seen_by("secretary"):
        return edit_bulletin(bulletin, by=street.staff("secretary"), **known)


def issued(street: Street, bulletin: Bulletin, who: str = "leader") -> Bulletin:
    with street.seen_by(who):
        return issue_bulletin(bulletin, seen=bulletin.edition, by=street.staff(who), now=MONDAY)
