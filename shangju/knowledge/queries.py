"""Reading articles: by residents, by staff, and those that fit a concern."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language

from shangju.areas.models import Area
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.knowledge.fitting import fitting_ids, ranked
from shangju.knowledge.models import Article, ArticleOpinion, ArticleVersion, Audience, Language
from shangju.knowledge.rules import AREA_KINDS, may_keep, visible_to
from shangju.knowledge.search import matching
from shangju.knowledge.workflow import ArticleState
from shangju.posts.rights import Standing

PAGE = 30
OFFERED = 3
BEHIND = ("area", "latest", "latest__category", "published", "published__category", "translation_of")
"""Rows that are read with an article: the scope of a grid worker does not reach the area above on its own."""


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One page of articles; ``next_cursor`` leads to the following one."""

    items: list[Article]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class ArticleFilters:
    """What narrows the staff's list; ``due`` are those that somebody should look through."""

    words: str = ""
    state: str = ""
    category: str = ""
    due: bool = False


def reading_language() -> str:
    """The language that a reader's articles are in where there are such."""
    return Language.ENGLISH if get_language() == "en" else Language.CHINESE


def public_articles(*, on: date) -> QuerySet[Article]:
    """What residents may read on a day. Ask it where published articles may be read everywhere."""
    shown = Article.objects.filter(state=ArticleState.PUBLISHED, published__audience=Audience.PUBLIC)
    return shown.exclude(published__valid_until__lt=on).select_related(
        "published", "published__category", "area"
    )


def in_reading_language(articles: QuerySet[Article], *, on: date) -> QuerySet[Article]:
    """One of each pair of translations: the one in the reader's language, else the one that there is."""
    language, own = reading_language(), public_articles(on=on).order_by()
    original = own.filter(pk=OuterRef("translation_of"), language=language)
    translated = own.filter(translation_of=OuterRef("pk"), language=language)
    return articles.filter(Q(language=language) | (~Exists(original) & ~Exists(translated)))


def read_for_residents(
    *, words: str = "", category: str = "", cursor: str = "", on: date, limit: int = PAGE
) -> ArticlePage:
    """One page of what residents may read, in the reader's language, by category."""
    with everywhere(EverywhereReason.PUBLISHED_ARTICLE):
        articles = in_reading_language(public_articles(on=on), on=on)
        if category:
            articles = articles.filter(_in_category("published", category))
        if words:
            articles = matching(articles, words, version="published")
        return _page(articles, cursor, limit)


def public_article(pk: int, *, on: date) -> Article:
    """One article that residents may read; ``Article.DoesNotExist`` for every other."""
    with everywhere(EverywhereReason.PUBLISHED_ARTICLE):
        return public_articles(on=on).get(pk=pk)


def counterpart_of(article: Article, *, on: date) -> Article | None:
    """The same article in the other language, where residents may read it."""
    with everywhere(EverywhereReason.PUBLISHED_ARTICLE):
        pair = Q(translation_of=article.pk) | Q(pk=article.translation_of_id or 0)
        return public_articles(on=on).filter(pair).first()


def articles_answering(text: str, *, on: date) -> list[Article]:
    """The public articles that may answer a resident's words, best first, in the language that they read."""
    with everywhere(EverywhereReason.PUBLISHED_ARTICLE):
        ids = fitting_ids(text, on=on, audiences=[Audience.PUBLIC])
        best = ranked(public_articles(on=on).filter(pk__in=ids), text)[:OFFERED] if ids else []
        return _as_read(best, on=on)


def _as_read(articles: list[Article], *, on: date) -> list[Article]:
    """Each in the reader's language where residents may read it so; none twice."""
    pairs = [article.translation_of_id or article.pk for article in articles]
    if not pairs:
        return []
    own = public_articles(on=on).filter(language=reading_language())
    own = own.filter(Q(pk__in=pairs) | Q(translation_of__in=pairs))
    preferred = {article.translation_of_id or article.pk: article for article in own}
    shown = [preferred.get(pair, article) for pair, article in zip(pairs, articles, strict=True)]
    return list({article.pk: article for article in shown}.values())


