"""Finding cases by words, two-character ones included (docs/adr/0006).

The pieces of two signs of a text feed an FTS5 table on SQLite and an integer array with a GIN index on PostgreSQL;
one :func:`search_grams` makes them for both. An exact check on the text follows, which also removes hash clashes.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.expressions import RawSQL

from shangju.areas.models import AreaKind
from shangju.cases.models import Case
from shangju.core.scoping import active_scope
from shangju.core.text_search import contains_all, fold, gram_numbers, search_grams, searched_parts

WINDOW = 2000
"""So many of the first rows are read before the index is asked."""


def searchable_text(case: Case) -> str:
    """What is searched: number, title, text and place; never anything about the reporter."""
    return " ".join((case.number, case.title, case.text, case.place_note))


def index_cases(cases: Sequence[Case], *, are_new: bool = False) -> None:
    """Enter many cases; ``are_new`` spares looking for their old entries.

    An entry also bears the mark of the sub-district, which a case never leaves: the index then gives only what lies
    there, however often the rest of the city says the same word.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _write(
                cursor,
                "INSERT INTO cases_search (case_id, grams) VALUES (%s, %s::int[]) "
                "ON CONFLICT (case_id) DO UPDATE SET grams = EXCLUDED.grams",
                [(case.pk, _array_of(case)) for case in cases],
            )
            return
        if not are_new:
            _write(cursor, "DELETE FROM cases_search WHERE rowid = %s", [(case.pk,) for case in cases])
        _write(
            cursor,
            "INSERT INTO cases_search (rowid, grams) VALUES (%s, %s)",
            [
                (case.pk, " ".join((mark_of(case.subdistrict_id), *search_grams(searchable_text(case)))))
                for case in cases
            ],
        )


def _write(cursor: Any, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    """One row at a time is what intakes do: it spares them the set-up of many."""
    if len(rows) == 1:
        cursor.execute(statement, rows[0])
    else:
        cursor.executemany(statement, rows)


def _array_of(case: Case) -> str:
    """The entry as PostgreSQL writes an array: a text is sent faster than a list of some hundred numbers."""
    numbers = (case.subdistrict_id, *gram_numbers(search_grams(searchable_text(case))))
    return f"{{{','.join(map(str, numbers))}}}"


def mark_of(subdistrict: int) -> str:
    """How the full-text table of SQLite marks the sub-district; PostgreSQL's array holds the id itself."""
    return f"area{subdistrict}"


def marks_in_reach() -> list[int]:
    """Ids among which are the sub-districts of everything in the active scope; none where it reaches further."""
    scope = active_scope()
    if scope is None or scope.everywhere is not None or scope.parties or not scope.areas:
        return []
    if any(area.level == AreaKind.DISTRICT for area in scope.areas):
        return []
    return sorted({int(pk) for area in scope.areas for pk in area.path.strip("/").split("/")})


def matching(cases: QuerySet[Case], words: str) -> QuerySet[Case]:
    """Those of ``cases`` that contain every one of ``words`` (separated by spaces).

    The index narrows to the rows that hold all pieces of two signs and lie in a sub-district in reach, the exact check
    decides. A single sign has no such piece: it is looked for in the rows themselves. The active scope counts when
    this is called.
    """
    parts = searched_parts(words)
    grams = list(dict.fromkeys(gram for part in parts if len(fold(part)) > 1 for gram in search_grams(part)))
    if not grams:
        return containing(cases, words)
    marks = marks_in_reach()
    if connection.vendor == "postgresql":
        # An array, not a join: whatever the planner thinks of the words, it looks their rows up by their ids.
        sql, values = "SELECT case_id FROM cases_search WHERE grams @> %s::int[]", [gram_numbers(grams)]
        if marks:
            sql, values = f"{sql} AND grams && %s::int[]", [*values, marks]
        return containing(cases.filter(InArray(F("pk"), RawSQL(f"ARRAY({sql})", values))), words)  # noqa: S611 - no input in it
    query = " AND ".join(f'"{gram}"' for gram in grams)
    if marks:
        query += f" AND ({' OR '.join(mark_of(mark) for mark in marks)})"
    rows = RawSQL("SELECT rowid FROM cases_search WHERE cases_search MATCH %s", [query])
    return containing(cases.filter(pk__in=rows), words)


def among(cases: QuerySet[Case], ids: QuerySet[Any, Any] | Sequence[int]) -> QuerySet[Case]:
    """Those of ``cases`` whose ids a query (of few rows) gives: on PostgreSQL found by their ids, never by a join."""
    if connection.vendor == "postgresql" and isinstance(ids, QuerySet):
        from django.contrib.postgres.expressions import ArraySubquery  # noqa: PLC0415 - brings the driver along

        return cases.filter(InArray(F("pk"), ArraySubquery(ids)))
    return cases.filter(pk__in=ids)


class InArray(Func):
    """Whether a value is in an array of PostgreSQL's."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field: ClassVar[Any] = BooleanField()
    conditional = True


def first_matching(
    ordered: QuerySet[Case],
    words: str,
    *,
    narrow: Callable[[QuerySet[Case]], QuerySet[Case]],
    limit: int,
) -> list[int]:
    """Ids of the first ``limit`` of ``ordered``, narrowed by ``narrow``, that contain all of ``words``, in no order.

    ``ordered`` is what an index gives in order. Its first rows are read first: a word that many cases have fills the
    page from them, however many cases there are. Only what is rare among them is looked up in the index, where it has
    few rows. So neither way grows with the table, and the planner has nothing to guess.
    """
    order = ordered.query.order_by
    window = narrow(among(Case.objects.all(), ordered.values("pk")[:WINDOW])).order_by(*order)
    found = list(containing(window, words).values_list("pk", flat=True)[:limit])
    if len(found) == limit or not ordered.values("pk")[WINDOW : WINDOW + 1]:
        return found
    return list(matching(narrow(ordered), words).values_list("pk", flat=True)[:limit])


def containing(cases: QuerySet[Case], words: str) -> QuerySet[Case]:
    """Those of ``cases`` that contain every one of ``words``, by reading them: the exact check."""
    return cases.filter(contains_all(words, columns=("title", "text", "number", "place_note")))
