"""Suggesting a category from the words of a concern: by rule, the same every time, and able to say why.

A suggestion is never more than that: a person confirms it (domain rules on automated decisions).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from unicodedata import normalize

from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.categories.models import Category
from shangju.categories.queries import category_tree
from shangju.categories.table import NIGHT_CLASS

BOTH = "+"
"""Joins the parts of a word of the suggestion that must occur together."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category that fits the words, how well, and because of which words."""

    category_code: str
    score: int
    reason: str
    words: tuple[str, ...] = ()


def suggest_categories(text: str, limit: int = 3) -> list[Suggestion]:
    """The categories in use that fit ``text``, best first, at most ``limit``; none when no word is known."""
    return rank([(leaf.code, leaf.keywords) for leaf in category_tree().leaves], text, limit=limit)


def rank(vocabulary: Iterable[tuple[str, Collection[str]]], text: str, *, limit: int) -> list[Suggestion]:
    """Rank categories, given as (code, words), for ``text``. Equal scores keep the order of the codes."""
    plain = _plain(text)
    found = [
        (code, words, _score(words)) for code, keywords in vocabulary if (words := _matching(keywords, plain))
    ]
    found.sort(key=lambda item: (-item[2], item[0]))
    return [
        Suggestion(
            category_code=code,
            score=score,
            words=words,
            reason=_("Because of the words: %(words)s")
            % {"words": "、".join(word.replace(BOTH, "…") for word in words)},
        )
        for code, words, score in found[:limit]
    ]


def looks_like_night_noise(
    category: Category,
    happening_now: bool,  # noqa: FBT001 - one fact among the facts
    instant: datetime,
    night_hours: tuple[time, time],
) -> bool:
    """Whether a concern starts on the night clock: a night class, going on now, within the night.

    ``instant`` is aware. ``night_hours`` is (start, end) in local time, may cross midnight, without the end.
    """
    if not happening_now or category.night_class != NIGHT_CLASS:
        return False
    start, end = night_hours
    clock = timezone.localtime(instant).time()
    return start <= clock < end if start <= end else clock >= start or clock < end


def _plain(text: str) -> str:
    """Full-width letters and digits as half-width, letters upper case, no blanks."""
    return "".join(normalize("NFKC", text).upper().split())


def _matching(keywords: Collection[str], plain: str) -> tuple[str, ...]:
    """The words that occur, without those that are only part of a longer one that occurs too."""
    hits = [word for word in keywords if all(part in plain for part in _plain(word).split(BOTH))]
    return tuple(
        word
        for word in hits
        if not any(other != word and set(word.split(BOTH)) <= _pieces(other, word) for other in hits)
    )


def _pieces(longer: str, word: str) -> set[str]:
    """Those parts of ``word`` that are contained in a part of ``longer``."""
    return {part for part in word.split(BOTH) if any(part in piece for piece in longer.split(BOTH))}


def _reason(words: tuple[str, ...]) -> str:
    return _("Because of the words: %(words)s") % {
        "words": "、".join(word.replace(BOTH, "…") for word in words)
    }


def _score(words: tuple[str, ...]) -> int:
    """Two points a character above the first: long and joined words say more than short ones."""
    return sum(2 * len(word.replace(BOTH, "")) - 2 for word in words)
