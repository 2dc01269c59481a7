"""Finding cases by words, two-character ones included (docs/adr/0006).

The pieces of two signs of a text feed an FTS5 table on SQLite and an integer array with a GIN index on PostgreSQL;
one :func:`search_grams` makes them for both. An exact check on the text follows, which also removes hash clashes.
"""

import unicodedata
import zlib
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from shangju.cases.models import Case

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


def searchable_text(case: Case) -> str:
    """What is searched: number, title, text and place; never anything about the reporter."""
    return " ".join((case.number, case.title, case.text, case.place_note))


def index_rows(rows: Sequence[tuple[int, str]], *, are_new: bool = False) -> None:
    """Enter many cases, given as (id, searchable text); ``are_new`` spares looking for their old entries."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.executemany(
                "INSERT INTO cases_search (case_id, grams) VALUES (%s, %s::int[]) "
                "ON CONFLICT (case_id) DO UPDATE SET grams = EXCLUDED.grams",
                [(pk, gram_numbers(search_grams(text))) for pk, text in rows],
            )
        else:
            if not are_new:
                cursor.executemany("DELETE FROM cases_search WHERE rowid = %s", [(pk,) for pk, _text in rows])
            cursor.executemany(
                "INSERT INTO cases_search (rowid, grams) VALUES (%s, %s)",
                [(pk, " ".join(search_grams(text))) for pk, text in rows],
            )


def matching(cases: QuerySet[Case], words: str) -> QuerySet[Case]:
    """Those of ``cases`` that contain every one of ``words`` (separated by spaces).

    The index narrows to the rows that hold all pieces of two signs, the exact check decides. A single sign has no
    such piece: it is looked for in the rows themselves.
    """
    parts = [part for part in words.split() if fold(part)]
    if not parts:
        return cases
    exact = _contains_all(parts)
    grams = list(dict.fromkeys(gram for part in parts if len(fold(part)) > 1 for gram in search_grams(part)))
    if not grams:
        return cases.filter(exact)
    if connection.vendor == "postgresql":
        return cases.filter(
            exact,
            pk__in=RawSQL("SELECT case_id FROM cases_search WHERE grams @> %s::int[]", [gram_numbers(grams)]),
        )
    query = " AND ".join(f'"{gram}"' for gram in grams)
    return cases.filter(
        exact, pk__in=RawSQL("SELECT rowid FROM cases_search WHERE cases_search MATCH %s", [query])
    )


def _contains_all(parts: Sequence[str]) -> Q:
    columns = ("title", "text", "number", "place_note")
    condition = Q()
    for part in parts:
        spelled = Q()
        for column in columns:
            for spelling in spellings(part):
                spelled |= Q(**{f"{column}__icontains": spelling})
        condition &= spelled
    return condition


def spellings(word: str) -> tuple[str, ...]:
    """A word as typed, with half-width and with full-width letters and digits; one alone where it has none."""
    narrow = unicodedata.normalize("NFKC", word)
    wide = (narrow.upper().translate(FULL_WIDTH), narrow.lower().translate(FULL_WIDTH))
    return tuple(dict.fromkeys((word, narrow, *wide)))
