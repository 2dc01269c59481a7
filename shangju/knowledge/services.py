"""Writes about articles: each checks the right, locks the article, appends a version or a row of the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.accounts.actors import CommandLine, Operator
from shangju.accounts.models import User
from shangju.areas.models import Area
from shangju.categories.models import Category
from shangju.core.audit import record
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.personal_data import PersonalDataKind, find_personal_data, kinds_in
from shangju.knowledge.fitting import signs_of
from shangju.knowledge.models import (
    ANSWER_LIMIT,
    QUESTION_LIMIT,
    TEXT_LIMIT,
    WORDS_LIMIT,
    Article,
    ArticleOpinion,
    ArticleSign,
    ArticleVersion,
    Audience,
    Language,
)
from shangju.knowledge.rules import AREA_KINDS, may_keep, may_make
from shangju.knowledge.search import index_article
from shangju.knowledge.workflow import MOVES, ArticleMove, ArticleState
from shangju.posts.rights import standing_of

KEYWORDS_AT_MOST, KEYWORD_LIMIT = 20, 20


@dataclass(frozen=True, slots=True)
class Content:
    """What a version says."""

    question: str
    short_answer: str
    text: str = ""
    keywords: Sequence[str] = ()
    category: Category | None = None
    audience: str = Audience.PUBLIC
    source: str = ""
    review_by: date | None = None
    valid_until: date | None = None


@transaction.atomic
def write_article(
    content: Content,
    *,
    area: Area | None,
    language: str = Language.CHINESE,
    translation_of: Article | None = None,
    seed: str = "",
    by: Operator,
    now: datetime,
) -> Article:
    """Begin an article as a draft, for a sub-district, a community or, without ``area``, everywhere.

    Raises:
        NotAllowed: no right to write for the area.
        DomainError: something is missing or too long, or the other article has a translation already.
    """
    if area is not None and area.kind not in AREA_KINDS:
        raise _refused("area", _("Choose a sub-district or a community."))
    if not isinstance(by, CommandLine) and not may_keep(standing_of(by), area):
        raise NotAllowed(_("You may not write articles for this area. Ask the duty desk."))
    if language not in Language.values:
        raise _refused("language", _("Choose one of the languages listed."))
    if translation_of is not None:
        _demand_untranslated(translation_of, language)
    article = Article.objects.create(
        area=area, language=language, translation_of=translation_of, state=ArticleState.DRAFT, seed=seed
    )
    _append(article, content, reason="", by=by, now=now)
    return article


def _demand_untranslated(original: Article, language: str) -> None:
    held = Article.objects.select_for_update(of=("self",), no_key=True).get(pk=original.pk)
    taken = Article.objects.filter(translation_of=held, language=language).exists()
    if held.translation_of_id is not None or held.language == language or taken:
        raise _refused(
            "translation_of", _("That article has this language already. Revise the one that is there.")
        )


@transaction.atomic
def revise_article(
    article: Article, content: Content, *, seen: int, reason: str = "", by: Operator, now: datetime
) -> ArticleVersion:
    """Append a version; others go on reading the published one until this one is published.

    Raises:
        Conflict: somebody wrote another version after number ``seen``, or the article is retired.
    """
    held = _held(article, ArticleMove.REVISE, by=by)
    _demand_seen(held, seen)
    return _append(held, content, reason=reason, by=by, now=now)


@transaction.atomic
def publish_article(article: Article, *, seen: int, by: Operator, now: datetime) -> Article:
    """Let others read the latest version, which must be the one with number ``seen``.

    Raises:
        Conflict: it is published already, retired, or somebody wrote another version meanwhile.
    """
    held = _held(article, ArticleMove.PUBLISH, by=by)
    _demand_seen(held, seen)
    if not held.waits:
        raise Conflict(_("This version is published already."))
    assert held.latest is not None, "an article is made with its first version"
    if held.latest.is_expired(timezone.localdate(now)):
        raise _refused("valid_until", _("The validity of this version is over. Revise it first."))
    _release(held, held.latest, now=now)
    _record(held, ArticleMove.PUBLISH, by=by, now=now, after={"version": held.latest.number})
    return held


@transaction.atomic
def confirm_article(
    article: Article, *, review_by: date, seen: int, by: Operator, now: datetime
) -> ArticleVersion:
    """Say that a published article is still right, and until when; a version with the same words is published.

    Raises:
        Conflict: a revision waits, or somebody wrote another version meanwhile.
        DomainError: the day of the next review has passed already.
    """
    held = _held(article, ArticleMove.CONFIRM, by=by)
    _demand_seen(held, seen)
    if held.waits or held.published is None:
        raise Conflict(_("A revision waits. Publish it instead."))
    if review_by <= timezone.localdate(now):
        raise _refused("review_by", _("Choose a day that is still to come."))
    content = content_of(held.published)
    if held.published.is_expired(timezone.localdate(now)):
        content = replace(content, valid_until=None)
    version = _append(
        held, replace(content, review_by=review_by), reason=_("Looked through: still right"), by=by, now=now
    )
    _release(held, version, now=now)
    _record(held, ArticleMove.CONFIRM, by=by, now=now, after={"version": version.number})
    return version


@transaction.atomic
def retire_article(article: Article, *, reason: str, by: Operator, now: datetime) -> Article:
    """Take an article away from its readers; what it said stays.

    Raises:
        DomainError: no reason.
    """
    held = _held(article, ArticleMove.RETIRE, by=by)
    if not reason.strip():
        raise _refused("reason", _("Say why it is no longer needed."))
    held.state, held.published, held.published_at = ArticleState.RETIRED, None, None
    held.save(update_fields=["state", "published", "published_at"])
    ArticleSign.objects.filter(article=held).delete()
    index_article(held)
    _record(held, ArticleMove.RETIRE, by=by, now=now, reason=reason.strip()[:200])
    return held


@transaction.atomic
def resume_article(article: Article, *, by: Operator, now: datetime) -> Article:
    """Make a retired article a draft again."""
    held = _held(article, ArticleMove.RESUME, by=by)
    held.state = ArticleState.DRAFT
    held.save(update_fields=["state"])
    _record(held, ArticleMove.RESUME, by=by, now=now)
    return held


@transaction.atomic
def give_opinion(
    article: Article, *, respondent: str, was_helpful: bool, words: str = "", now: datetime
) -> ArticleOpinion:
    """Keep whether a published article helped; the same respondent's later answer replaces the earlier one.

    Raises:
        Conflict: the article is no longer published.
        DomainError: more words than fit.
    """
    held = Article.objects.select_for_update(of=("self",), no_key=True).get(pk=article.pk)
    if held.published_id is None:
        raise Conflict(_("This article has been taken back meanwhile."))
    if len(words) > WORDS_LIMIT:
        raise _refused("words", _("Please say it in at most %(limit)s characters.") % {"limit": WORDS_LIMIT})
    # The article's lock keeps a second answer of the same respondent waiting: no lock on the opinion is needed.
    opinion = ArticleOpinion.objects.filter(article=held, respondent=respondent).first()
    opinion = opinion or ArticleOpinion(article=held, respondent=respondent)
    opinion.version_id, opinion.was_helpful = held.published_id, was_helpful
    opinion.words, opinion.at = words.strip(), now
    opinion.save()
    return opinion


def content_of(version: ArticleVersion) -> Content:
    """What a version says, to begin the next one from."""
    return Content(
        question=version.question,
        short_answer=version.short_answer,
        text=version.text,
        keywords=tuple(version.keyword_list),
        category=version.category,
        audience=version.audience,
        source=version.source,
        review_by=version.review_by,
        valid_until=version.valid_until,
    )


def _held(article: Article, move: ArticleMove, *, by: Operator) -> Article:
    """The article, locked, if ``by`` may make ``move`` and its state allows it."""
    rows = Article.objects.select_for_update(of=("self",), no_key=True)
    held = rows.select_related("area", "latest__category", "published__category").get(pk=article.pk)
    if not isinstance(by, CommandLine) and not may_make(standing_of(by), held, move):
        raise NotAllowed(_("You may read this article, but not change it. Ask the duty desk."))
    if ArticleState(held.state) not in MOVES[move].sources:
        raise Conflict(
            _("This article is “%(state)s” now. Load the page again.") % {"state": held.get_state_display()}
        )
    return held


def _demand_seen(article: Article, seen: int) -> None:
    assert article.latest is not None, "an article is made with its first version"
    if article.latest.number != seen:
        raise Conflict(_("Somebody changed this article meanwhile. Look at the newest version first."))


def _append(
    article: Article, content: Content, *, reason: str, by: Operator, now: datetime
) -> ArticleVersion:
    version = ArticleVersion.objects.create(
        article=article,
        number=article.latest.number + 1 if article.latest else 1,
        reason=reason.strip()[:200],
        by=_person(by),
        at=now,
        **_checked(content),
    )
    article.latest = version
    article.save(update_fields=["latest"])
    index_article(article)
    return version


def _release(article: Article, version: ArticleVersion, *, now: datetime) -> None:
    article.state, article.published, article.published_at = ArticleState.PUBLISHED, version, now
    article.save(update_fields=["state", "published", "published_at"])
    ArticleSign.objects.filter(article=article).delete()
    ArticleSign.objects.bulk_create(signs_of(article, version))
    index_article(article)


OF_OFFICES = frozenset({PersonalDataKind.LANDLINE, PersonalDataKind.EMAIL})
"""What an article may name: by these one reaches an office."""


def _checked(content: Content) -> dict[str, object]:
    """The columns of a version; what is missing or too long is said at its field."""
    question, answer, text = content.question.strip(), content.short_answer.strip(), content.text.strip()
    keywords = list(dict.fromkeys(word.strip() for word in content.keywords if word.strip()))
    faults = {
        "question": _("Write the question as a resident would ask it.") if not question else "",
        "short_answer": _("Write an answer that can be sent as it is.") if not answer else "",
        "audience": "" if content.audience in Audience.values else _("Choose who may read it."),
    } | {
        name: _("At most %(limit)s characters. Shorten it.") % {"limit": limit}
        for name, value, limit in (
            ("question", question, QUESTION_LIMIT), ("short_answer", answer, ANSWER_LIMIT), ("text", text, TEXT_LIMIT),
            ("source", content.source.strip(), 300),
        ) if len(value) > limit
    }  # fmt: skip
    if len(keywords) > KEYWORDS_AT_MOST or any(len(word) > KEYWORD_LIMIT for word in keywords):
        faults["keywords"] = _("At most %(number)s keywords of %(length)s characters each.") % {
            "number": KEYWORDS_AT_MOST, "length": KEYWORD_LIMIT,
        }  # fmt: skip
    for name, value in (("question", question), ("short_answer", answer), ("text", text)):
        if found := [each for each in find_personal_data(value) if each.kind not in OF_OFFICES]:
            faults[name] = _("Many people read this. Leave out: %(kinds)s.") % {"kinds": kinds_in(found)}
    faults = {name: sentence for name, sentence in faults.items() if sentence}
    if faults:
        raise DomainError(_("The article is not complete yet."), fields=faults)
    return {
        "question": question, "short_answer": answer, "text": text, "keywords": "\n".join(keywords),
        "category": content.category, "audience": content.audience, "source": content.source.strip(),
        "review_by": content.review_by, "valid_until": content.valid_until,
    }  # fmt: skip


def _record(
    article: Article,
    move: ArticleMove,
    *,
    by: Operator,
    now: datetime,
    after: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    record(article, action=f"article.{move}", by=_person(by), now=now, after=after, reason=reason)


def _person(by: Operator) -> User | None:
    return None if isinstance(by, CommandLine) else by


def _refused(field: str, sentence: str) -> DomainError:
    return DomainError(sentence, fields={field: sentence})
