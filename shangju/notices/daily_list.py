"""The daily list: what somebody has to do today, and for who leads, what is late in each community.

One function makes the page, the notice and what goes out, each for the standing of its reader: nothing on it that they
could not open, and confidential titles as in every list. The same statements for one row and for many.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from shangju.cases.call_backs import to_call_back
from shangju.cases.models import Approval, Case
from shangju.cases.queries import as_rows, counts_of, light_of
from shangju.cases.rules import to_decide, visible_to, within
from shangju.cases.workflow import State
from shangju.notices.models import DailyList, Notice, NoticeChannel
from shangju.notices.queries import NoticeSettings
from shangju.posts.rights import Right, Standing
from shangju.supervision.ladder import Limits
from shangju.supervision.reasons import REASONS, those_with

ROWS = 30
"""Rows of a part; its count says how many there are."""

PARTS: dict[str, Any] = {
    "overdue": pgettext_lazy("daily list", "Overdue"),
    "to_sign": pgettext_lazy("daily list", "To sign for"),
    "today": pgettext_lazy("daily list", "Due today"),
    "to_accept": pgettext_lazy("daily list", "To accept"),
    "call_backs": pgettext_lazy("daily list", "To call back"),
    "approvals": pgettext_lazy("daily list", "To decide"),
}
"""In the order of the list. A case of one's own stands in one of the first three only: the first that fits."""

LEADING: dict[str, Any] = {
    "overdue": pgettext_lazy("daily list", "Overdue"),
    "climbed": pgettext_lazy("daily list", "Climbed"),
    "unanswered": pgettext_lazy("daily list", "Orders unanswered"),
    "awaiting": pgettext_lazy("daily list", "Awaiting approval"),
}
"""What who leads sees of each community: reasons of the supervision desk (supervision/reasons.py)."""

NEWS_AT_MOST = 20
LONGEST_AGO = timedelta(days=10)
"""News is told since the last list, at the most since then."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the list: its cases by due instant, each with its light, and how many there are."""

    key: str
    count: str
    cases: list[tuple[Case, str]]

    @property
    def label(self) -> str:
        """In the reader's language."""
        return str(PARTS[self.key])


@dataclass(frozen=True, slots=True)
class CommunityLine:
    """What is late in a community; ``code`` and ``name`` are empty for what lies in none."""

    code: str
    name: str
    counts: Mapping[str, int]

    @property
    def cells(self) -> list[tuple[str, Any, int]]:
        """Reason, its label and the count, in order."""
        return [(key, label, self.counts[key]) for key, label in LEADING.items()]


@dataclass(frozen=True, slots=True)
class TodaysList:
    """Everything on the list of one person."""

    parts: list[Part]
    communities: list[CommunityLine]
    leads: bool
    news: list[Notice] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.parts or self.communities or self.news)

    @property
    def in_all(self) -> dict[str, int]:
        """What is late in all communities together."""
        return {key: sum(line.counts[key] for line in self.communities) for key in LEADING}

    @property
    def counts(self) -> list[tuple[str, str]]:
        """Label and count of all that is not zero, the reader's own parts first."""
        own = [(part.label, part.count) for part in self.parts]
        return own + [
            (_("%(what)s in my area") % {"what": LEADING[key]}, str(count))
            for key, count in self.in_all.items()
            if count
        ]


def todays_list(standing: Standing, settings: NoticeSettings, *, now: datetime) -> TodaysList:
    """The list of whoever has ``standing``, as it is at ``now``; read inside their scope."""
    return TodaysList(
        _parts(standing, now),
        _communities(standing, now) if standing.holds_anywhere(Right.SUPERVISE) else [],
        standing.holds_anywhere(Right.SUPERVISE),
        _news(standing, settings.deliveries.kinds_in_list(), now),
    )


def _parts(standing: Standing, now: datetime) -> list[Part]:
    lists = _lists(standing, now)
    waiting = Approval.objects.filter(to_decide(standing), case_id=OuterRef("pk"))
    lists["approvals"] = Case.objects.filter(visible_to(standing), Exists(waiting))
    counts = counts_of(lists)
    found = {
        key: list(as_rows(lists[key].order_by("due_at", "pk"))[:ROWS]) for key in PARTS if _some(counts, key)
    }
    return [
        Part(key, counts[key], [(case, light_of(case, now=now)) for case in cases])
        for key, cases in found.items()
    ]


def _some(counts: Mapping[str, str], key: str) -> bool:
    return counts.get(key, "0") != "0"


def _lists(standing: Standing, now: datetime) -> dict[str, QuerySet[Case]]:
    seen = Case.objects.filter(visible_to(standing), is_open=True)
    mine = seen.filter(handler_post_id__in=standing.posts, state__in=(State.DISPATCHED, State.IN_PROGRESS))
    day_ends = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    lists = {
        "overdue": mine.filter(due_at__lt=now),
        "to_sign": mine.filter(state=State.DISPATCHED).exclude(due_at__isnull=False, due_at__lt=now),
        "today": mine.filter(state=State.IN_PROGRESS, due_at__gte=now, due_at__lt=day_ends),
    }
    if standing.holds_anywhere(Right.DISPATCH):
        lists["to_accept"] = seen.filter(_within_any(standing, Right.DISPATCH), state=State.REGISTERED)
    if standing.holds_anywhere(Right.CALL_BACK):
        lists["call_backs"] = to_call_back(standing, now=now).select_related(None)
    return lists


def _within_any(standing: Standing, right: Right) -> Q:
    found = Q(pk__in=[])
    for area in standing.areas_with(right):
        found |= within(area)
    return found


def _communities(standing: Standing, now: datetime) -> list[CommunityLine]:
    seen = Case.objects.filter(visible_to(standing), _within_any(standing, Right.SUPERVISE), is_open=True)
    late = those_with(seen, LEADING, now=now, limits=Limits()).order_by()
    columns = ("community__path", "community__code", "community__name", "community__name_en")
    counts = {key: Count("pk", filter=REASONS[key].condition(now, Limits())) for key in LEADING}
    counted = late.values(*columns).annotate(**counts).order_by(F("community__path").asc(nulls_last=True))
    return [
        CommunityLine(row["community__code"] or "", _name_of(row), {key: row[key] for key in LEADING})
        for row in counted
    ]


def _name_of(row: Mapping[str, Any]) -> str:
    english = row["community__name_en"] if get_language() == "en" else ""
    return english or row["community__name"] or ""


def _news(standing: Standing, kinds: Iterable[str], now: datetime) -> list[Notice]:
    """What came since the last list of an earlier day, of the kinds that are kept for the list."""
    if standing.user_id is None:
        return []
    today = timezone.localdate(now)
    earlier = DailyList.objects.filter(user_id=standing.user_id, day__lt=today).order_by("-day")
    last = earlier.values_list("made_at", flat=True).first()
    since = max(last or now - LONGEST_AGO, now - LONGEST_AGO)
    told = Notice.objects.filter(
        user_id=standing.user_id, channel=NoticeChannel.IN_APP, kind__in=list(kinds), created_at__gt=since
    )
    return list(told.filter(created_at__lte=now).order_by("-created_at", "-pk")[:NEWS_AT_MOST])
