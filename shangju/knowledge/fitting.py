"""Which articles may answer a concern: by rule, the same every time.

An article fits by its keywords above all, then by what its question shares with the text. The pieces of both are rows
(:class:`shangju.knowledge.models.ArticleSign`), so that few of many articles are looked at.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Sum

from shangju.core.text_search import fold, gram_numbers
from shangju.knowledge.models import Article, ArticleSign, ArticleVersion

READ_OF_TEXT = 600
"""So many signs of a concern are looked at: what it is about stands at its beginning."""

LOOKED_AT = 30
KEYWORD_WEIGHT, QUESTION_WEIGHT = 3, 1
ENOUGH = 4
"""One keyword of two signs, or two pieces of a question; below this nothing is offered."""

COMMON = frozenset({
    "怎么", "么办", "什么", "可以", "请问", "你好", "您好", "如何", "怎样", "哪里", "多少", "需要", "时候", "谁来", "来管",
    "处理", "店铺", "商户", "居民", "小区", "社区", "物业", "the", "and", "what", "who", "whom", "for", "with", "shop",
    "can", "done", "must", "not", "from", "when", "how", "may", "does",
})  # fmt: skip
"""Pieces of questions that say nothing about what they ask."""

_LATIN = re.compile(r"[a-z0-9]{3,}")
_HAN = re.compile(r"[\u3400-\u9fff]+")


def pieces(text: str) -> list[str]:
    """The distinct pieces that tell what a text is about: Chinese ones of two signs, other words whole."""
    found: list[str] = _LATIN.findall(text.lower())
    for run in _HAN.findall(text):
        found.extend(run[start : start + 2] for start in range(len(run) - 1))
    return list(dict.fromkeys(found))


def signs_of(article: Article, version: ArticleVersion) -> list[ArticleSign]:
    """The rows of a version that residents or staff can be offered."""
    weights = dict.fromkeys(gram_numbers(pieces(version.question)), QUESTION_WEIGHT)
    for keyword in version.keyword_list:
        weights.update(dict.fromkeys(gram_numbers(pieces(keyword)), KEYWORD_WEIGHT))
    return [ArticleSign(article=article, number=number, weight=weight) for number, weight in weights.items()]


def fitting_ids(text: str, *, on: date, audiences: Sequence[str]) -> list[int]:
    """Ids of the published articles in scope that fit ``text``, the best first; those that share a sign with it."""
    numbers = gram_numbers(pieces(text[:READ_OF_TEXT]))
    if not numbers:
        return []
    readable = ArticleSign.objects.filter(
        number__in=numbers, article__state="published", article__published__audience__in=audiences
    ).exclude(article__published__valid_until__lt=on)
    ranked = readable.values("article").annotate(shared=Sum("weight")).order_by("-shared", "article")
    return [row["article"] for row in ranked[:LOOKED_AT]]


def ranked(articles: Iterable[Article], text: str) -> list[Article]:
    """Those of ``articles`` (published ones, with their version) that fit well enough, the best first."""
    beginning = text[:READ_OF_TEXT]
    plain, found = fold(beginning), set(pieces(beginning))
    scores = [
        (score_of(article.published, plain, found), article) for article in articles if article.published
    ]
    scores = [pair for pair in scores if pair[0] >= ENOUGH]
    return [article for _score, article in sorted(scores, key=lambda pair: (-pair[0], pair[1].pk))]


def score_of(version: ArticleVersion, plain: str, found: set[str]) -> int:
    """Keywords by their length, and the telling pieces of the question that the text shares."""
    keywords = {fold(keyword) for keyword in version.keyword_list}
    said = {word for word in keywords if _is_said(word, plain)}
    longest = [word for word in said if not any(word != other and word in other for other in said)]
    shared = (set(pieces(version.question)) & found) - COMMON
    return sum(2 * min(len(word), 6) for word in longest if len(word) > 1) + 2 * len(shared)


def _is_said(word: str, plain: str) -> bool:
    return bool(word) and word in plain
