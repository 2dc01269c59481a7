"""What all sections are made with: sentences that know which figure they tell, and the words for figures."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shangju.bulletins.figures import TENTH, Figures, Share


class Sentence(NamedTuple):
    """A whole sentence; ``key`` says what it tells, so that the same one is found again when the figures change."""

    key: str
    text: str


Paragraph = list[Sentence]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the sentences of one bulletin share: its period and the one before, as a sentence names them."""

    period: str
    before: str


Section = Callable[[Figures, Frame], list[Paragraph]]


def listed(items: Iterable[str]) -> str:
    """``A、B、C``."""
    return pgettext("between items of a list", ", ").join(items)


def percent_words(share: Share) -> str:
    """``95.2%``, ``100%``; the caller has seen to it that there is a whole."""
    percent = share.percent
    assert percent is not None, "a rate of nothing is not told"
    return f"{percent:f}%" if percent % 1 else f"{int(percent)}%"


def counted_words(label: str, count: int) -> str:
    """``投诉 5 件``."""
    return pgettext("item of a list of counts", "%(label)s %(count)s") % {"label": label, "count": count}


def rated_words(label: str, share: Share) -> str:
    """``东社区 80%（8/10）``."""
    return _("%(label)s %(percent)s (%(part)s of %(whole)s)") % {
        "label": label,
        "percent": percent_words(share),
        "part": share.part,
        "whole": share.whole,
    }


def points_between(now: Share, before: Share) -> Decimal:
    """By how many percentage points it rose, from the rounded rates, so that a reader who subtracts is right."""
    assert now.percent is not None, "a rate of nothing is not compared"
    assert before.percent is not None, "a rate of nothing is not compared"
    return now.percent - before.percent


def rise_words(more: int, before: int) -> str:
    """By how many per cent: ``12.5%``; of a change of at least one case never ``0.0%``."""
    exact = (Decimal(100) * more / before).quantize(TENTH, ROUND_HALF_UP)
    percent = max(exact, TENTH)
    return f"{percent:f}%" if percent % 1 else f"{int(percent)}%"


def number_words(number: Decimal) -> str:
    """A number with at most one decimal, and none that says nothing."""
    return f"{number:f}" if number % 1 else f"{int(number)}"


def hours_words(hours: float) -> str:
    """Hours with one decimal below ten, and at least a tenth."""
    exact = max(Decimal(str(hours)).quantize(TENTH, ROUND_HALF_UP), TENTH)
    return number_words(exact) if exact < 10 else str(int(exact.quantize(Decimal(1), ROUND_HALF_UP)))


def moment_words(taken_at: str) -> str:
    """The instant of the figures as a sentence names it."""
    return date_format(timezone.localtime(datetime.fromisoformat(taken_at)), "DATETIME_FORMAT")


def only(*sentences: Sentence | None) -> Paragraph:
    """Those that have something to tell."""
    return [sentence for sentence in sentences if sentence is not None]


def filled(*paragraphs: Sequence[Sentence]) -> list[Paragraph]:
    """The paragraphs that hold a sentence."""
    return [list(paragraph) for paragraph in paragraphs if paragraph]
