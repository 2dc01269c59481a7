"""The six sections in their order, each with its heading and what makes its sentences."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shangju.bulletins.figures import Figures
from shangju.bulletins.text.demands import demands
from shangju.bulletins.text.examples import examples
from shangju.bulletins.text.matters import matters
from shangju.bulletins.text.overall import overall
from shangju.bulletins.text.problems import problems
from shangju.bulletins.text.quality import quality
from shangju.bulletins.text.sentences import Frame, Paragraph, Section


class Part(TextChoices):
    """The sections of a bulletin, in the order of the paper; the labels are its headings."""

    OVERALL = "overall", _("1. Overall")
    MATTERS = "matters", _("2. What it was about")
    QUALITY = "quality", _("3. How it was handled")
    PROBLEMS = "problems", _("4. Problems")
    EXAMPLES = "examples", _("5. Cases worth telling")
    DEMANDS = "demands", _("6. What is to be done")


MAKERS: dict[Part, Section] = {
    Part.OVERALL: overall,
    Part.MATTERS: matters,
    Part.QUALITY: quality,
    Part.PROBLEMS: problems,
    Part.EXAMPLES: examples,
    Part.DEMANDS: demands,
}

OF_FIGURES = (Part.OVERALL, Part.MATTERS, Part.QUALITY, Part.PROBLEMS)
"""The sections whose numbers come from the figures; in the others a person may name any day or amount."""


def parts_of(figures: Figures, frame: Frame) -> dict[Part, list[Paragraph]]:
    """The paragraphs of every section in the active language."""
    return {part: make(figures, frame) for part, make in MAKERS.items()}


def as_text(paragraphs: list[Paragraph]) -> str:
    """The text of a section: a line for each paragraph."""
    between = blank()
    return "\n".join(between.join(sentence.text for sentence in paragraph) for paragraph in paragraphs)


def blank() -> Any:
    """What stands between two sentences: nothing where the signs are full-width."""
    return "" if (get_language() or "").startswith("zh") else " "
