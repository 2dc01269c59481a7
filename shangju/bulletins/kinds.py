"""Weekly and monthly: the spans of days that a bulletin can tell of. Pure."""

from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

A_WEEK = timedelta(days=7)
A_DAY = timedelta(days=1)


class BulletinKind(TextChoices):
    """How long a time a bulletin tells of."""

    WEEK = "week", _("Weekly bulletin")
    MONTH = "month", _("Monthly bulletin")


Span = tuple[date, date]
"""First and last day, both included."""


def span_of(kind: str, day: date) -> Span:
    """The week from Monday to Sunday, or the calendar month, in which ``day`` lies."""
    if kind == BulletinKind.WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + A_WEEK - A_DAY
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - A_DAY


def last_full_span(kind: str, today: date) -> Span:
    """The latest week or month that is over on ``today``."""
    return span_of(kind, span_of(kind, today)[0] - A_DAY)


def recent_spans(kind: str, today: date, *, count: int) -> list[Span]:
    """The latest ``count`` weeks or months that are over on ``today``, the latest first."""
    spans = [last_full_span(kind, today)]
    while len(spans) < count:
        spans.append(last_full_span(kind, spans[-1][0]))
    return spans


def before_words(kind: str) -> str:
    """How a sentence names the span before: ``上周``, ``the month before``."""
    if kind == BulletinKind.WEEK:
        return pgettext("in a sentence of a bulletin", "the week before")
    return pgettext("in a sentence of a bulletin", "the month before")
