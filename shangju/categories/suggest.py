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
"""Joins the parts of a word of the suggestion that must occur near each other."""

NEAR = 18
"""How many characters may stand between the parts of a joined word: about a clause."""

BEGINNING = 40
"""Characters in which people say what it is about, a title included: words count twice there."""

ENOUGH = 4
"""Below this, as for one common word deep in a long text, nothing is suggested."""


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
    matches = [(code, _matching(keywords, plain)) for code, keywords in vocabulary]
    found = [(code, words, _score(words, plain)) for code, words in matches if words]
    enough = [item for item in found if item[2] >= ENOUGH]
    enough.sort(key=lambda item: (-item[2], item[0]))
    return [
        Suggestion(category_code=code, score=score, words=words, reason=_reason(words))
        for code, words, score in enough[:limit]
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
    hits = [word for word in keywords if _start(word, plain) is not None]
    return tuple(
        word
        for word in hits
        if not any(other != word and set(word.split(BOTH)) <= _pieces(other, word) for other in hits)
    )


def _start(word: str, plain: str) -> int | None:
    """Where a word first occurs; of a joined word, where its parts first stand near each other."""
    first, *others = _plain(word).split(BOTH)
    at = plain.find(first)
    while at >= 0:
        around = plain[max(0, at - NEAR) : at + len(first) + NEAR]
        if all(part in around for part in others):
            return at
        at = plain.find(first, at + 1)
    return None


def _pieces(longer: str, word: str) -> set[str]:
    """Those parts of ``word`` that are contained in a part of ``longer``."""
    return {part for part in word.split(BOTH) if any(part in piece for piece in longer.split(BOTH))}


def _reason(words: tuple[str, ...]) -> str:
    return _("Because of the words: %(words)s") % {
        "words": "、".join(word.replace(BOTH, "…") for word in words)
    }


def _score(words: tuple[str, ...], plain: str) -> int:
    """The sum over the words: what a word says by its length, twice that near the beginning of the text."""
    return sum(_says(word) * (2 if (_start(word, plain) or 0) < BEGINNING else 1) for word in words)


def _says(word: str) -> int:
    """Two points a character above the first: long and joined words say more."""
    return 2 * len(word.replace(BOTH, "")) - 2
