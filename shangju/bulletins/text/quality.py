"""三、办理质效: the rates with what they were before, and where they stand out. No unit is ranked (cases.md §8)."""

from decimal import Decimal

from django.utils.translation import gettext as _

from shangju.bulletins.figures import RATES, Figures, Line, Share
from shangju.bulletins.text.sentences import (
    Frame,
    Paragraph,
    Sentence,
    filled,
    hours_words,
    listed,
    number_words,
    only,
    percent_words,
    points_between,
    rated_words,
)
from shangju.measures.definitions import MeasureName

FLOORS: dict[MeasureName, int] = {MeasureName.CLOSED: 90, MeasureName.SATISFIED: 85}
"""Per cent below which a community is named; 85 is a city's floor of satisfaction (domain-china.md §4.1)."""


def quality(figures: Figures, frame: Frame) -> list[Paragraph]:
    """The rates; how long it took and the year before; then the communities."""
    if not any(figures.total.share(rate).whole for rate in RATES):
        nothing = Sentence("rates", _("Nothing was due in this period, so there are no rates to tell."))
        return [[nothing]]
    rates = [_rate(rate, figures, frame) for rate in RATES]
    return filled(
        rates,
        only(_time_taken(figures), _year_ago(figures)),
        only(_all_in_time(figures), *(_below(rate, figures) for rate in FLOORS), _too_few(figures)),
    )


def _rate(rate: MeasureName, figures: Figures, frame: Frame) -> Sentence:
    now, before = figures.total.share(rate), figures.before.share(rate)
    known = {
        "measure": rate.label,
        "part": now.part,
        "whole": now.whole,
        "before": frame.before,
        "minimum": figures.minimum,
    }
    if not now.whole:
        text = _("%(measure)s: no case counts for it in this period.")
    elif not now.is_told(figures.minimum):
        text = _("%(measure)s: %(part)s of only %(whole)s, too few for a rate.")
    else:
        known["percent"] = percent_words(now)
        text, points = _against(now, before, figures.minimum)
        known["points"] = number_words(abs(points))
    return Sentence(f"rate_{rate}", text % known)


def _against(now: Share, before: Share, minimum: int) -> tuple[str, Decimal]:
    """The sentence of a rate that is told, and by how many points it differs."""
    if not before.is_told(minimum):
        return _("%(measure)s: %(percent)s (%(part)s of %(whole)s)."), Decimal(0)
    points = points_between(now, before)
    if points > 0:
        up = _(
            "%(measure)s: %(percent)s (%(part)s of %(whole)s), %(points)s percentage points above %(before)s."
        )
        return up, points
    if points < 0:
        down = _(
            "%(measure)s: %(percent)s (%(part)s of %(whole)s), %(points)s percentage points below %(before)s."
        )
        return down, points
    return _("%(measure)s: %(percent)s (%(part)s of %(whole)s), as in %(before)s."), points


def _time_taken(figures: Figures) -> Sentence | None:
    if (
        figures.handled < max(figures.minimum, 1)
        or figures.median_hours is None
        or figures.mean_hours is None
    ):
        return None
    text = _("Half of the cases took at most %(median)s hours; the mean is %(mean)s hours.")
    known = {"median": hours_words(figures.median_hours), "mean": hours_words(figures.mean_hours)}
    return Sentence("time_taken", text % known)


def _year_ago(figures: Figures) -> Sentence | None:
    if figures.year_ago is None:
        return None
    items = []
    for rate in RATES:
        now, then = figures.total.share(rate), figures.year_ago.share(rate)
        if now.is_told(figures.minimum) and then.is_told(figures.minimum):
            items.append(_since_then(rate, points_between(now, then)))
    if not items:
        return None
    text = _("Against the same period of last year: %(list)s.")
    return Sentence("rates_year_ago", text % {"list": listed(items)})


def _since_then(rate: MeasureName, points: Decimal) -> str:
    known = {"measure": rate.label, "points": number_words(abs(points))}
    if not points:
        return _("%(measure)s unchanged") % known
    if points > 0:
        return _("%(measure)s up %(points)s percentage points") % known
    return _("%(measure)s down %(points)s percentage points") % known


def _compared(rate: MeasureName, figures: Figures) -> list[Line]:
    """The communities with enough cases to be spoken of, in the order of the tree."""
    return [line for line in figures.communities if line.key and line.share(rate).is_told(figures.minimum)]


def _all_in_time(figures: Figures) -> Sentence | None:
    good = [
        line.label
        for line in _compared(MeasureName.CLOSED, figures)
        if line.share(MeasureName.CLOSED).percent == 100
    ]
    if not good:
        return None
    return Sentence(
        "all_in_time", _("Everything due was closed in time in %(list)s.") % {"list": listed(good)}
    )


def _below(rate: MeasureName, figures: Figures) -> Sentence | None:
    floor = FLOORS[rate]
    low = [
        rated_words(line.label, line.share(rate))
        for line in _compared(rate, figures)
        if (line.share(rate).percent or 0) < floor
    ]
    if not low:
        return None
    text = _("Below %(floor)s%%, %(measure)s: %(list)s.")
    known = {"floor": floor, "measure": rate.label, "list": listed(low)}
    return Sentence(f"below_{rate}", text % known)


def _too_few(figures: Figures) -> Sentence | None:
    few = [line.label for line in figures.communities if line.key and 0 < line.due < figures.minimum]
    if not few or not _compared(MeasureName.CLOSED, figures):
        return None
    text = _("Fewer than %(minimum)s cases were due in %(list)s: they are not compared.")
    return Sentence("too_few", text % {"minimum": figures.minimum, "list": listed(few)})
