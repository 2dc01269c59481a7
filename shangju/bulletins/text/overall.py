"""一、总体情况: how much came in, of which type and by which way, and what is in work."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shangju.bulletins.figures import Counted, Figures
from shangju.bulletins.text.sentences import (
    Frame,
    Paragraph,
    Sentence,
    counted_words,
    filled,
    listed,
    moment_words,
    only,
    rise_words,
)


def overall(figures: Figures, frame: Frame) -> list[Paragraph]:
    """What came in, in one paragraph; what is open, in another."""
    came_in = only(
        _received(figures, frame),
        _year_ago(figures),
        _by(figures.types, "type"),
        _by(figures.channels, "channel"),
    )
    return filled(came_in, only(_in_work(figures)))


def _received(figures: Figures, frame: Frame) -> Sentence:
    now, before = figures.total.received, figures.before.received
    if not now:
        return Sentence("received", _nothing_came_in(before, frame))
    known = {"count": now, "period": frame.period, "before": frame.before, "more": abs(now - before)}
    if not before:
        text = ngettext(
            "In %(period)s %(count)s case was registered; there was none in %(before)s.",
            "In %(period)s %(count)s cases were registered; there was none in %(before)s.",
            now,
        )
    elif now == before:
        text = ngettext(
            "In %(period)s %(count)s case was registered, as in %(before)s.",
            "In %(period)s %(count)s cases were registered, as many as in %(before)s.",
            now,
        )
    elif before < figures.minimum:
        text = _more_or_fewer(now, rose=now > before)
    else:
        known["percent"] = rise_words(abs(now - before), before)
        text = _rise_or_fall(now, rose=now > before)
    return Sentence("received", text % known)


def _nothing_came_in(before: int, frame: Frame) -> str:
    known = {"count": before, "period": frame.period, "before": frame.before}
    if not before:
        return _("No case was registered in %(period)s, nor in %(before)s.") % known
    return (
        ngettext(
            "No case was registered in %(period)s; in %(before)s there was %(count)s.",
            "No case was registered in %(period)s; in %(before)s there were %(count)s.",
            before,
        )
        % known
    )


def _more_or_fewer(now: int, *, rose: bool) -> str:
    """Where the period before had too few cases to speak of per cent."""
    if rose:
        return ngettext(
            "In %(period)s %(count)s case was registered, %(more)s more than in %(before)s.",
            "In %(period)s %(count)s cases were registered, %(more)s more than in %(before)s.",
            now,
        )
    return ngettext(
        "In %(period)s %(count)s case was registered, %(more)s fewer than in %(before)s.",
        "In %(period)s %(count)s cases were registered, %(more)s fewer than in %(before)s.",
        now,
    )


def _rise_or_fall(now: int, *, rose: bool) -> str:
    if rose:
        return ngettext(
            "In %(period)s %(count)s case was registered, %(more)s more than in %(before)s, a rise of %(percent)s.",
            "In %(period)s %(count)s cases were registered, %(more)s more than in %(before)s, a rise of %(percent)s.",
            now,
        )
    return ngettext(
        "In %(period)s %(count)s case was registered, %(more)s fewer than in %(before)s, a fall of %(percent)s.",
        "In %(period)s %(count)s cases were registered, %(more)s fewer than in %(before)s, a fall of %(percent)s.",
        now,
    )


def _year_ago(figures: Figures) -> Sentence | None:
    if figures.year_ago is None or not figures.year_ago.received:
        return None
    now, then = figures.total.received, figures.year_ago.received
    known = {"count": then, "more": abs(now - then)}
    if now == then:
        text = _("In the same period of last year there were as many.")
    elif now > then:
        text = ngettext(
            "In the same period of last year there was %(count)s, %(more)s fewer than now.",
            "In the same period of last year there were %(count)s, %(more)s fewer than now.",
            then,
        )
    else:
        text = ngettext(
            "In the same period of last year there was %(count)s, %(more)s more than now.",
            "In the same period of last year there were %(count)s, %(more)s more than now.",
            then,
        )
    return Sentence("received_year_ago", text % known)


def _by(counts: Sequence[Counted], what: str) -> Sentence | None:
    there = [counted_words(each.label, each.count) for each in counts if each.count]
    if not there:
        return None
    text = _("By type: %(list)s.") if what == "type" else _("By channel: %(list)s.")
    return Sentence(f"by_{what}", text % {"list": listed(there)})


def _in_work(figures: Figures) -> Sentence:
    known = {
        "count": figures.open_cases,
        "overdue": figures.total.overdue,
        "moment": moment_words(figures.taken_at),
    }
    if not figures.open_cases:
        text = _("At %(moment)s no case was in work.")
    elif not figures.total.overdue:
        text = ngettext(
            "At %(moment)s %(count)s case was in work, not past its deadline.",
            "At %(moment)s %(count)s cases were in work, none of them past the deadline.",
            figures.open_cases,
        )
    else:
        text = ngettext(
            "At %(moment)s %(count)s case was in work, %(overdue)s past the deadline.",
            "At %(moment)s %(count)s cases were in work, %(overdue)s of them past the deadline.",
            figures.open_cases,
        )
    return Sentence("in_work", text % known)
