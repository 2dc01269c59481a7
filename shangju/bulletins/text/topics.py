"""五、热点问题: what people have confirmed to be one matter, with who leads and what came of it. Nothing of proposals."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shangju.bulletins.figures import Figures, TopicTold
from shangju.bulletins.text.sentences import Frame, Paragraph, Sentence, only


def topics(figures: Figures, _frame: Frame) -> list[Paragraph]:
    """A paragraph each, the hottest first."""
    if not figures.topics:
        none = (
            _("There is no topic to be told of here.")
            if figures.topics_kept_back
            else _("No topic was confirmed for this period.")
        )
        return [[Sentence("no_topic", none)]]
    return [only(_told(topic), _lead(topic), _outcome(topic)) for topic in figures.topics]


def _told(topic: TopicTold) -> Sentence:
    if topic.new:
        text = ngettext(
            "“%(title)s”: %(count)s case, %(new)s from this period.",
            "“%(title)s”: %(count)s cases, %(new)s of them from this period.",
            topic.cases,
        )
    else:
        text = ngettext(
            "“%(title)s”: %(count)s case, none from this period.",
            "“%(title)s”: %(count)s cases, none of them from this period.",
            topic.cases,
        )
    facts = {"title": topic.title, "count": topic.cases, "new": topic.new}
    return Sentence(f"topic_{topic.pk}", text % facts)


def _lead(topic: TopicTold) -> Sentence:
    if topic.task_force and topic.lead:
        text = _("%(lead)s leads the work; the task force “%(task_force)s” has it.")
    elif topic.task_force:
        text = _("The task force “%(task_force)s” has it.")
    elif topic.lead:
        text = _("%(lead)s leads the work.")
    else:
        text = _("Nobody leads the work yet.")
    return Sentence(f"lead_{topic.pk}", text % {"lead": topic.lead, "task_force": topic.task_force})


def _outcome(topic: TopicTold) -> Sentence:
    if topic.outcome:
        text = _("It was settled: %(outcome)s.") % {"outcome": topic.outcome.rstrip("。.．！!；;，,")}
    else:
        text = _("The work goes on.")
    return Sentence(f"outcome_{topic.pk}", text)
