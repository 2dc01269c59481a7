"""Working hours, night hours and quiet hours of a sub-district in a set-up file."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from itertools import pairwise

from django.utils.translation import gettext as _

from shangju.accounts.actors import Operator
from shangju.administration.quiet_times import (
    QuietTimes,
    apply_quiet_times,
    quiet_times_differ,
    read_quiet_times,
)
from shangju.administration.yaml_tables import Table
from shangju.areas.models import Area
from shangju.deadlines.models import NightRest, WorkHours
from shangju.deadlines.services import set_night_rest, set_work_hours

_SPAN = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")
_SEASON = re.compile(
    r"((?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))\.\.((?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))"
)
_NIGHT_MINUTES = 8 * 60


@dataclass(frozen=True, slots=True)
class Opening:
    """Spans such as ``("09:00", "12:00")``; the season as ``MM-DD``, both included, empty for the whole
    year.
    """

    spans: tuple[tuple[str, str], ...]
    season_from: str = ""
    season_until: str = ""
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """What a set-up file says about the time of a sub-district that differs from the default."""

    line: int
    openings: tuple[Opening, ...]
    night: tuple[str, str] | None
    quiet: QuietTimes | None = None


def read_working_time(subdistrict: Table) -> WorkingTime | None:
    """The keys ``work_hours``, ``night_hours`` and those of quiet times; ``None`` where none is given."""
    given = next(
        (key for key in ("work_hours", "night_hours", "quiet_hours") if subdistrict.has(key)), "code"
    )
    line = subdistrict.line_of(given)
    openings = [opening for row in subdistrict.tables("work_hours") if (opening := _opening(row)) is not None]
    night, quiet = _night(subdistrict), read_quiet_times(subdistrict)
    return WorkingTime(line, tuple(openings), night, quiet) if openings or night or quiet else None


def _opening(row: Table) -> Opening | None:
    spans = []
    for line, text in row.texts("spans"):
        found = _SPAN.fullmatch(text)
        if found is None:
            row.findings.refuse(line, _("A span of working hours is written 09:00-12:00."))
        else:
            spans.append((found[1], found[2]))
    season = row.text("season")
    parts = _SEASON.fullmatch(season)
    if season and parts is None:
        row.refuse("season", _("A season is written 06-01..09-30."))
    weekdays = [_weekday(row, line, text) for line, text in row.texts("weekdays")]
    row.close()
    ends = [moment for span in spans for moment in span]
    if not spans or any(later <= earlier for earlier, later in pairwise(ends)):
        row.refuse("spans", _("Working hours need spans in order that do not overlap."))
        return None
    return Opening(tuple(spans), *((parts[1], parts[2]) if parts else ("", "")), weekdays=tuple(weekdays))


def _weekday(row: Table, line: int, text: str) -> int:
    if text in {"1", "2", "3", "4", "5", "6", "7"}:
        return int(text) - 1
    row.findings.refuse(line, _("Weekdays are numbers from 1 (Monday) to 7 (Sunday)."))
    return 0


def _night(subdistrict: Table) -> tuple[str, str] | None:
    text = subdistrict.text("night_hours")
    if not text:
        return None
    found = _SPAN.fullmatch(text)
    if found is None or (_minutes(found[2]) - _minutes(found[1])) % (24 * 60) != _NIGHT_MINUTES:
        subdistrict.refuse("night_hours", _("The night has eight hours and is written 22:00-06:00."))
        return None
    return found[1], found[2]


def _minutes(moment: str) -> int:
    hours, minutes = moment.split(":")
    return int(hours) * 60 + int(minutes)


def stored_openings(area: Area) -> list[Opening]:
    """The opening hours of its own that a sub-district has."""
    return [
        Opening(
            tuple((start, end) for start, end in row.spans),
            row.season_from,
            row.season_until,
            tuple(row.weekdays),
        )
        for row in WorkHours.objects.filter(area=area, is_active=True).order_by("pk")
    ]


def differs(wanted: WorkingTime, area: Area) -> bool:
    """Whether a sub-district's working time is other than the file says; what the file leaves out counts as right."""
    if wanted.openings and stored_openings(area) != list(wanted.openings):
        return True
    if wanted.quiet is not None and quiet_times_differ(wanted.quiet, area):
        return True
    night = NightRest.objects.filter(area=area).first()
    stored = (f"{night.begins:%H:%M}", f"{night.ends:%H:%M}") if night else None
    return wanted.night is not None and stored != wanted.night


def apply_working_time(wanted: WorkingTime, area: Area, *, by: Operator, now: datetime) -> None:
    """Store the working time that a file gives a sub-district."""
    if wanted.openings:
        rows = [
            WorkHours(
                spans=[list(span) for span in opening.spans],
                season_from=opening.season_from,
                season_until=opening.season_until,
                weekdays=list(opening.weekdays),
                checked=True,
            )
            for opening in wanted.openings
        ]
        set_work_hours(area, rows=rows, by=by, now=now)
    if wanted.night:
        begins, ends = (time.fromisoformat(moment) for moment in wanted.night)
        set_night_rest(area, begins=begins, ends=ends, by=by, now=now)
    if wanted.quiet is not None:
        apply_quiet_times(wanted.quiet, area, by=by, now=now)
