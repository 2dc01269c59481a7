"""The figures of a bulletin from the rows: what came in, what is open, the rates, and what is on the public board."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from shangju.areas.models import Area, AreaKind
from shangju.board.models import Publication, Stage
from shangju.bulletins.figures import RATES, Counted, Example, Figures, Line, Problems, Share
from shangju.bulletins.gathering_topics import topics_of
from shangju.bulletins.kinds import Span
from shangju.cases.models import Case
from shangju.cases.workflow import Channel, Outcome, RequestType
from shangju.categories.queries import category_tree
from shangju.core.scoping import Scope, area_scope
from shangju.measures.definitions import MeasureName
from shangju.measures.models import Dimension
from shangju.measures.periods import DAY, Period, begin_of
from shangju.measures.queries import Asked, figures_by, figures_of, minimum_of
from shangju.measures.queries import Figures as Measured
from shangju.supervision.queries import limits_of
from shangju.supervision.reasons import REASONS, those_with

EXAMPLES_AT_MOST = 3
LOOKED_AT = 30
"""So many results of the public board are looked at to find examples of different categories."""


def gather_figures(area: Area, span: Span, *, language: str, now: datetime) -> Figures:
    """All figures of a sub-district for a week or month, with labels in ``language``.

    They are the same whoever asks: read under the scope of the sub-district, not of the reader. The caller has
    checked the right.
    """
    period = Period(*span)
    with area_scope(Scope(areas=(area.scoped,))), translation.override(language):
        came_in = _came_in(area, period)
        in_work = _in_work(area, now=now)
        whole = figures_of(Asked(area, period, now))
        topics, kept_back = topics_of(area, period, day=timezone.localdate(now))
        return Figures(
            taken_at=timezone.localtime(now).isoformat(),
            minimum=minimum_of(area),
            total=_line("", "", came_in, in_work.overdue, [whole]),
            before=_whole_line(area, period.before(), came_in.before, now=now),
            year_ago=_year_ago(area, period.a_year_before(), now=now),
            open_cases=in_work.open_cases,
            types=_counted(RequestType, came_in.types),
            channels=_counted(Channel, came_in.channels),
            communities=_communities(area, period, came_in, in_work, now=now),
            categories=_categories(area, period, came_in, in_work, now=now),
            handled=whole.handled,
            median_hours=_tenths(whole.median_hours),
            mean_hours=_tenths(whole.mean_hours),
            problems=_problems(area, whole, now=now),
            topics=topics,
            topics_kept_back=kept_back,
            examples=_examples(area, period),
        )


Keyed = Counter[str]
"""Numbers of cases by the key of a community or category; the empty key is all of them, ``-`` those without one."""

ALL, NONE = "", "-"


@dataclass(frozen=True, slots=True)
class CameIn:
    """What was registered in the period, and in the one before, by community and category."""

    now: Keyed
    by_key_before: Keyed
    types: Counter[str]
    channels: Counter[str]

    @property
    def before(self) -> int:
        """All of the period before."""
        return self.by_key_before[ALL]


@dataclass(frozen=True, slots=True)
class InWork:
    """What is open, and what of it is past its deadline, by community and category."""

    open_cases: int
    overdue: Keyed


def _registered(area: Area, period: Period) -> Any:
    """Cases registered in a period; a part of a split case is no concern of its own."""
    begin, end = begin_of(period.first), begin_of(period.last + DAY)
    return Case.objects.filter(
        subdistrict=area, registered_at__gte=begin, registered_at__lt=end, part_of__isnull=True
    )


def _came_in(area: Area, period: Period) -> CameIn:
    both = _registered(area, Period(period.before().first, period.last)).order_by()
    is_now = ExpressionWrapper(Q(registered_at__gte=begin_of(period.first)), output_field=BooleanField())
    rows = (
        both.annotate(is_now=is_now)
        .values_list("is_now", "community_id", "category_id", "request_type", "channel")
        .annotate(count=Count("pk"))
    )
    found = CameIn(Counter(), Counter(), Counter(), Counter())
    roots = _roots()
    for belongs_here, community, category, request_type, channel, count in rows:
        keyed = found.now if belongs_here else found.by_key_before
        for key in _keys(community, category, roots):
            keyed[key] += count
        if belongs_here:
            found.types[request_type] += count
            found.channels[channel] += count
    return found


def _in_work(area: Area, *, now: datetime) -> InWork:
    rows = (
        Case.objects.filter(subdistrict=area, is_open=True)
        .order_by()
        .values_list("community_id", "category_id")
        .annotate(
            count=Count("pk"), late=Count("pk", filter=REASONS["overdue"].condition(now, limits_of(area.pk)))
        )
    )
    overdue: Keyed = Counter()
    roots, open_cases = _roots(), 0
    for community, category, count, late in rows:
        open_cases += count
        for key in _keys(community, category, roots):
            overdue[key] += late
    return InWork(open_cases, overdue)


def _keys(community: int | None, category: int | None, roots: Mapping[int, str]) -> Iterable[str]:
    """Under which keys a case counts: all, its community, its root category."""
    return ALL, _community_key(community), _category_key(roots.get(category or 0))


def _community_key(pk: int | None) -> str:
    return f"area:{pk or NONE}"


def _category_key(code: str | None) -> str:
    return f"category:{code or NONE}"


def _roots() -> dict[int, str]:
    """The code of the root that each category lies under."""
    known = category_tree().by_code.values()
    code_of = {category.pk: category.code for category in known}
    return {category.pk: code_of[category.parent_id or category.pk] for category in known}


def _line(key: str, label: str, came_in: CameIn, overdue: Keyed, measured: Sequence[Measured]) -> Line:
    """A line from everything that is counted under its key."""
    return Line(
        key="" if key.endswith(NONE) else key,
        label=label,
        received=came_in.now[key],
        received_before=came_in.by_key_before[key],
        overdue=overdue[key],
        shares=_shares(measured),
    )


def _shares(measured: Sequence[Measured]) -> dict[str, Share]:
    found = {}
    for name in RATES:
        rows = [each.by_name[name] for each in measured]
        found[name.value] = Share(sum(row.numerator for row in rows), sum(row.denominator for row in rows))
    return found


def _whole_line(area: Area, period: Period, received: int, *, now: datetime) -> Line:
    return Line(received=received, shares=_shares([figures_of(Asked(area, period, now), medians=False)]))


def _year_ago(area: Area, period: Period, *, now: datetime) -> Line | None:
    """The line of a year ago, or none where nothing was registered then or no record reaches back to its first day."""
    recorded = Case.objects.filter(subdistrict=area, registered_at__lt=begin_of(period.first + DAY))
    received = _registered(area, period).count()
    return _whole_line(area, period, received, now=now) if received and recorded.exists() else None


def _communities(
    area: Area, period: Period, came_in: CameIn, in_work: InWork, *, now: datetime
) -> list[Line]:
    """All communities in the order of the tree, also those without a case; then what lies in none."""
    measured = {
        each.key: each for each in figures_by(Asked(area, period, now), Dimension.AREA, medians=False)
    }
    areas = Area.objects.filter(path__startswith=area.path, kind=AreaKind.COMMUNITY)
    lines = []
    for community in areas.defer("outline").order_by("path"):
        own = [measured[str(community.pk)]] if str(community.pk) in measured else []
        line = _line(_community_key(community.pk), str(community), came_in, in_work.overdue, own)
        if not (line.is_quiet and community.retired_on):
            lines.append(line)
    rest = _line(
        _community_key(None),
        _("Not of one community"),
        came_in,
        in_work.overdue,
        [measured[""]] if "" in measured else [],
    )
    return lines if rest.is_quiet else [*lines, rest]


def _categories(area: Area, period: Period, came_in: CameIn, in_work: InWork, *, now: datetime) -> list[Line]:
    """All root categories in the order of the table that have something; then what has none yet."""
    roots = _roots()
    measured: dict[str, list[Measured]] = {}
    for each in figures_by(Asked(area, period, now), Dimension.CATEGORY, medians=False):
        code = roots.get(int(each.key)) if each.key else None
        measured.setdefault(_category_key(code), []).append(each)
    names = {branch.root.code: branch.root.name for branch in category_tree().branches}
    labels = {_category_key(code): name for code, name in names.items()}
    labels[_category_key(None)] = _("Without a category")
    lines = [
        _line(key, label, came_in, in_work.overdue, measured.get(key, [])) for key, label in labels.items()
    ]
    return [line for line in lines if not line.is_quiet or line.received_before]


def _counted(words: Any, counts: Counter[str]) -> list[Counted]:
    """By the words of a choice, those with most first, else in the order of the choice."""
    there = [Counted(str(word.label), counts[word.value]) for word in words if counts[word.value]]
    return sorted(there, key=lambda each: -each.count)


def _problems(area: Area, whole: Measured, *, now: datetime) -> Problems:
    limits = limits_of(area.pk)
    here = Case.objects.filter(subdistrict=area, is_open=True)

    def open_with(reason: str) -> int:
        return those_with(here, [reason], now=now, limits=limits).count()

    return Problems(
        reopened=whole.by_name[MeasureName.REOPENED].numerator,
        dissatisfied_twice=open_with("dissatisfied"),
        returned_twice=open_with("returned"),
        unanswered_orders=open_with("unanswered"),
    )


def _examples(area: Area, period: Period) -> list[Example]:
    """Solved cases that are on the public board, each of another category: words that two people have checked."""
    published = Publication.objects.filter(
        subdistrict=area,
        stage=Stage.PUBLISHED,
        outcome=Outcome.SOLVED,
        ended_on__gte=period.first,
        ended_on__lte=period.last,
    )
    found: dict[int, Example] = {}
    for row in published.select_related("category").order_by("-ended_on", "-pk")[:LOOKED_AT]:
        found.setdefault(row.category_id, Example(row.category.name, row.place, row.result, row.days_taken))
    return list(found.values())[:EXAMPLES_AT_MOST]


def _tenths(hours: float | None) -> float | None:
    return None if hours is None else round(hours, 1)
