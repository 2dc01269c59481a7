"""六、典型事项: solved cases worth telling, in the words that staff checked for the public board."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shangju.bulletins.figures import Example, Figures
from shangju.bulletins.text.sentences import Frame, Paragraph, Sentence, only


def examples(figures: Figures, _frame: Frame) -> list[Paragraph]:
    """A paragraph each."""
    if not figures.examples:
        none = _(
            "No result of this period is on the public board yet; what is published there can be told here."
        )
        return [[Sentence("no_example", none)]]
    return [
        only(_told(number, example), _days(number, example))
        for number, example in enumerate(figures.examples, start=1)
    ]


def _told(number: int, example: Example) -> Sentence:
    known = {
        "category": example.category,
        "place": example.place,
        "result": example.result.strip().rstrip("。.．！!；;，,"),
    }
    text = _("%(category)s (%(place)s): %(result)s.") if example.place else _("%(category)s: %(result)s.")
    return Sentence(f"example_{number}", text % known)


def _days(number: int, example: Example) -> Sentence:
    if not example.days:
        return Sentence(f"days_{number}", _("It was done within the day."))
    text = ngettext("It took %(count)s day.", "It took %(count)s days.", example.days)
    return Sentence(f"days_{number}", text % {"count": example.days})
