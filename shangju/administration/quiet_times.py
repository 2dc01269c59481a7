"""Quiet hours and the empty daily list of a sub-district in a set-up file."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, time

from django.utils.translation import gettext as _

from shangju.accounts.actors import Operator
from shangju.administration.yaml_tables import Table
from shangju.areas.models import Area
from shangju.notices.choosing import set_sending_times
from shangju.notices.queries import Times, times_of
from shangju.notices.quiet import QuietHours, leaves_enough

_SPAN = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)")


@dataclass(frozen=True, slots=True)
class QuietTimes:
    """What a set-up file says about it; ``None`` where it says nothing, and what is stored counts as right."""

    span: tuple[time, time] | None = None
    on_days_off: bool | None = None
    lists_when_empty: bool | None = None

    def over(self, stored: Times) -> Times:
        """What is to be stored in the place of ``stored``."""
        quiet = stored.quiet
        if self.span is not None:
            quiet = replace(quiet, begins=self.span[0], ends=self.span[1])
        if self.on_days_off is not None:
            quiet = replace(quiet, on_days_off=self.on_days_off)
        when_empty = stored.lists_when_empty if self.lists_when_empty is None else self.lists_when_empty
        return Times(quiet, when_empty)


def read_quiet_times(subdistrict: Table) -> QuietTimes | None:
    """The keys ``quiet_hours``, ``quiet_on_days_off`` and ``lists_when_empty``; ``None`` where none is given."""
    found = QuietTimes(
        _span(subdistrict), _flag(subdistrict, "quiet_on_days_off"), _flag(subdistrict, "lists_when_empty")
    )
    return None if found == QuietTimes() else found


def _flag(table: Table, key: str) -> bool | None:
    return table.flag(key) if table.has(key) else None


def _span(subdistrict: Table) -> tuple[time, time] | None:
    text = subdistrict.text("quiet_hours")
    if not text:
        return None
    found = _SPAN.fullmatch(text)
    span = (time.fromisoformat(found[1]), time.fromisoformat(found[2])) if found else None
    if span is None or span[0] == span[1] or not leaves_enough([QuietHours(*span)]):
        subdistrict.refuse(
            "quiet_hours", _("Quiet hours are written 21:00-08:00 and leave at least two hours of each day.")
        )
        return None
    return span


def quiet_times_differ(wanted: QuietTimes, area: Area) -> bool:
    """Whether the sub-district's times are other than the file says."""
    stored = times_of(area.pk)
    return wanted.over(stored) != stored


def apply_quiet_times(wanted: QuietTimes, area: Area, *, by: Operator, now: datetime) -> None:
    """Store what a file says."""
    times = wanted.over(times_of(area.pk))
    set_sending_times(
        area,
        begins=times.quiet.begins,
        ends=times.quiet.ends,
        on_days_off=times.quiet.on_days_off,
        lists_when_empty=times.lists_when_empty,
        by=by,
        now=now,
    )
