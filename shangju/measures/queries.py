"""Figures asked for: from what is counted ahead where that suffices, else from the rounds themselves (docs/adr/0013)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from shangju.areas.models import Area, AreaKind
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.counting import KEYS, PARTY, POST, Counts, added, counted_by, without
from shangju.measures.definitions import (
    DEFAULT_SETTINGS,
    VERDICTS_OF,
    Figure,
    MeasureName,
    Part,
    Settings,
    score_of,
)
from shangju.measures.labels import labels_of
from shangju.measures.models import (
    WEIGHT_FIELDS,
    DayFlow,
    Dimension,
    MeasureSettings,
    ReadTo,
    Round,
    Tally,
)
from shangju.measures.periods import Period, day_of
from shangju.measures.tallies import counts_of, day_flows

LEVELS = {AreaKind.SUBDISTRICT: "subdistrict", AreaKind.COMMUNITY: "community", AreaKind.GRID: "grid"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Figures of an area (sub-district, community or grid) in a period, at an instant, narrowed where it says so.

    ``categories`` are ids of leaves; ``handler`` is a key such as ``post:12``. ``now`` decides which open rounds are due.
    """

    area: Area
    period: Period
    now: datetime
    categories: tuple[int, ...] = ()
    channel: str = ""
    deadline_class: str = ""
    handler: str = ""

    @property
    def narrowed(self) -> int:
        """By how many dimensions it is narrowed."""
        return sum(map(bool, (self.categories, self.channel, self.deadline_class, self.handler)))


@dataclass(frozen=True, slots=True)
class Figures:
    """One line of a table: everything that is known of one part."""

    key: str
    label: str
    counts: Counts
    pending: int
    by_name: Mapping[MeasureName, Figure]
    median_minutes: float | None
    score: Decimal | None

    @property
    def cases(self) -> int:
        """Rounds of the period, those that are not due yet left out."""
        return self.counts["rounds"]

    @property
    def open_overdue(self) -> int:
        """Open rounds past their deadline."""
        return self.counts["open"]

    @property
    def handled(self) -> int:
        """Rounds with a result."""
        return self.counts["handled"]

    @property
    def mean_hours(self) -> float | None:
        """Mean hours from the beginning to the result."""
        return self.counts["minutes"] / self.handled / 60 if self.handled else None

    @property
    def median_hours(self) -> float | None:
        """Median hours from the beginning to the result."""
        return None if self.median_minutes is None else self.median_minutes / 60


def figures_of(asked: Asked, *, settings: Settings | None = None, medians: bool = True) -> Figures:
    """The figures of all that is asked for, together; see :func:`figures_by`."""
    return figures_by(asked, Dimension.WHOLE, settings=settings, medians=medians)[0]


def figures_by(
    asked: Asked, dimension: str, *, settings: Settings | None = None, medians: bool = True
) -> list[Figures]:
    """The figures of each part, in the order of the tree, the table or the names; never by how good they are.

    By area: those directly below that are counted (communities of a sub-district, grids of a community), and what lies in
    none of them under an empty key. All together is one line even where nothing was counted. Whoever asks several times
    gives the ``settings``; without ``medians`` the rows themselves need not be read.
    """
    counts, pending = _counts(asked, dimension)
    middles = _medians(asked, dimension) if medians else {}
    settings = settings or settings_of(asked.area)
    if dimension == Dimension.WHOLE:
        counts.setdefault("", added([]))
    labels = labels_of(dimension, list(counts))
    return [
        _figures(key, label, counts[key], pending.get(key), middles.get(key), settings)
        for key, label in labels.items()
    ]


def together(parts: Sequence[Figures], asked: Asked, *, settings: Settings) -> Figures:
    """The figures of all that is asked for out of those of its parts: only the median is read again."""
    counts = added(part.counts for part in parts)
    by_name = {name: figure_of(name, counts) for name in MeasureName}
    return Figures(
        key="",
        label=labels_of(Dimension.WHOLE, [""])[""],
        counts=counts,
        pending=sum(part.pending for part in parts),
        by_name=by_name,
        median_minutes=_medians(asked, Dimension.WHOLE).get(""),
        score=score_of(by_name, settings),
    )


def _figures(
    key: str, label: str, counts: Counts, pending: Counts | None, median: float | None, settings: Settings
) -> Figures:
    counted = without(counts, pending) if pending else counts
    by_name = {name: figure_of(name, counted) for name in MeasureName}
    waiting = pending["rounds"] if pending else 0
    return Figures(key, label, counted, waiting, by_name, median, score_of(by_name, settings))


def figure_of(name: MeasureName, counts: Counts) -> Figure:
    """One rate out of counters."""
    yes, no = counts[f"{name.value}_yes"], counts[f"{name.value}_no"]
    return Figure(name, yes, yes + no, counts["rounds"] - yes - no)


