"""Bulletins with their sections and their history, and what a sub-district sets for them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.bulletins.kinds import BulletinKind
from shangju.bulletins.text.parts import Part
from shangju.bulletins.workflow import BulletinMove, BulletinState
from shangju.core.scoping import ScopeColumns, ScopedManager


class BulletinManager(ScopedManager["Bulletin"]):
    """Bulletins of the sub-districts in scope, and of those that the areas in scope lie in."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path", covering="area_id")


class BehindBulletinManager(ScopedManager[models.Model]):
    """Rows of the bulletins in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="bulletin__area__path", covering="bulletin__area_id")


class SettingManager(ScopedManager["BulletinSetting"]):
    """Settings of the sub-districts in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path")


class Bulletin(models.Model):
    """One week or month of a sub-district in words and figures.

    ``figures`` is the JSON of :class:`shangju.bulletins.figures.Figures`. ``number`` and ``content_hash`` come with the
    issue: from then on the hash covers everything that the paper says (:mod:`shangju.bulletins.freezing`).
    """

    area = models.ForeignKey(
        Area, models.PROTECT, related_name="bulletins", verbose_name=_("Sub-district"), db_index=False
    )
    kind = models.CharField(_("Kind"), max_length=10, choices=BulletinKind)
    first = models.DateField(_("First day"))
    last = models.DateField(_("Last day"))
    state = models.CharField(_("State"), max_length=10, choices=BulletinState, default=BulletinState.DRAFT)
    language = models.CharField(_("Language"), max_length=10, choices=settings.LANGUAGES)
    title = models.CharField(_("Title"), max_length=120)
    number = models.CharField(_("Number"), max_length=30, blank=True)
    figures = models.JSONField(default=dict)
    figures_taken_at = models.DateTimeField()
    content_hash = models.CharField(max_length=64, blank=True)
    edition = models.PositiveIntegerField(default=1)
    """Counts every change of a draft, so that nobody overwrites what another has written meanwhile."""

    history_length = models.PositiveIntegerField(default=0)
    history_head = models.CharField(max_length=64, blank=True)
    """Number and hash of the last row of the history, so that rows taken off its end are missed."""

    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField()
    office = models.CharField(max_length=160, blank=True)
    """Who issues it, as the paper says: set at the issue, so that an area that is renamed changes no paper."""

    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    issued_as = models.CharField(max_length=60, blank=True)
    issued_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(_("Why it was withdrawn"), max_length=200, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")

    objects = BulletinManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("-last", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["area", "kind", "first"],
                condition=~Q(state=BulletinState.WITHDRAWN),
                name="one_bulletin_per_period",
            ),
            models.UniqueConstraint(
                fields=["area", "kind", "number"], condition=~Q(number=""), name="bulletin_number_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=BulletinKind.values), name="bulletin_kind_known"),
            models.CheckConstraint(condition=Q(state__in=BulletinState.values), name="bulletin_state_known"),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="bulletin_ends_after_its_begin"),
            models.CheckConstraint(
                condition=Q(state=BulletinState.DRAFT, number="", content_hash="", issued_at__isnull=True)
                | (
                    ~Q(state=BulletinState.DRAFT)
                    & ~Q(number="")
                    & ~Q(content_hash="")
                    & Q(issued_at__isnull=False, issued_by__isnull=False)
                ),
                name="issued_bulletin_is_frozen",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=BulletinState.WITHDRAWN, withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")
                )
                | (~Q(state=BulletinState.WITHDRAWN) & Q(withdrawn_at__isnull=True, withdrawn_reason="")),
                name="withdrawn_bulletin_says_why",
            ),
        ]
        indexes = [models.Index(fields=["area", "-last", "-id"], name="bulletins_of_area")]

    def __str__(self) -> str:
        return f"{self.title} {self.number}".strip()

    @property
    def is_draft(self) -> bool:
        """Whether its text and figures can still change."""
        return self.state == BulletinState.DRAFT


class BulletinSection(models.Model):
    """One section as it stands in ``text``, and in ``generated`` the sentences that the figures gave last."""

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="sections", db_index=False)
    part = models.CharField(max_length=10, choices=Part)
    position = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=4000, blank=True)
    generated = models.JSONField(default=list)

    objects = BehindBulletinManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["bulletin", "position"], name="one_section_per_position"),
            models.CheckConstraint(condition=Q(part__in=Part.values), name="section_part_known"),
        ]


class BulletinEvent(models.Model):
    """One thing that happened to a bulletin; written once, chained by hashes, never edited."""

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="events", db_index=False)
    sequence = models.PositiveIntegerField()
    move = models.CharField(max_length=20, choices=BulletinMove)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    post_name = models.CharField(max_length=60, blank=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = BehindBulletinManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("bulletin_id", "sequence")
        constraints = [
            models.UniqueConstraint(fields=["bulletin", "sequence"], name="one_bulletin_event_per_sequence"),
            models.CheckConstraint(condition=Q(move__in=BulletinMove.values), name="bulletin_move_known"),
        ]


class BulletinSetting(models.Model):
    """Which drafts the system makes by itself in a sub-district; without a row both."""

    area = models.OneToOneField(
        Area, models.PROTECT, related_name="bulletin_setting", verbose_name=_("Sub-district")
    )
    drafts_weeks = models.BooleanField(_("Draft last week's bulletin every Monday"), default=True)
    drafts_months = models.BooleanField(_("Draft last month's bulletin on the first"), default=True)

    objects = SettingManager()

    class Meta:
        base_manager_name = "objects"