def quick_answers(text: str, *, area_path: str, on: date) -> list[Article]:
    """What staff may send as an answer to a concern at a place: public articles for it that fit its text."""
    with everywhere(EverywhereReason.PUBLISHED_ARTICLE):
        ids = fitting_ids(text, on=on, audiences=[Audience.PUBLIC])
        if not ids:
            return []
        around = [int(pk) for pk in area_path.strip("/").split("/")]
        here = Q(area__isnull=True) | Q(area__in=around)
        return ranked(public_articles(on=on).filter(here, pk__in=ids), text)[: 2 * OFFERED]


def read_for_staff(standing: Standing, filters: ArticleFilters, *, cursor: str = "", on: date) -> ArticlePage:
    """One page of what staff may see, in their scope."""
    articles = Article.objects.filter(visible_to(standing)).select_related(*BEHIND)
    if filters.state:
        articles = articles.filter(state=filters.state)
    if filters.category:
        articles = articles.filter(_in_category("latest", filters.category))
    if filters.due:
        articles = articles.filter(due_condition(on))
    if filters.words:
        articles = matching(articles, filters.words, version="latest")
    return _page(articles, cursor, PAGE)


def count_due(standing: Standing, *, on: date) -> int:
    """How many published articles somebody should look through."""
    return Article.objects.filter(visible_to(standing), due_condition(on)).count()


def count_waiting(standing: Standing) -> int:
    """How many articles hold something that nobody has released."""
    return Article.objects.filter(visible_to(standing), state=ArticleState.DRAFT).count()


def due_condition(on: date) -> Q:
    """Published, and its day of review or the end of its validity is over."""
    late = Q(published__review_by__lt=on) | Q(published__valid_until__lt=on)
    return late & Q(state=ArticleState.PUBLISHED)


def _in_category(version: str, code: str) -> Q:
    column = f"{version}__category"
    return Q(**{f"{column}__code": code}) | Q(**{f"{column}__parent__code": code})


def _page(articles: QuerySet[Article], cursor: str, limit: int) -> ArticlePage:
    """By number, newest first. A cursor that is no number begins at the top."""
    if cursor.isdecimal() and len(cursor) < 18:
        articles = articles.filter(pk__lt=int(cursor))
    found = list(articles.order_by("-pk")[: limit + 1])
    return ArticlePage(found[:limit], str(found[limit - 1].pk) if len(found) > limit else "")


def article_for(pk: int) -> Article:
    """One article in scope, with everything that its page shows; ``Article.DoesNotExist`` where there is none."""
    return Article.objects.select_related(*BEHIND).get(pk=pk)


def counterpart_in_scope(article: Article) -> Article | None:
    """The same article in the other language, whatever its state."""
    pair = Q(translation_of=article.pk) | Q(pk=article.translation_of_id or 0)
    return Article.objects.filter(pair).select_related("latest").first()


def versions_of(article: Article) -> list[ArticleVersion]:
    """All versions, the newest first."""
    return list(
        ArticleVersion.objects.filter(article=article).select_related("by", "category").order_by("-number")
    )


def opinion_figures(article: Article) -> dict[str, int]:
    """How many readers the article helped, and how many it did not."""
    return ArticleOpinion.objects.filter(article=article).aggregate(
        helped=Count("pk", filter=Q(was_helpful=True)), missed=Count("pk", filter=Q(was_helpful=False))
    )


def words_on(article: Article) -> Sequence[ArticleOpinion]:
    """What readers found missing, the newest first."""
    said = ArticleOpinion.objects.filter(article=article).exclude(words="").select_related("version")
    return list(said.order_by("-at")[:PAGE])


def areas_to_write_for(standing: Standing) -> list[Area | None]:
    """The areas for which they may write, the whole installation (nothing) first where they may."""
    areas = (
        Area.objects.filter(kind__in=AREA_KINDS, retired_on__isnull=True).defer("outline").order_by("path")
    )
    everything: list[Area | None] = [None] if may_keep(standing, None) else []
    return [*everything, *(area for area in areas if may_keep(standing, area))]
