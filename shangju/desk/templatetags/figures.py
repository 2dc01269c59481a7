"""How figures are written: rates with their sign, spans of time in the unit that fits."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()

HOURS_OF_TWO_DAYS = 48


@register.filter
def as_duration(hours: float | None) -> str:
    """Hours below two days, else days of 24 hours; one decimal; a dash for nothing."""
    if hours is None:
        return "—"
    if hours < HOURS_OF_TWO_DAYS:
        return _("%(hours)s hours") % {"hours": number_format(hours, decimal_pos=1)}
    return _("%(days)s days") % {"days": number_format(hours / 24, decimal_pos=1)}


@register.filter
def as_percent(percent: Decimal | None) -> str:
    """``92.3 %``; a dash where nothing counts."""
    return "—" if percent is None else f"{number_format(percent, decimal_pos=1)}%"


@register.filter
def as_points(change: Decimal | None) -> str:
    """``+1.2`` percentage points; a dash where there is nothing to compare."""
    if change is None:
        return "—"
    sign = "+" if change > 0 else ""
    return _("%(points)s points") % {"points": f"{sign}{number_format(change, decimal_pos=1)}"}
