"""How a daily list is said: a subject with counts, the rows in order of due, and the counts that fill a template. Pure."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shangju.cases.models import Case
from shangju.notices.daily_list import CommunityLine, TodaysList
from shangju.notices.wording import Wording

LINES_AT_MOST = 15
"""Of a message: WeCom cuts at 2,048 bytes, and the page has them all."""


def said(found: TodaysList) -> str:
    """All counts in one line, or that there is nothing."""
    counts = [_("%(what)s %(count)s") % {"what": what, "count": count} for what, count in found.counts]
    if found.news:
        counts.append(_("%(what)s %(count)s") % {"what": _("News"), "count": len(found.news)})
    return " · ".join(counts) if counts else _("Nothing on today's list.")


def for_list(found: TodaysList) -> Wording:
    """The message that goes out by WeCom or e-mail: counts, rows, and where the rest is."""
    lines = [_line(part.label, case) for part in found.parts for case, _light in part.cases]
    lines += [_community(line) for line in found.communities]
    lines += [notice.subject for notice in found.news]
    shown = [*lines[:LINES_AT_MOST], *(["…"] if len(lines) > LINES_AT_MOST else [])]
    subject = _("Today: %(counts)s") % {"counts": said(found)}
    return Wording(subject, "\n".join([*shown, f"{settings.PUBLIC_URL}{reverse('my:today')}"]))


def _line(part: str, case: Case) -> str:
    values = {"part": part, "number": case.number, "title": case.title_in_lists, "due": _due(case.due_at)}
    if not case.due_at:
        return _("[%(part)s] %(number)s %(title)s") % values
    return _("[%(part)s] %(number)s %(title)s, due %(due)s") % values


def _community(line: CommunityLine) -> str:
    counts = [
        _("%(what)s %(count)s") % {"what": label, "count": count}
        for _key, label, count in line.cells
        if count
    ]
    return _("%(area)s: %(counts)s") % {
        "area": line.name or _("Outside the communities"),
        "counts": " · ".join(counts),
    }


def _due(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "m-d H:i") if moment else ""


FOR_WORKERS, FOR_LEADERS = "daily_list", "daily_list_leader"
"""The approved templates: one short sentence with counts, and nothing of any case."""


def purpose_of(found: TodaysList) -> str:
    """Which template tells of the list."""
    return FOR_LEADERS if found.leads else FOR_WORKERS


def values_of(found: TodaysList) -> dict[str, str]:
    """What fills the slots of either template."""
    own, late = {part.key: part.count for part in found.parts}, found.in_all
    if not found.leads:
        return {key: own.get(key, "0") for key in ("overdue", "to_sign", "today", "call_backs")}
    return {
        "overdue": str(late["overdue"]),
        "climbed": str(late["climbed"]),
        "orders": str(late["unanswered"]),
        "approvals": str(late["awaiting"]),
    }
