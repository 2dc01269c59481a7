"""The sections in their order, each with its heading and what makes its sentences."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import get_language, pgettext, pgettext_lazy

from shangju.bulletins.figures import Figures
from shangju.bulletins.text.demands import demands
from shangju.bulletins.text.examples import examples
from shangju.bulletins.text.matters import matters
from shangju.bulletins.text.overall import overall
from shangju.bulletins.text.problems import problems
from shangju.bulletins.text.quality import quality
from shangju.bulletins.text.sentences import Frame, Paragraph, Section
from shangju.bulletins.text.topics import topics


class Part(TextChoices):
    """The sections of a bulletin, in the order of the paper; the labels are its headings, which bear their place."""

    OVERALL = "overall", pgettext_lazy("section of a bulletin", "Overall")
    MATTERS = "matters", pgettext_lazy("section of a bulletin", "What it was about")
    QUALITY = "quality", pgettext_lazy("section of a bulletin", "How it was handled")
    PROBLEMS = "problems", pgettext_lazy("section of a bulletin", "Problems")
    TOPICS = "topics", pgettext_lazy("section of a bulletin", "Hot topics")
    EXAMPLES = "examples", pgettext_lazy("section of a bulletin", "Cases worth telling")
    DEMANDS = "demands", pgettext_lazy("section of a bulletin", "What is to be done")


MAKERS: dict[Part, Section] = {
    Part.OVERALL: overall,
    Part.MATTERS: matters,
    Part.QUALITY: quality,
    Part.PROBLEMS: problems,
    Part.TOPICS: topics,
    Part.EXAMPLES: examples,
    Part.DEMANDS: demands,
}

OF_FIGURES = (Part.OVERALL, Part.MATTERS, Part.QUALITY, Part.PROBLEMS)
"""The sections whose numbers come from the figures; in the others a person may name any day or amount."""


def parts_of(figures: Figures, frame: Frame) -> dict[Part, list[Paragraph]]:
    """The paragraphs of every section in the active language."""
    return {part: make(figures, frame) for part, make in MAKERS.items()}


CHINESE_PLACES = "一二三四五六七八九"


def heading_of(part: str, place: int) -> str:
    """``一、总体情况``: the heading of the section at ``place``, counted from 1. Bulletins of old have fewer sections."""
    number = CHINESE_PLACES[place - 1] if _is_chinese() else str(place)
    told = pgettext("heading of a section", "%(number)s. %(title)s")
    return told % {"number": number, "title": Part(part).label}


def as_text(paragraphs: list[Paragraph]) -> str:
    """The text of a section: a line for each paragraph."""
    between = blank()
    return "\n".join(between.join(sentence.text for sentence in paragraph) for paragraph in paragraphs)


def blank() -> Any:
    """What stands between two sentences: nothing where the signs are full-width."""
    return "" if _is_chinese() else " "


def _is_chinese() -> bool:
    return (get_language() or "").startswith("zh")
