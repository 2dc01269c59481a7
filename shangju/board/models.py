"""What is on the public board, and what is proposed for it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.cases.workflow import Outcome
from shangju.categories.models import Category
from shangju.core.scoping import ScopeColumns, ScopedManager

LEVELS = {"subdistrict": "subdistrict_id", "community": "community_id"}


class Stage(models.TextChoices):
    """How far a publication has come."""

    PROPOSED = "proposed", pgettext_lazy("publication", "Waiting for the second look")
    PUBLISHED = "published", pgettext_lazy("publication", "On the board")
    TAKEN_DOWN = "taken_down", pgettext_lazy("publication", "Taken down")


class PublicationManager(ScopedManager["Publication"]):
    """Publications in scope; no column names a party, so no party reads a proposal."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area_path", levels=LEVELS)


class Publication(models.Model):
    """One case as the public reads it, with fields of its own: the page never reads the case.

    ``place`` is at most a road and ``result`` are checked words. ``days_taken`` counts whole days from registration to
    the result, ``ended_on`` is the day of the result. Who proposed is never who checked.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="publications", db_index=False)
    area_path = models.CharField(max_length=200)
    subdistrict = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    community = models.ForeignKey(
        Area, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("Community")
    )
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="+", db_index=False, verbose_name=_("Category")
    )
    place = models.CharField(_("Road or lane"), max_length=40, blank=True)
    outcome = models.CharField(_("Outcome"), max_length=20, choices=Outcome)
    days_taken = models.PositiveSmallIntegerField(_("Days taken"))
    ended_on = models.DateField(_("Result on"))
    result = models.CharField(_("What was done"), max_length=300)

    stage = models.CharField(_("Stage"), max_length=12, choices=Stage, default=Stage.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    proposed_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    published_at = models.DateTimeField(null=True)
    taken_down_at = models.DateTimeField(null=True)
    taken_down_reason = models.CharField(_("Why it was taken down"), max_length=120, blank=True)

    objects = PublicationManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("-proposed_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=~Q(stage=Stage.TAKEN_DOWN),
                name="one_publication_per_case",
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="publication_stage_known"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="publication_outcome_known"),
            models.CheckConstraint(condition=~Q(result=""), name="publication_says_what_was_done"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("proposed_by")),
                name="second_look_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.PUBLISHED)
                | Q(checked_by__isnull=False, published_at__isnull=False, taken_down_at__isnull=True),
                name="published_was_checked",
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.TAKEN_DOWN)
                | (Q(taken_down_at__isnull=False) & ~Q(taken_down_reason="")),
                name="taken_down_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "-id"], condition=Q(stage="published"), name="board_newest"
            ),
            models.Index(
                fields=["community", "-published_at", "-id"],
                condition=Q(stage="published"),
                name="board_of_community",
            ),
            models.Index(fields=["case", "-id"], name="publications_of_case"),
            models.Index(fields=["proposed_at", "id"], condition=Q(stage="proposed"), name="board_proposals"),
        ]

    def __str__(self) -> str:
        return f"{self.category.name} · {self.place or self.community or self.subdistrict}"