def _counts(asked: Asked, dimension: str) -> tuple[dict[str, Counts], dict[str, Counts]]:
    """The counters of all rounds, and of those among them that are not due yet, by the keys of the dimension."""
    if is_counted_ahead(asked, dimension):
        return _counted_ahead(asked, dimension), _pending(asked, dimension)
    return counted_anew(asked, dimension)


def is_counted_ahead(asked: Asked, dimension: str) -> bool:
    """Whether tallies answer for its whole months: of a sub-district by one dimension, of a community all together."""
    parted = asked.narrowed + (dimension not in {Dimension.WHOLE, Dimension.AREA})
    if asked.area.kind == AreaKind.SUBDISTRICT:
        return parted == 0 or (parted == 1 and dimension != Dimension.AREA)
    return asked.area.kind == AreaKind.COMMUNITY and parted == 0 and dimension == Dimension.WHOLE


def _counted_ahead(asked: Asked, dimension: str) -> dict[str, Counts]:
    """Whole months from their tallies; the days before and after from theirs where they have some, else from the rounds."""
    months, days = asked.period.parts()
    days_are_whole = (
        asked.area.kind == AreaKind.SUBDISTRICT and dimension == Dimension.WHOLE and not asked.narrowed
    )
    gathered: dict[str, list[Counts]] = defaultdict(list)
    for tally in _tallies(asked, dimension, months, days if days_are_whole else []):
        gathered[_key_of(tally, dimension)].append(counts_of(tally))
    counted = {key: added(counts) for key, counts in gathered.items()}
    if dimension == Dimension.AREA:
        counted = _with_rest(counted, asked)
    return counted if days_are_whole else _with_days(counted, asked, dimension, days)


def _tallies(
    asked: Asked, dimension: str, months: Sequence[date], days: Iterable[tuple[date, date]]
) -> QuerySet[Tally]:
    within = Q(grain=Tally.Grain.MONTH, first__in=months)
    for first, last in days:
        within |= Q(grain=Tally.Grain.DAY, first__gte=first, first__lte=last)
    parted, keys = _parted_by(asked, dimension)
    found = Tally.objects.filter(within, dimension=parted)
    if keys is not None:
        found = found.filter(key__in=keys)
    return found.filter(**{"subdistrict" if dimension == Dimension.AREA else "area": asked.area})


def _with_days(
    counted: dict[str, Counts], asked: Asked, dimension: str, days: Iterable[tuple[date, date]]
) -> dict[str, Counts]:
    """With the rounds of these days, counted now."""
    within = Q()
    for first, last in days:
        within |= Q(day__gte=first, day__lte=last)
    if within:
        for (key,), counts in counted_by(rounds_in(asked).filter(within), key=_key(asked, dimension)):
            part = str(key or "")
            counted[part] = added([counts, *([counted[part]] if part in counted else [])])
    return counted


def _parted_by(asked: Asked, dimension: str) -> tuple[str, list[str] | None]:
    """By which dimension the tallies are parted, and which keys of it are wanted (``None``: all)."""
    if asked.categories:
        return Dimension.CATEGORY, [str(pk) for pk in asked.categories]
    narrowed = {
        Dimension.CHANNEL: asked.channel,
        Dimension.CLASS: asked.deadline_class,
        Dimension.HANDLER: asked.handler,
    }
    for name, value in narrowed.items():
        if value:
            return name, [value]
    return (Dimension.WHOLE, [""]) if dimension == Dimension.AREA else (dimension, None)


def _key_of(tally: Tally, dimension: str) -> str:
    if dimension == Dimension.AREA:
        return str(tally.area_id)
    return "" if dimension == Dimension.WHOLE else tally.key


def _with_rest(by_area: dict[str, Counts], asked: Asked) -> dict[str, Counts]:
    """Without the line of the area itself, and with what lies in none of the areas below it."""
    whole = by_area.pop(str(asked.area.pk), added([]))
    rest = without(whole, added(by_area.values()))
    return by_area | ({"": rest} if rest["rounds"] else {})


def counted_anew(asked: Asked, dimension: str) -> tuple[dict[str, Counts], dict[str, Counts]]:
    """As :func:`_counts`, from the rounds themselves, whatever is counted ahead; in one statement."""
    waits = ExpressionWrapper(_not_due(asked), output_field=BooleanField())
    counts: dict[str, list[Counts]] = defaultdict(list)
    pending = {}
    for (key, is_waiting), each in counted_by(rounds_in(asked), key=_key(asked, dimension), waits=waits):
        counts[str(key or "")].append(each)
        if is_waiting:
            pending[str(key or "")] = each
    return {key: added(each) for key, each in counts.items()}, pending


def _key(asked: Asked, dimension: str) -> Any:
    if dimension != Dimension.AREA:
        return KEYS[dimension]
    return F("community_id") if asked.area.kind == AreaKind.SUBDISTRICT else F("grid_id")


