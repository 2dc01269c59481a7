"""The lines that say how a due instant came about. Only codes and values: :mod:`.explanation` puts them
into words.

Lines hold ISO text (wall clock of Beijing, with its offset for instants), numbers and names in both
languages, so that they can be stored with a case and told later in either language.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from shangju.deadlines.terms import Clock, Limit, Line
from shangju.deadlines.work_calendar import ONE_DAY, WorkCalendar, from_wall_clock

DAY_CLOCKS = (Clock.WORKING_DAYS, Clock.CALENDAR_DAYS)

Stretch = tuple[datetime, datetime]
"""From and to, on Beijing's wall clock."""


class Stage(NamedTuple):
    """One limit run from ``begin`` to ``due``; ``nominal`` is the last calendar day before it moved, if it
    did.
    """

    begin: datetime
    limit: Limit
    due: datetime
    nominal: date | None = None

    @property
    def first_day(self) -> date:
        """The first day that counts."""
        return self.begin.date() + ONE_DAY if self.limit.clock in DAY_CLOCKS else self.begin.date()


def provisional_year(stages: Sequence[Stage], calendar: WorkCalendar) -> int | None:
    """The first year without a published notice on which the outcome rests."""
    for stage in stages:
        if stage.limit.clock is not Clock.CONTINUOUS:
            for year in range(stage.first_day.year, stage.due.year + 1):
                if year not in calendar.published_years:
                    return year
    return None


def iso(moment: datetime) -> str:
    """The instant in ISO form with Beijing's offset."""
    return from_wall_clock(moment).isoformat()


def tell(
    stages: Sequence[Stage],
    *,
    reasons: Sequence[str],
    calendar: WorkCalendar,
    stops: Sequence[Stretch],
    paused: bool,
) -> Iterator[Line]:
    """All lines in the order in which a person would reckon; ``reasons`` are those of the extensions, one
    per stage.
    """
    first, *extended = stages
    yield Line("start", {"at": iso(first.begin)})
    yield Line("limit", {"clock": first.limit.clock.value, "amount": first.limit.amount})
    yield from _opening(first, calendar)
    yield from _course(first, calendar, stops, paused=paused and not extended)
    for stage, reason in zip(extended, reasons, strict=True):
        limit = stage.limit
        params: dict[str, str | int] = {
            "clock": limit.clock.value,
            "amount": limit.amount,
            "from": iso(stage.begin),
        }
        yield Line("extension", params)
        if reason:
            yield Line("reason", {"reason": reason})
        yield from _course(stage, calendar, stops, paused=paused and stage is extended[-1])
    year = provisional_year(stages, calendar)
    if year is not None:
        yield Line("provisional", {"year": year})
    yield Line("standing" if paused else "due", {"at": iso(stages[-1].due)})


def _opening(stage: Stage, calendar: WorkCalendar) -> Iterator[Line]:
    """Where the count begins: the next day, or the next opening."""
    if stage.limit.clock in DAY_CLOCKS:
        yield Line("start_day", {"date": stage.begin.date().isoformat()})
    elif stage.limit.clock is Clock.WORKING_HOURS:
        _, day = next(calendar.worked_days(stage.begin.date()))
        if day.closes <= stage.begin:
            _, day = next(calendar.worked_days(stage.begin.date() + ONE_DAY))
        yield Line("hours", {"spans": ", ".join(f"{a:%H:%M}–{b:%H:%M}" for a, b in day.spans)})
        opens = next(a for a, b in day.spans if b > stage.begin)
        if opens > stage.begin:
            yield Line("opens", {"at": iso(opens)})


def _course(
    stage: Stage, calendar: WorkCalendar, stops: Sequence[Stretch], *, paused: bool
) -> Iterator[Line]:
    """What happened between begin and due, in the order of time."""
    lines = [
        (max(a, stage.begin), Line("paused", {"from": iso(a), "to": iso(b)}))
        for a, b in stops
        if a < stage.due and b > stage.begin
    ]
    if paused and stops:
        opened = stops[-1][0]
        lines = [(at, line) for at, line in lines if line.params["from"] != iso(opened)]
        lines.append((opened, Line("paused_still", {"from": iso(opened)})))
    if stage.limit.clock in (Clock.WORKING_DAYS, Clock.WORKING_HOURS):
        lines += _days(stage.first_day, stage.due.date(), calendar)
    elif stage.nominal is not None and stage.nominal < stage.due.date():
        lines.append(
            (
                stage.due,
                Line("moved", {"from": stage.nominal.isoformat(), "to": stage.due.date().isoformat()}),
            )
        )
        lines += _days(stage.nominal, stage.due.date(), calendar)
    if len(lines) > 1:
        lines.sort(key=lambda told: told[0])
    return (line for _, line in lines)


def _days(since: date, until: date, calendar: WorkCalendar) -> Iterator[tuple[datetime, Line]]:
    """Spans without working time, each with its name, and make-up workdays, from ``since`` to ``until``."""
    group: list[date] = []
    held: object = None
    on = since
    while on <= until:
        day = calendar.day(on)
        special = day.special
        if group and (day.spans or held != special):
            yield _skipped(group, calendar)
            group = []
        if not day.spans:
            group.append(on)
            held = special
        elif special is not None and special.kind == "workday":
            names = {"zh": special.name_zh, "en": special.name_en}
            yield day.spans[0][0], Line("make_up", {"date": on.isoformat(), **names})
        on += ONE_DAY
    if group:
        yield _skipped(group, calendar)


def _skipped(group: Sequence[date], calendar: WorkCalendar) -> tuple[datetime, Line]:
    first, last = group[0], group[-1]
    special = calendar.day(first).special
    params: dict[str, str | int] = {"from": first.isoformat(), "to": last.isoformat()}
    at = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - wall clock of Beijing
    if special is not None and special.kind == "off":
        return at, Line("holiday", params | {"zh": special.name_zh, "en": special.name_en})
    return at, Line("weekend" if first.weekday() >= 5 else "closed", params)
