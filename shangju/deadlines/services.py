"""Everything that writes the reference data of deadlines. Each edit leaves an audit event and a new
version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import uuid4

from django.db import models, transaction
from django.utils.translation import gettext as _

from shangju.accounts.actors import Operator
from shangju.accounts.models import User
from shangju.areas.models import Area
from shangju.core import audit
from shangju.core.errors import DomainError
from shangju.deadlines import builtin
from shangju.deadlines.engine import Limit, NightHours, SpecialDay
from shangju.deadlines.models import (
    DeadlineClass,
    NightRest,
    ReferenceVersion,
    StepLimit,
    WorkDay,
    WorkHours,
    WorkYear,
)
from shangju.deadlines.queries import rule_of
from shangju.deadlines.rules import check_year, require_system_administrator


@dataclass(frozen=True, slots=True)
class Seeded:
    """What :func:`seed_calendar` added."""

    years: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    hours: bool = False

    def __bool__(self) -> bool:
        return bool(self.years or self.classes or self.hours)


@transaction.atomic
def seed_calendar(*, now: datetime) -> Seeded:
    """Add the built-in years, classes and hours that are not there yet; what is there, edited or not, stays.

    The caller is the installation itself, so there is no right to check. A second call changes nothing.
    """
    seeded = Seeded(years=_seed_years(now), classes=_seed_classes(now), hours=_seed_hours(now))
    if seeded:
        _change_version()
    return seeded


def _seed_years(now: datetime) -> tuple[int, ...]:
    there = set(WorkYear.objects.values_list("year", flat=True))
    missing = tuple(sorted(builtin.published_years() - there))
    for year in missing:
        notice = builtin.notice_of(year)
        row = WorkYear.objects.create(year=year, is_published=True, source_notice=notice)
        days = {on: day for on, day in builtin.published_days().items() if on.year == year}
        _store_days(days, source=notice)
        audit.record(row, action="work_year.seeded", by=None, now=now, after={"days": len(days)})
    return missing


def _seed_classes(now: datetime) -> tuple[str, ...]:
    there = set(DeadlineClass.objects.values_list("code", flat=True))
    added = []
    for position, delivered in enumerate(builtin.CLASSES):
        if delivered.code in there:
            continue
        row = DeadlineClass.objects.create(
            code=delivered.code,
            name_zh=delivered.name_zh,
            name_en=delivered.name_en,
            position=position,
            pause_days=delivered.caps.pause_days,
            extension_amount=delivered.caps.extension,
            extensions_at_most=delivered.caps.extensions,
        )
        StepLimit.objects.bulk_create(
            StepLimit(deadline_class=row, step=step, amount=limit.amount, clock=limit.clock.value)
            for step, limit in delivered.limits.items()
        )
        audit.record(row, action="deadline_class.seeded", by=None, now=now, after={"code": row.code})
        added.append(row.code)
    return tuple(added)


def _seed_hours(now: datetime) -> bool:
    added = False
    if not WorkHours.objects.filter(area=None).exists():
        row = WorkHours.objects.create(spans=builtin.DEFAULT_HOURS)
        season_from, season_until = builtin.SUMMER_SEASON
        WorkHours.objects.create(
            spans=builtin.SUMMER_HOURS, season_from=season_from, season_until=season_until, is_active=False
        )
        audit.record(row, action="work_hours.seeded", by=None, now=now, after={"spans": row.spans})
        added = True
    if not NightRest.objects.filter(area=None).exists():
        night = NightHours()
        rest = NightRest.objects.create(begins=night.begins, ends=night.ends)
        audit.record(rest, action="night_rest.seeded", by=None, now=now, after=_night(rest))
        added = True
    return added


@transaction.atomic
def publish_year(
    year: int, days: Mapping[date, SpecialDay], *, source: str, by: User, now: datetime
) -> WorkYear:
    """Store the notice of ``year``: exactly these days differ from their weekdays, and it is no longer
    provisional.

    ``days`` may reach into the December before, as notices do. A year that was published is replaced. Open
    cases are recomputed by the cases app, which never shortens a promise. Raises ``NotAllowed`` and
    ``DomainError``.
    """
    require_system_administrator(by)
    check_year(year, days, source=source)
    WorkYear.objects.get_or_create(year=year)
    row = WorkYear.objects.select_for_update().get(year=year)
    stored = WorkDay.objects.filter(date__year=year)
    before = {"published": row.is_published, "days": _told(stored)}
    stored.delete()
    WorkDay.objects.filter(date__in=days).delete()
    _store_days(days, source=source)
    row.is_published, row.source_notice = True, source
    row.save(update_fields=["is_published", "source_notice"])
    _change_version()
    after = {"published": True, "days": {on.isoformat(): day.kind for on, day in sorted(days.items())}}
    audit.record(row, action="work_year.published", by=by, now=now, before=before, after=after, reason=source)
    return row


@transaction.atomic
def set_limit(
    deadline_class: DeadlineClass, *, step: str, limit: Limit | None, by: User, now: datetime
) -> StepLimit | None:
    """Set or, with none, remove the limit of a step. Deadlines already stored keep the limit they were
    promised.
    """
    require_system_administrator(by)
    DeadlineClass.objects.select_for_update().get(pk=deadline_class.pk)
    old = StepLimit.objects.filter(deadline_class=deadline_class, step=step).first()
    before = {"amount": old.amount, "clock": old.clock} if old else {}
    row = None
    if limit is None:
        StepLimit.objects.filter(deadline_class=deadline_class, step=step).delete()
    else:
        row, _created = StepLimit.objects.update_or_create(
            deadline_class=deadline_class,
            step=step,
            defaults={"amount": limit.amount, "clock": limit.clock.value},
        )
    _change_version()
    after = {"step": step} | ({"amount": limit.amount, "clock": limit.clock.value} if limit else {})
    audit.record(deadline_class, action="step_limit.set", by=by, now=now, before=before, after=after)
    return row


@transaction.atomic
def set_work_hours(
    area: Area | None, *, rows: Sequence[WorkHours], by: Operator, now: datetime
) -> list[WorkHours]:
    """Replace the opening hours of a sub-district, or the default ones, by ``rows`` (unsaved)."""
    actor = require_system_administrator(by)
    for row in rows:
        try:
            rule_of(row)
        except ValueError as error:
            sentence = _("The opening hours must be spans in order, such as 09:00–12:00, 14:00–18:00.")
            raise DomainError(sentence, fields={"spans": sentence}) from error
        row.area = area
    old = WorkHours.objects.select_for_update().filter(area=area)
    before = {"rows": [_opening(row) for row in old]}
    old.delete()
    stored = WorkHours.objects.bulk_create(rows)
    _change_version()
    subject: models.Model = area or ReferenceVersion.objects.get()
    after = {"rows": [_opening(row) for row in stored]}
    audit.record(subject, action="work_hours.set", by=actor, now=now, before=before, after=after)
    return stored


@transaction.atomic
def set_night_rest(area: Area | None, *, begins: time, ends: time, by: Operator, now: datetime) -> NightRest:
    """Move the night of a sub-district, or the default one; it keeps its eight hours (噪声法 §88)."""
    actor = require_system_administrator(by)
    try:
        NightHours(begins, ends)
    except ValueError as error:
        sentence = _("The night must have eight hours.")
        raise DomainError(sentence, fields={"ends": sentence}) from error
    old = NightRest.objects.select_for_update().filter(area=area).first()
    before = _night(old) if old else {}
    row, _created = NightRest.objects.update_or_create(
        area=area, defaults={"begins": begins, "ends": ends, "checked": True}
    )
    _change_version()
    audit.record(row, action="night_rest.set", by=actor, now=now, before=before, after=_night(row))
    return row


def _store_days(days: Mapping[date, SpecialDay], *, source: str) -> None:
    WorkDay.objects.bulk_create(
        WorkDay(
            date=on,
            kind=day.kind,
            name_zh=day.name_zh,
            name_en=day.name_en,
            source_notice=source,
            confirmed=True,
        )
        for on, day in sorted(days.items())
    )


def _told(days: models.QuerySet[WorkDay]) -> dict[str, str]:
    return {on.isoformat(): kind for on, kind in days.values_list("date", "kind")}


def _opening(row: WorkHours) -> dict[str, object]:
    season = [row.season_from, row.season_until]
    return {"spans": row.spans, "season": season, "weekdays": row.weekdays, "is_active": row.is_active}


def _night(row: NightRest) -> dict[str, str]:
    return {"begins": f"{row.begins:%H:%M}", "ends": f"{row.ends:%H:%M}"}


def _change_version() -> None:
    ReferenceVersion.objects.update_or_create(pk=1, defaults={"token": uuid4()})
