"""七、下步要求: proposals that follow from the figures; whoever issues the bulletin decides what is demanded."""

from django.utils.translation import gettext as _

from shangju.bulletins.figures import Figures, Line
from shangju.bulletins.text.quality import FLOORS
from shangju.bulletins.text.sentences import Frame, Paragraph, Sentence
from shangju.measures.definitions import MeasureName


def demands(figures: Figures, _frame: Frame) -> list[Paragraph]:
    """One paragraph for each demand, what is wrong first."""
    found: list[Sentence] = []
    if figures.total.overdue:
        text = _(
            "Whoever has an overdue case explains the delay in the case and names the day of the result."
        )
        found.append(Sentence("demand_overdue", text))
    if figures.problems.reopened or figures.problems.dissatisfied_twice:
        text = _(
            "Where a matter came back, the community secretary speaks with the reporter before the next result."
        )
        found.append(Sentence("demand_again", text))
    if figures.problems.returned_twice:
        text = _(
            "For cases that were returned twice the task force brings the units together and settles who leads."
        )
        found.append(Sentence("demand_returned", text))
    if figures.problems.unanswered_orders:
        text = _("Supervision orders past their day are answered in writing within two working days.")
        found.append(Sentence("demand_answer", text))
    if _is_low(figures, MeasureName.SATISFIED):
        text = _(
            "Before a result is entered it is explained to the reporter, also where not everything could be done."
        )
        found.append(Sentence("demand_explain", text))
    if (most := _most_frequent(figures)) is not None:
        text = _(
            "“%(label)s” comes up most: on their rounds grid workers look for its causes and deal with them early."
        )
        found.append(Sentence("demand_most", text % {"label": most.label}))
    found.append(
        Sentence("demand_always", _("All others keep contacting reporters early and closing in time."))
    )
    return [[sentence] for sentence in found]


def _is_low(figures: Figures, rate: MeasureName) -> bool:
    share = figures.total.share(rate)
    return share.is_told(figures.minimum) and (share.percent or 0) < FLOORS[rate]


def _most_frequent(figures: Figures) -> Line | None:
    """The category with most cases, if it has enough to be spoken of and no other has as many."""
    lines = sorted((line for line in figures.categories if line.key), key=lambda line: -line.received)
    if not lines or lines[0].received < max(figures.minimum, 1):
        return None
    return None if len(lines) > 1 and lines[1].received == lines[0].received else lines[0]