def rounds_in(asked: Asked) -> QuerySet[Round]:
    """All rounds of what is asked for, those that are not due yet among them."""
    found = Round.objects.filter(
        **{LEVELS[AreaKind(asked.area.kind)]: asked.area},
        day__gte=asked.period.first,
        day__lte=asked.period.last,
    )
    if asked.categories:
        found = found.filter(category__in=asked.categories)
    if asked.channel:
        found = found.filter(channel=asked.channel)
    if asked.deadline_class:
        found = found.filter(deadline_class=asked.deadline_class)
    if asked.handler:
        found = found.filter(_handled_by(asked.handler))
    return found


def _handled_by(key: str) -> Q:
    if key.startswith(POST):
        return Q(handler_post=_number(key.removeprefix(POST)))
    return Q(handler_party=_number(key.removeprefix(PARTY)))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _not_due(asked: Asked) -> Q:
    return Q(ended_at__isnull=True, due_at__gt=asked.now)


def counting_rounds(asked: Asked, name: MeasureName, part: Part) -> QuerySet[Round]:
    """The very rows behind a figure: what was counted, missed or left out."""
    due = rounds_in(asked).exclude(_not_due(asked))
    return due.filter(**{f"{name.value}__in": VERDICTS_OF[part]})


def rounds_behind(asked: Asked, part: Part) -> QuerySet[Round]:
    """The very rows behind a number that is no rate: all that were due, the open ones of them, or what is not due yet."""
    if part == Part.WAITING:
        return rounds_not_due(asked)
    due = rounds_in(asked).exclude(_not_due(asked))
    return due.filter(ended_at__isnull=True) if part == Part.OVERDUE else due


def rounds_not_due(asked: Asked) -> QuerySet[Round]:
    """Open rounds of the period whose deadline is still to come: they count nowhere yet."""
    return rounds_in(asked).filter(_not_due(asked))


def _pending(asked: Asked, dimension: str) -> dict[str, Counts]:
    if asked.period.last < day_of(asked.now):
        return {}
    parts = counted_by(rounds_not_due(asked), key=_key(asked, dimension))
    return {str(key or ""): counts for (key,), counts in parts}


def _medians(asked: Asked, dimension: str) -> dict[str, float]:
    """The median of the minutes to the result in each part: the one or two rows in the middle of each, averaged."""
    key = _key(asked, dimension)
    handled = rounds_in(asked).filter(minutes__isnull=False).annotate(key=key)
    middle = (
        handled.annotate(
            place=Window(RowNumber(), partition_by=key, order_by="minutes"),
            size=Window(Count("minutes"), partition_by=key),
        )
        .filter(place__gte=F("size") / 2, place__lte=F("size") / 2 + 1)
        .order_by()
        .values_list("key", "place", "size", "minutes")
    )
    found: dict[str, list[int]] = defaultdict(list)
    for value, place, size, minutes in middle:
        if minutes is not None and place in {(size + 1) // 2, size // 2 + 1}:
            found[str(value or "")].append(minutes)
    return {value: sum(minutes) / len(minutes) for value, minutes in found.items()}


def settings_of(area: Area) -> Settings:
    """What the sub-district around ``area`` has set, or the defaults."""
    with everywhere(EverywhereReason.STRUCTURE):
        row = MeasureSettings.objects.filter(area__in=area.ancestor_ids).first()
    if row is None:
        return DEFAULT_SETTINGS
    weights = {name: getattr(row, column) for name, column in WEIGHT_FIELDS.items()}
    return Settings(weights, row.minimum)


def minimum_of(area: Area) -> int:
    """From how many rounds on a rate is compared there."""
    return settings_of(area).minimum


def with_period(asked: Asked, period: Period) -> Asked:
    """The same of another period."""
    return replace(asked, period=period)


def flows_of(area: Area, period: Period) -> list[DayFlow]:
    """What came and went on each day of the period, days without anything included (unsaved)."""
    if area.kind == AreaKind.SUBDISTRICT:
        found: Iterable[DayFlow] = DayFlow.objects.filter(
            subdistrict=area, day__gte=period.first, day__lte=period.last
        )
    else:
        found = day_flows(rounds_of(area), list(period.each_day()))
    flows = {flow.day: flow for flow in found}
    return [flows.get(day) or DayFlow(day=day, hours=[0] * 24) for day in period.each_day()]


def rounds_of(area: Area) -> QuerySet[Round]:
    """The rounds of a sub-district or community, by the column that the indexes begin with."""
    is_community = area.kind == AreaKind.COMMUNITY
    found = Round.objects.filter(subdistrict=area.parent_id if is_community else area.pk)
    return found.filter(community=area) if is_community else found


def hours_of_weekdays(flows: Iterable[DayFlow]) -> list[list[int]]:
    """What came in by weekday (Monday first) and hour, as seven lists of 24 numbers."""
    grid = [[0] * 24 for _weekday in range(7)]
    for flow in flows:
        row = grid[flow.day.weekday()]
        for hour, count in enumerate(flow.hours):
            row[hour] += count
    return grid


def read_to() -> datetime | None:
    """When the history was last read for the figures; never: ``None``."""
    return ReadTo.objects.values_list("read_at", flat=True).first()
