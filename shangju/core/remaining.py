"""How long until or since a due instant, in words that a person would say."""

from datetime import datetime, timedelta

from django.utils.translation import gettext, ngettext

_HOUR = timedelta(hours=1)
_HOURS_UNTIL = timedelta(hours=48)
"""Below two days people count in hours: “30 hours left” says more than “1 day left”."""


def remaining_words(due: datetime, now: datetime) -> str:
    """“5 hours left” or “3 hours overdue”; whole units, rounded down so as not to promise too much."""
    if due >= now:
        return _left(due - now)
    return _overdue(now - due)


def _left(span: timedelta) -> str:
    if span < timedelta(minutes=1):
        return gettext("Due now")
    if span < _HOUR:
        count = int(span / timedelta(minutes=1))
        return ngettext("%(count)d minute left", "%(count)d minutes left", count) % {"count": count}
    if span < _HOURS_UNTIL:
        count = int(span / _HOUR)
        return ngettext("%(count)d hour left", "%(count)d hours left", count) % {"count": count}
    return ngettext("%(count)d day left", "%(count)d days left", span.days) % {"count": span.days}


def _overdue(span: timedelta) -> str:
    if span < _HOUR:
        count = max(1, int(span / timedelta(minutes=1)))
        return ngettext("%(count)d minute overdue", "%(count)d minutes overdue", count) % {"count": count}
    if span < _HOURS_UNTIL:
        count = int(span / _HOUR)
        return ngettext("%(count)d hour overdue", "%(count)d hours overdue", count) % {"count": count}
    return ngettext("%(count)d day overdue", "%(count)d days overdue", span.days) % {"count": span.days}
