"""Who may edit the reference data of deadlines, and what a year must look like."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from shangju.accounts.actors import CommandLine, Operator
from shangju.accounts.models import Administrator, AdministratorRole, User
from shangju.core.errors import DomainError, NotAllowed
from shangju.deadlines.engine import SpecialDay

YEARS = range(2000, 2101)
CERTAIN = ((1, 1), (5, 1), (10, 1))
"""Month and day of three holidays that no notice leaves out: a year without them was pasted wrongly."""


def require_system_administrator(by: Operator) -> User | None:
    """Only the system administrator or the command line edits calendars and limits; anybody else gets
    :class:`NotAllowed`. Gives the actor for the audit trail, none for the command line.
    """
    if isinstance(by, CommandLine):
        return None
    administrators = Administrator.objects.filter(role=AdministratorRole.SYSTEM, user__is_active=True)
    if not administrators.filter(user=by).exists():
        raise NotAllowed(_("Only the system administrator may change calendars and limits."))
    return by


def check_year(year: int, days: Mapping[date, SpecialDay], *, source: str) -> None:
    """Whether ``days`` can be the notice of ``year``; else :class:`DomainError` names the field."""
    if year not in YEARS:
        sentence = _("Give a year from 2000 to 2100.")
        raise DomainError(sentence, fields={"year": sentence})
    if not source.strip():
        sentence = _("Name the notice that the days are taken from.")
        raise DomainError(sentence, fields={"source": sentence})
    wrong = _wrong_days(year, days)
    if wrong:
        raise DomainError(wrong, fields={"days": wrong})


def _wrong_days(year: int, days: Mapping[date, SpecialDay]) -> str:
    for on, day in sorted(days.items()):
        told = {"date": on.isoformat(), "year": year}
        if on.year != year and (on.year, on.month) != (year - 1, 12):
            return _("%(date)s does not belong to the notice of %(year)s.") % told
        if day.kind == "workday" and on.weekday() < 5:
            return _("%(date)s is a weekday and cannot be a make-up workday.") % told
    for month, day_of_month in CERTAIN:
        on = date(year, month, day_of_month)
        if on not in days or days[on].kind != "off":
            return _("%(date)s must be a day off.") % {"date": on.isoformat()}
    return ""
