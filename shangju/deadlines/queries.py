"""Calendars, limits and night hours, read once per process and edit.

The token of :class:`ReferenceVersion` (one row) tells whether they changed; as long as it is the one already
known, nothing else is read. Outside transactions a process asks for it at most once a second, so an edit counts
one second later at the most. Where a table is still empty the built-in data stand in, so that a deadline can
be computed on a database that was only migrated. Rows written past the services are not noticed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, time
from time import monotonic
from uuid import UUID

from django.db import connection

from shangju.deadlines import builtin
from shangju.deadlines.engine import Clock, HoursRule, Limit, NightHours, SpecialDay, WorkCalendar
from shangju.deadlines.models import (
    DayKind,
    DeadlineClass,
    NightRest,
    ReferenceVersion,
    StepLimit,
    WorkDay,
    WorkHours,
    WorkYear,
)
from shangju.deadlines.steps import Step
from shangju.deadlines.terms import Caps

DAY_CLASS_STEPS = frozenset({Step.CLOSE, Step.CALL_BACK})
"""With a pair of classes such as ``C/N`` the day class governs the cure, the night class everything before
it.
"""


@dataclass(slots=True)
class Reference:
    """Everything that the tables say, at one version."""

    token: UUID | None
    days: dict[date, SpecialDay]
    published_years: frozenset[int]
    limits: dict[tuple[str, str], Limit]
    names: dict[str, tuple[str, str]]
    caps: dict[str, Caps]
    hours: dict[int | None, tuple[HoursRule, ...]]
    nights: dict[int | None, NightHours]
    calendars: dict[int | None, WorkCalendar] = field(default_factory=dict)

    def calendar(self, subdistrict_id: int | None) -> WorkCalendar:
        """The work calendar of a sub-district, or the default one."""
        if subdistrict_id not in self.hours:
            subdistrict_id = None
        if subdistrict_id not in self.calendars:
            hours = self.hours.get(subdistrict_id, ())
            if subdistrict_id is not None:
                hours += self.hours.get(None, ())
            self.calendars[subdistrict_id] = WorkCalendar(self.days, self.published_years, hours)
        return self.calendars[subdistrict_id]

    def limit(self, class_code: str, step: str) -> Limit | None:
        """See :func:`limit_for`."""
        codes = class_code.split("/")
        for code in codes:
            if code not in self.names:
                raise KeyError(code)
        return self.limits.get((codes[0] if step in DAY_CLASS_STEPS else codes[-1], step))


CURRENT_FOR = 1.0
"""Seconds for which the known tables are used without asking whether they changed."""


@dataclass(slots=True)
class _Known:
    reference: Reference | None = None
    asked_at: float = -CURRENT_FOR


_known = _Known()


_steady: ContextVar[Reference | None] = ContextVar("steady_reference", default=None)


@contextmanager
def steady_reference() -> Iterator[None]:
    """Use the tables as they are now for all of a batch, without asking again for each of its deadlines."""
    token = _steady.set(reference())
    try:
        yield
    finally:
        _steady.reset(token)


def reference() -> Reference:
    """The tables as they are now, or were a second ago."""
    steady = _steady.get()
    if steady is not None:
        return steady
    asked_at = monotonic()
    is_current = asked_at - _known.asked_at < CURRENT_FOR and not connection.in_atomic_block
    if _known.reference is None or not is_current:
        token = ReferenceVersion.objects.values_list("token", flat=True).first()
        if _known.reference is None or _known.reference.token != token:
            _known.reference = _read(token)
        _known.asked_at = asked_at
    return _known.reference


def forget_reference() -> None:
    """Ask again at the next call."""
    _known.asked_at = -CURRENT_FOR


def calendar_for(subdistrict_id: int | None) -> WorkCalendar:
    """The work calendar of a sub-district, or the default one; an unknown id gets the default, too."""
    return reference().calendar(subdistrict_id)


def limit_for(class_code: str, step: str) -> Limit | None:
    """The limit of ``step`` in a class, or none where the class has none for it.

    ``class_code`` may be a pair such as ``C/N``: closing and call-back from the day class, the rest from
    the night class. An unknown class raises ``KeyError``.
    """
    return reference().limit(class_code, step)


def caps_of(class_code: str) -> Caps:
    """How far a class may be stretched; of a pair such as ``C/N`` the day class. An unknown one raises ``KeyError``."""
    return reference().caps[class_code.split("/", maxsplit=1)[0]]


def class_names(class_code: str) -> tuple[str, str]:
    """Chinese and English name of a class or of a pair of classes; an unknown one raises ``KeyError``."""
    names = [reference().names[code] for code in class_code.split("/")]
    return "／".join(zh for zh, _ in names), " / ".join(en for _, en in names)


def night_hours_for(subdistrict_id: int | None) -> NightHours:
    """The hours of the night of a sub-district, 22:00 to 06:00 unless its city moved them."""
    nights = reference().nights
    return nights.get(subdistrict_id) or nights.get(None) or NightHours()


def _read(token: UUID | None) -> Reference:
    days, years = _read_days()
    names, caps, limits = _read_classes()
    nights = {row.area_id: NightHours(row.begins, row.ends) for row in NightRest.objects.all()}
    return Reference(token, days, years, limits, names, caps, _hours(), nights)


def _read_days() -> tuple[dict[date, SpecialDay], frozenset[int]]:
    if not WorkYear.objects.exists():
        return dict(builtin.published_days()), builtin.published_years()
    years = WorkYear.objects.filter(is_published=True).values_list("year", flat=True)
    return {row.date: _special_day(row) for row in WorkDay.objects.all()}, frozenset(years)


def _special_day(row: WorkDay) -> SpecialDay:
    return SpecialDay("off" if row.kind == DayKind.OFF else "workday", row.name_zh, row.name_en)


def _read_classes() -> tuple[dict[str, tuple[str, str]], dict[str, Caps], dict[tuple[str, str], Limit]]:
    classes = list(DeadlineClass.objects.all())
    if not classes:
        return (
            {each.code: (each.name_zh, each.name_en) for each in builtin.CLASSES},
            {each.code: each.caps for each in builtin.CLASSES},
            {(each.code, step): limit for each in builtin.CLASSES for step, limit in each.limits.items()},
        )
    rows = StepLimit.objects.values_list("deadline_class__code", "step", "amount", "clock")
    return (
        {row.code: (row.name_zh, row.name_en) for row in classes},
        {row.code: Caps(row.pause_days, row.extension_amount, row.extensions_at_most) for row in classes},
        {(code, step): Limit(amount, Clock(clock)) for code, step, amount, clock in rows},
    )


def _hours() -> dict[int | None, tuple[HoursRule, ...]]:
    rows: dict[int | None, list[HoursRule]] = {None: []}
    for row in WorkHours.objects.filter(is_active=True):
        rows.setdefault(row.area_id, []).append(rule_of(row))
    return {area: tuple(sorted(rules, key=_from_special_to_general)) for area, rules in rows.items()}


def _from_special_to_general(rule: HoursRule) -> tuple[bool, bool]:
    return rule.season is None, rule.weekdays is None


def rule_of(row: WorkHours) -> HoursRule:
    """A stored row as the engine's rule; raises ``ValueError`` where it is not one."""
    spans = tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in row.spans)
    season = (_month_day(row.season_from), _month_day(row.season_until)) if row.season_from else None
    return HoursRule(spans, season, frozenset(row.weekdays) if row.weekdays else None)


def _month_day(text: str) -> tuple[int, int]:
    day = date.fromisoformat(f"2024-{text}")
    return day.month, day.day
