"""Searching Chinese text by words of two signs and longer: the pieces that an index holds, the spellings of a word.

Each app that searches keeps its own index of these pieces (docs/adr/0006): an FTS5 table on SQLite, an integer array
with a GIN index on PostgreSQL.
"""

import unicodedata
import zlib
from collections.abc import Iterable, Sequence

from django.db.models import Q

FULL_WIDTH = {sign: sign + 0xFEE0 for sign in range(0x21, 0x7F) if chr(sign).isalnum()}
"""From half-width letters and digits to the full-width ones that people type in Chinese text."""


def fold(text: str) -> str:
    """Lower case, full-width signs folded, everything but letters and digits removed."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())


def search_grams(text: str) -> list[str]:
    """The distinct pieces of two neighbouring signs, in order; a single sign stands for itself."""
    folded = fold(text)
    if len(folded) == 1:
        return [folded]
    return list(dict.fromkeys(folded[start : start + 2] for start in range(len(folded) - 1)))


def gram_numbers(grams: Iterable[str]) -> list[int]:
    """The pieces as signed 32-bit integers, for PostgreSQL's array."""
    return sorted({zlib.crc32(gram.encode()) - 2**31 for gram in grams})


def searched_parts(words: str) -> list[str]:
    """The parts of a search, without those that are only signs of punctuation."""
    return [part for part in words.split() if fold(part)]


def spellings(word: str) -> tuple[str, ...]:
    """A word as typed, with half-width and with full-width letters and digits; one alone where it has none."""
    narrow = unicodedata.normalize("NFKC", word)
    wide = (narrow.upper().translate(FULL_WIDTH), narrow.lower().translate(FULL_WIDTH))
    return tuple(dict.fromkeys((word, narrow, *wide)))


def contains_all(words: str, *, columns: Sequence[str]) -> Q:
    """The condition that every one of ``words`` (separated by spaces) stands in one of ``columns``: the exact check."""
    condition = Q()
    for part in searched_parts(words):
        spelled = Q()
        for column in columns:
            for spelling in spellings(part):
                # Chinese has no upper case; not to convert every text doubles the speed.
                lookup = "contains" if spelling.upper() == spelling.lower() else "icontains"
                spelled |= Q(**{f"{column}__{lookup}": spelling})
        condition &= spelled
    return condition
