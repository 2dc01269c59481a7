"""Why a message waits and until when, line by line in the reader's language, as deadlines explain themselves. Pure."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shangju.notices.quiet import Held, QuietStretch


def explained(held: Held) -> list[str]:
    """One sentence for each stretch that the message waits through, then when it goes out."""
    if not held.stretches:
        return [_("No quiet hours now: it goes out at once.")]
    end = _moment(timezone.localtime(held.send_after))
    return [*map(_line, held.stretches), _("It goes out at %(moment)s.") % {"moment": end}]


def _line(stretch: QuietStretch) -> str:
    if not stretch.is_day_off:
        span = {"begins": f"{stretch.hours.begins:%H:%M}", "ends": f"{stretch.hours.ends:%H:%M}"}
        return _("Quiet hours %(begins)s–%(ends)s: on to %(until)s.") % {
            **span,
            "until": _moment(stretch.until),
        }
    name = stretch.name_en if get_language() == "en" else stretch.name_zh
    values = {"day": f"{stretch.begins:%Y-%m-%d}", "name": name, "until": _moment(stretch.until)}
    if name:
        return _("%(day)s is a day off (%(name)s): on to %(until)s.") % values
    return _("%(day)s is a day off: on to %(until)s.") % values


def _moment(moment: datetime) -> str:
    return date_format(moment, "Y-m-d H:i")
