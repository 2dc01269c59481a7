"""What ``shangju doctor`` asks of the calendar."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.core.health import Finding, health_check, well, wrong
from shangju.deadlines.models import WorkYear


@health_check(order=50)
def calendar_years(now: datetime) -> Finding:
    """The notice about this year's holidays is in the calendar; next year's may still be to come."""
    year = timezone.localtime(now).year
    published = set(
        WorkYear.objects.filter(is_published=True, year__in=(year, year + 1)).values_list("year", flat=True)
    )
    if year not in published:
        sentence = _(
            "The holidays of %(year)s are not published here, so deadlines are provisional; add the notice of that year."
        )
        return wrong(_("Calendar"), sentence % {"year": year})
    if year + 1 not in published:
        sentence = _(
            "The holidays of %(year)s are known; those of %(next)s are provisional until their notice is added."
        )
        return well(_("Calendar"), sentence % {"year": year, "next": year + 1})
    return well(
        _("Calendar"),
        _("The holidays of %(year)s and %(next)s are known.") % {"year": year, "next": year + 1},
    )
