"""四、突出问题: what is overdue, came back, left people dissatisfied or stayed without an answer."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shangju.bulletins.figures import Figures
from shangju.bulletins.text.sentences import (
    Frame,
    Paragraph,
    Sentence,
    counted_words,
    filled,
    listed,
    only,
)


def problems(figures: Figures, _frame: Frame) -> list[Paragraph]:
    """One sentence for each sort that there is, or that there is none."""
    found = only(
        _overdue(figures),
        _reopened(figures),
        _dissatisfied(figures),
        _returned(figures),
        _unanswered(figures),
    )
    if found:
        return [found]
    none = _("Nothing is overdue, was reopened or returned twice, and no supervision order is unanswered.")
    return filled([Sentence("no_problem", none)])


def _overdue(figures: Figures) -> Sentence | None:
    count = figures.total.overdue
    if not count:
        return None
    where = [counted_words(line.label, line.overdue) for line in figures.communities if line.overdue]
    known = {"count": count, "list": listed(where)}
    if not where:
        text = ngettext(
            "%(count)s case past its deadline is still in work.",
            "%(count)s cases past the deadline are still in work.",
            count,
        )
    else:
        text = ngettext(
            "%(count)s case past its deadline is still in work: %(list)s.",
            "%(count)s cases past the deadline are still in work: %(list)s.",
            count,
        )
    return Sentence("overdue", text % known)


def _reopened(figures: Figures) -> Sentence | None:
    count = figures.problems.reopened
    text = ngettext(
        "%(count)s case was reopened, because the matter was not solved.",
        "%(count)s cases were reopened, because the matter was not solved.",
        count,
    )
    return Sentence("reopened", text % {"count": count}) if count else None


def _dissatisfied(figures: Figures) -> Sentence | None:
    count = figures.problems.dissatisfied_twice
    text = ngettext(
        "In %(count)s open case the reporter was dissatisfied twice.",
        "In %(count)s open cases the reporter was dissatisfied twice.",
        count,
    )
    return Sentence("dissatisfied", text % {"count": count}) if count else None


def _returned(figures: Figures) -> Sentence | None:
    count = figures.problems.returned_twice
    text = ngettext(
        "%(count)s open case was returned twice: who answers for it is not clear.",
        "%(count)s open cases were returned twice: who answers for them is not clear.",
        count,
    )
    return Sentence("returned", text % {"count": count}) if count else None


def _unanswered(figures: Figures) -> Sentence | None:
    count = figures.problems.unanswered_orders
    text = ngettext(
        "A supervision order is unanswered past its day in %(count)s case.",
        "Supervision orders are unanswered past their day in %(count)s cases.",
        count,
    )
    return Sentence("unanswered", text % {"count": count}) if count else None
