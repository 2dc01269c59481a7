"""The articles that come with an installation: read from ``seed/articles.yaml``, entered and kept up to date."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from shangju.accounts.actors import COMMAND_LINE
from shangju.categories.queries import category_by_code
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.knowledge.models import Article, Language
from shangju.knowledge.services import Content, content_of, publish_article, revise_article, write_article
from shangju.knowledge.workflow import ArticleState

TABLE = Path(__file__).parent / "seed" / "articles.yaml"
REVIEW_AFTER = timedelta(days=365)
LANGUAGES = {"zh": Language.CHINESE, "en": Language.ENGLISH}


@dataclass(frozen=True, slots=True)
class SeedResult:
    """How many articles the seed created, updated, and left alone because a person had worked on them."""

    created: int = 0
    updated: int = 0
    kept: int = 0


def seed_table() -> dict[str, Mapping[str, Any]]:
    """The table as it is written: by the word of an article its category and its texts in each language."""
    table: dict[str, Mapping[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return table


@transaction.atomic
def seed_articles(*, now: datetime) -> SeedResult:
    """Bring the articles into the database, published, for everywhere; a second call changes nothing.

    One that a person has revised, or taken away, is left alone: the seed is a default, not a correction.
    """
    counts: Counter[str] = Counter()
    with everywhere(EverywhereReason.SETUP):
        rows = Article.objects.exclude(seed="").select_related("latest__category")
        present = {article.seed: article for article in rows}
        for word, row in seed_table().items():
            original = None
            for short, language in LANGUAGES.items():
                found = present.get(f"{word}-{short}")
                if found is None:
                    plan = _content(row, short, now)
                    found = _create(plan, f"{word}-{short}", language=language, original=original, now=now)
                    counts["created"] += 1
                else:
                    counts[_bring_up_to_date(found, _content(row, short, now), now=now)] += 1
                original = original or found
    return SeedResult(counts["created"], counts["updated"], counts["kept"])


def _create(
    content: Content, seed: str, *, language: str, original: Article | None, now: datetime
) -> Article:
    article = write_article(
        content, area=None, language=language, translation_of=original, seed=seed, by=COMMAND_LINE, now=now
    )
    return publish_article(article, seen=1, by=COMMAND_LINE, now=now)


def _bring_up_to_date(article: Article, content: Content, *, now: datetime) -> str:
    latest = article.latest
    assert latest is not None, "an article is made with its first version"
    if latest.by_id is not None or article.state != ArticleState.PUBLISHED:
        return "kept"
    if _words(content_of(latest)) == _words(content):
        return "same"
    revise_article(article, content, seen=latest.number, by=COMMAND_LINE, now=now)
    publish_article(article, seen=latest.number + 1, by=COMMAND_LINE, now=now)
    return "updated"


def _words(content: Content) -> Content:
    """What is compared: the day of the next review counts from the day of the seeding."""
    return replace(content, keywords=tuple(content.keywords), review_by=None)


def _content(row: Mapping[str, Any], short: str, now: datetime) -> Content:
    texts = row[short]
    return Content(
        question=texts["question"].strip(),
        short_answer=texts["answer"].strip(),
        text=texts.get("text", "").strip(),
        keywords=tuple(texts["keywords"]),
        category=category_by_code(row["category"]),
        source=texts.get("source", "").strip(),
        review_by=timezone.localdate(now) + REVIEW_AFTER,
    )
