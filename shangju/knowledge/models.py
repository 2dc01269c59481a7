"""Articles, their versions that never change, and what readers say of them.

Only :mod:`shangju.knowledge.services` writes them.
"""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.categories.models import Category
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.knowledge.workflow import ArticleState

QUESTION_LIMIT, ANSWER_LIMIT, TEXT_LIMIT, WORDS_LIMIT = 100, 500, 8000, 500
"""Signs. A short answer must fit a message to a resident."""


class Language(models.TextChoices):
    """In which language an article is written."""

    CHINESE = "zh-hans", "中文"
    ENGLISH = "en", "English"


class Audience(models.TextChoices):
    """Who may read an article once it is published."""

    PUBLIC = "public", _("Residents and staff")
    INTERNAL = "internal", _("Staff only")


class ArticleManager(ScopedManager["Article"]):
    """Articles in scope: of the areas, of what lies above them, and those for everywhere."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path", covering="area_id")


class Article(models.Model):
    """One question and where its answer stands; what it says is in its versions.

    ``area`` is a sub-district or a community, empty for the whole installation. ``latest`` is what staff write on,
    ``published`` what others read: they differ while a revision waits. A translation names the article it translates.
    ``seed`` is the word of the article that came with the installation, and empty for what was written here.
    """

    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="articles", verbose_name=_("Area")
    )
    language = models.CharField(_("Language"), max_length=10, choices=Language)
    translation_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="translations", verbose_name=_("Translation of")
    )
    state = models.CharField(_("State"), max_length=10, choices=ArticleState, default=ArticleState.DRAFT)
    latest = models.ForeignKey("ArticleVersion", models.PROTECT, null=True, related_name="+")
    published = models.ForeignKey("ArticleVersion", models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(_("Published at"), null=True)
    seed = models.SlugField(max_length=60, blank=True)

    objects = ArticleManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ArticleState.values, language__in=Language.values),
                name="article_state_and_language_known",
            ),
            models.CheckConstraint(
                condition=Q(state=ArticleState.PUBLISHED, published__isnull=False, published_at__isnull=False)
                | (~Q(state=ArticleState.PUBLISHED) & Q(published__isnull=True)),
                name="article_published_has_version",
            ),
            models.UniqueConstraint(
                fields=["translation_of", "language"], name="one_translation_per_language"
            ),
            models.CheckConstraint(
                condition=Q(translation_of__isnull=True) | ~Q(translation_of=F("id")),
                name="article_not_its_own_translation",
            ),
            models.UniqueConstraint(fields=["seed"], condition=~Q(seed=""), name="article_seeded_once"),
        ]
        indexes = [models.Index(fields=["state", "language"], name="articles_by_state")]

    def __str__(self) -> str:
        return str(self.latest or self.pk)

    @property
    def waits(self) -> bool:
        """Whether there is a version newer than the one that is read."""
        return self.state != ArticleState.RETIRED and self.latest_id != self.published_id


class ArticleVersionManager(ScopedManager["ArticleVersion"]):
    """Versions of the articles in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="article__area__path", covering="article__area_id")


class ArticleVersion(models.Model):
    """What an article says, written once; a change is another version. The database refuses to edit one.

    ``keywords`` holds one a line.
    """

    article = models.ForeignKey(Article, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("Version"))
    question = models.CharField(_("Question"), max_length=QUESTION_LIMIT)
    short_answer = models.CharField(_("Short answer"), max_length=ANSWER_LIMIT)
    text = models.TextField(_("Full text"), blank=True)
    keywords = models.TextField(_("Keywords"), blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, related_name="+", verbose_name=_("Category")
    )
    audience = models.CharField(_("For whom"), max_length=10, choices=Audience)
    source = models.CharField(_("Source or legal basis"), max_length=300, blank=True)
    review_by = models.DateField(_("Look through again by"), null=True)
    valid_until = models.DateField(_("Valid until"), null=True)
    reason = models.CharField(_("Why it was changed"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("At"))

    objects = ArticleVersionManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("article_id", "number")
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="one_version_per_number"),
            models.CheckConstraint(
                condition=~Q(question="") & ~Q(short_answer="") & Q(audience__in=Audience.values),
                name="article_version_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def keyword_list(self) -> list[str]:
        """The keywords."""
        return self.keywords.splitlines()

    def is_expired(self, on: date) -> bool:
        """Whether it says something that held until a day before ``on``."""
        return self.valid_until is not None and self.valid_until < on

    def is_due(self, on: date) -> bool:
        """Whether somebody should look through it by now."""
        return self.is_expired(on) or (self.review_by is not None and self.review_by < on)


class ArticleSignManager(ScopedManager["ArticleSign"]):
    """Signs of the articles in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="article__area__path", covering="article__area_id")


class ArticleSign(models.Model):
    """One piece of a published article's question and keywords; what a concern shares with it makes it fit.

    ``number`` stands for the piece as in the search index; ``weight`` is higher for keywords than for the question.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="signs")
    number = models.IntegerField()
    weight = models.PositiveSmallIntegerField()

    objects = ArticleSignManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["number", "article"], name="article_sign_once")]


class ArticleOpinionManager(ScopedManager["ArticleOpinion"]):
    """Opinions on the articles in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="article__area__path", covering="article__area_id")


class ArticleOpinion(models.Model):
    """Whether an article helped somebody: once a person or device and article; a later answer replaces the first.

    ``respondent`` is a keyed digest of the account or of a number in the browser's cookie: nobody is known by it.
    """

    article = models.ForeignKey(Article, models.PROTECT, related_name="opinions")
    version = models.ForeignKey(ArticleVersion, models.PROTECT, related_name="+")
    respondent = models.CharField(max_length=60)
    was_helpful = models.BooleanField(_("It helped"))
    words = models.CharField(_("What is missing"), max_length=WORDS_LIMIT, blank=True)
    at = models.DateTimeField(_("At"))

    objects = ArticleOpinionManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("-at", "-pk")
        constraints = [models.UniqueConstraint(fields=["article", "respondent"], name="one_opinion_each")]
