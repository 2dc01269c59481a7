"""Finding articles by words, two-character ones included (docs/adr/0006), and the index that narrows the search.

One entry an article, of the pieces of its latest and its published version; an exact check on the version that the
reader may see follows.
"""

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from shangju.core.text_search import contains_all, fold, gram_numbers, search_grams, searched_parts
from shangju.knowledge.models import Article, ArticleVersion

COLUMNS = ("question", "short_answer", "text", "keywords")


def searchable_text(version: ArticleVersion) -> str:
    """What is searched of a version."""
    return "\n".join((version.question, version.short_answer, version.text, version.keywords))


def index_article(article: Article) -> None:
    """Enter an article anew; its versions are read already."""
    shown = {version.pk: version for version in (article.latest, article.published) if version is not None}
    grams = list(dict.fromkeys(gram for v in shown.values() for gram in search_grams(searchable_text(v))))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "INSERT INTO knowledge_search (article_id, grams) VALUES (%s, %s) "
                "ON CONFLICT (article_id) DO UPDATE SET grams = EXCLUDED.grams",
                (article.pk, gram_numbers(grams)),
            )
            return
        cursor.execute("DELETE FROM knowledge_search WHERE rowid = %s", (article.pk,))
        cursor.execute(
            "INSERT INTO knowledge_search (rowid, grams) VALUES (%s, %s)", (article.pk, " ".join(grams))
        )


def matching(articles: QuerySet[Article], words: str, *, version: str) -> QuerySet[Article]:
    """Those of ``articles`` whose ``version`` (``latest`` or ``published``) contains every one of ``words``.

    A search of signs that are neither letter nor digit finds nothing; a single sign is looked for in the rows.
    """
    parts = searched_parts(words)
    if not parts:
        return articles.none()
    grams = list(dict.fromkeys(gram for part in parts if len(fold(part)) > 1 for gram in search_grams(part)))
    found = articles.filter(contains_all(words, columns=[f"{version}__{column}" for column in COLUMNS]))
    return found.filter(pk__in=_holding(grams)) if grams else found


def _holding(grams: Iterable[str]) -> RawSQL:
    """Ids of the articles whose entry holds all pieces."""
    if connection.vendor == "postgresql":
        return RawSQL(
            "SELECT article_id FROM knowledge_search WHERE grams @> %s::int[]", [gram_numbers(grams)]
        )
    query = " AND ".join(f'"{gram}"' for gram in grams)
    return RawSQL("SELECT rowid FROM knowledge_search WHERE knowledge_search MATCH %s", [query])
