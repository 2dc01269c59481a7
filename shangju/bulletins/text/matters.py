"""二、分类情况: what it was about, what grew and what fell, and where it came from."""

from django.utils.translation import gettext as _

from shangju.bulletins.figures import Figures, Line, Share
from shangju.bulletins.text.sentences import (
    Frame,
    Paragraph,
    Sentence,
    counted_words,
    filled,
    listed,
    only,
    percent_words,
)

MOST = 3
"""So many categories are named as those with most cases (domain-china.md §4.1)."""

NOTABLE = 3
"""By so many cases a category has to rise or fall before a sentence is spent on it."""


def matters(figures: Figures, frame: Frame) -> list[Paragraph]:
    """Categories in one paragraph, communities in another."""
    about = only(_most(figures), _rose(figures, frame), _fell(figures, frame))
    return filled(about, only(_by_community(figures), _quiet(figures)))


def _named(figures: Figures) -> list[Line]:
    """The categories with cases, those with most first, else in the order of the table; what has no category is none."""
    there = [line for line in figures.categories if line.key and line.received]
    return sorted(there, key=lambda line: -line.received)


def _most(figures: Figures) -> Sentence:
    if not figures.total.received:
        return Sentence("most", _("There were no concerns, so no category stands out."))
    named = _named(figures)
    if not named:
        return Sentence("most", _("No case of this period has a category yet."))
    told = listed(_with_share(line, figures) for line in named[:MOST])
    if len(named) == 1 and named[0].received == figures.total.received:
        return Sentence("most", _("All cases belong to one category: %(list)s.") % {"list": told})
    return Sentence("most", _("The most frequent categories are %(list)s.") % {"list": told})


def _with_share(line: Line, figures: Figures) -> str:
    share = Share(line.received, figures.total.received)
    if not share.is_told(figures.minimum) or line.received == figures.total.received:
        return counted_words(line.label, line.received)
    return _("%(label)s %(count)s (%(percent)s)") % {
        "label": line.label,
        "count": line.received,
        "percent": percent_words(share),
    }


def _rose(figures: Figures, frame: Frame) -> Sentence | None:
    lines = [line for line in figures.categories if line.key]
    line = max(lines, key=lambda line: line.received - line.received_before, default=None)
    if line is None or line.received - line.received_before < NOTABLE:
        return None
    text = _("Against %(before)s, %(label)s rose most, by %(more)s to %(count)s.")
    return Sentence("rose", text % _compared(line, frame))


def _fell(figures: Figures, frame: Frame) -> Sentence | None:
    lines = [line for line in figures.categories if line.key]
    line = min(lines, key=lambda line: line.received - line.received_before, default=None)
    if line is None or line.received_before - line.received < NOTABLE:
        return None
    text = (
        _("Against %(before)s, %(label)s fell most, by %(more)s to %(count)s.")
        if line.received
        else _("Against %(before)s, %(label)s fell most: %(more)s then, none now.")
    )
    return Sentence("fell", text % _compared(line, frame))


def _compared(line: Line, frame: Frame) -> dict[str, object]:
    return {
        "before": frame.before,
        "label": line.label,
        "more": abs(line.received - line.received_before),
        "count": line.received,
    }


def _by_community(figures: Figures) -> Sentence | None:
    there = [counted_words(line.label, line.received) for line in figures.communities if line.received]
    if not there:
        return None
    return Sentence("by_community", _("By community: %(list)s.") % {"list": listed(there)})


def _quiet(figures: Figures) -> Sentence | None:
    quiet = [line.label for line in figures.communities if line.key and not line.received]
    if not quiet or not figures.total.received:
        return None
    return Sentence("quiet", _("No concerns came from %(list)s.") % {"list": listed(quiet)})
