"""Posts in areas and who holds them, from when to when."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.parties.models import Party
from shangju.posts.ladder import LadderRung


class PostKind(models.TextChoices):
    """The posts of the founding document's five tiers and of the bodies that handle concerns with them."""

    SUBDISTRICT_LEADER = "subdistrict_leader", _("Sub-district leader")
    TASK_FORCE = "task_force", _("Task-force member")
    DUTY_DESK = "duty_desk", _("Duty desk")
    UNIT = "unit", _("Sub-district unit")
    COMMUNITY_SECRETARY = "community_secretary", _("Community Party secretary")
    COMMUNITY_OFFICER = "community_officer", _("Community officer")
    GRID_SECRETARY = "grid_secretary", _("Secretary of the grid branch")
    GRID_WORKER = "grid_worker", _("Grid worker")
    MICRO_GRID_CONTACT = "micro_grid_contact", _("Micro-grid contact")
    BUILDING_HEAD = "building_head", _("Building head")
    HUB_HOUSEHOLD = "hub_household", _("Hub household")


class PostManager(ScopedManager["Post"]):
    """Posts in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path")


class Post(models.Model):
    """A post in an area, whoever holds it. Cases are dispatched to posts, not to persons."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="posts")
    kind = models.CharField(_("Kind"), max_length=30, choices=PostKind)
    rung = models.CharField(_("Rung of the ladder"), max_length=30, choices=LadderRung, blank=True)
    name = models.CharField(_("Name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=90, blank=True)
    retired_on = models.DateField(_("Retired on"), null=True)

    objects = PostManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("area__path", "kind", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PostKind.values), name="post_kind_known"),
            models.CheckConstraint(condition=Q(rung__in=["", *LadderRung.values]), name="post_rung_known"),
            models.UniqueConstraint(fields=["area", "kind", "name"], name="post_once_per_area"),
        ]

    def __str__(self) -> str:
        return (self.name_en if get_language() == "en" else "") or self.name


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Questions about terms."""

    def on(self, day: date) -> "AppointmentQuerySet":
        """Appointments in force on ``day``: begun, not ended, post not retired."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day),
            Q(post__retired_on__isnull=True) | Q(post__retired_on__gt=day),
            starts_on__lte=day,
        )


class AppointmentManager(ScopedManager.from_queryset(AppointmentQuerySet)):  # type: ignore[misc]
    """Appointments in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="post__area__path")


class Appointment(models.Model):
    """A user holds a post for a term; ``ends_on`` is its last day, empty while it is open."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="appointments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="appointments")
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("To"), null=True)
    ended_reason = models.CharField(_("Reason of the end"), max_length=120, blank=True)

    objects = AppointmentManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="appointment_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["post", "user"],
                condition=Q(ends_on__isnull=True),
                name="one_open_appointment_per_post_and_user",
            ),
        ]


class StakeReason(models.TextChoices):
    """Why somebody must keep out of a matter (回避)."""

    OWN_HOME = "own_home", _("My own home or that of my family")
    FAMILY = "family", _("A relative or close friend is concerned")
    EMPLOYMENT = "employment", _("I work or worked there, or have money in it")
    DISPUTE = "dispute", _("I have a dispute with somebody concerned")
    OTHER = "other", pgettext_lazy("reason", "Another reason")


class StakeQuerySet(models.QuerySet["Stake"]):
    """Questions about stakes."""

    def on(self, day: date) -> "StakeQuerySet":
        """Stakes in force on ``day``; :meth:`Stake.holds_on` says it of one."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day))


class StakeManager(ScopedManager.from_queryset(StakeQuerySet)):  # type: ignore[misc]
    """Stakes in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path", parties=("party_id",))


class Stake(models.Model):
    """A user is bound up with a member party, or with a building: its cases are walled off from them.

    ``area`` is the building itself, or, with ``party``, where the party lies. Declared by the user or set by an
    administrator; ended by an administrator alone, so that nobody lifts their own wall.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="stakes")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="stakes")
    reason = models.CharField(_("Reason"), max_length=20, choices=StakeReason)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    declared_at = models.DateTimeField(_("Declared"))
    ended_on = models.DateField(_("Ended on"), null=True)

    objects = StakeManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("-declared_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=StakeReason.values), name="stake_reason_known"),
            models.UniqueConstraint(
                fields=["user", "party"],
                condition=Q(ended_on__isnull=True, party__isnull=False),
                name="one_open_stake_per_party",
            ),
            models.UniqueConstraint(
                fields=["user", "area"],
                condition=Q(ended_on__isnull=True, party__isnull=True),
                name="one_open_stake_per_building",
            ),
        ]

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on ``day``."""
        return self.ended_on is None or self.ended_on > day
