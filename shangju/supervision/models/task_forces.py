"""工作专班: a body of several units with a mandate, who belongs to it, and the cases that it was given."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.cases.models import CaseEvent
from shangju.cases.models.work import WorkRecord
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.parties.models import Party
from shangju.posts.models import Post


class TaskForceManager(ScopedManager["TaskForce"]):
    """Task forces of sub-districts in scope, or above it: who works in a community knows what works there."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path", covering="area_id")


class TaskForce(models.Model):
    """A body of a sub-district set up by its leaders for a time; ``ends_on`` is its last day, empty while it is open.

    Its desk is the supervision desk narrowed to its cases. Meetings, topics and actions given to it point here.
    """

    area = models.ForeignKey(
        Area, models.PROTECT, related_name="task_forces", verbose_name=_("Sub-district"), db_index=False
    )
    name = models.CharField(_("Name"), max_length=60)
    mandate = models.TextField(_("Mandate"), max_length=1000)
    lead_post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("Leading post"))
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("Last day"), null=True)

    objects = TaskForceManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("area_id", "-starts_on", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["area", "name"],
                condition=Q(ends_on__isnull=True),
                name="one_open_task_force_of_a_name",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="task_force_ends_after_start",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(mandate=""), name="task_force_has_a_mandate"),
        ]

    def __str__(self) -> str:
        return self.name

    def works_on(self, day: date) -> bool:
        """Whether it is at work on ``day``."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def takes_cases_on(self, day: date) -> bool:
        """Whether it can still be given something on ``day``: not on its last one."""
        return self.works_on(day) and self.ends_on != day


class OfTaskForceManager(ScopedManager["TaskForceMember"]):
    """Members of task forces in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(
        path="task_force__area__path", covering="task_force__area_id"
    )


class TaskForceMember(models.Model):
    """A post or a member organisation that belongs to it for a term: bodies, never persons.

    Posts assist in the cases that it is given. An organisation takes part in its work and reads no case.
    """

    task_force = models.ForeignKey(TaskForce, models.PROTECT, related_name="members")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    role_word = models.CharField(_("Part in it"), max_length=40)
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("Last day"), null=True)

    objects = OfTaskForceManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("task_force_id", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=False, party__isnull=True)
                | Q(post__isnull=True, party__isnull=False),
                name="member_is_a_post_or_a_party",
            ),
            models.UniqueConstraint(
                fields=["task_force", "post"], condition=Q(ends_on__isnull=True), name="post_member_once"
            ),
            models.UniqueConstraint(
                fields=["task_force", "party"], condition=Q(ends_on__isnull=True), name="party_member_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="member_ends_after_start",
            ),
        ]

    @property
    def body(self) -> Post | Party:
        """The post or the organisation."""
        return self.post or self.party  # type: ignore[return-value] # the database demands one of them


class Entrustment(WorkRecord):
    """A case that was given to a task force by the row ``event`` and, where it was, taken back by ``released_event``.

    ``posts`` are the ids of those who assist because of it; who assisted before is not among them.
    """

    task_force = models.ForeignKey(TaskForce, models.PROTECT, related_name="entrustments")
    reason = models.TextField(_("Reason"), max_length=1000)
    entrusted_at = models.DateTimeField(_("Given"))
    posts = models.JSONField(default=list)
    released_event = models.OneToOneField(
        CaseEvent, models.PROTECT, null=True, related_name="ended_entrustment"
    )
    released_at = models.DateTimeField(_("Taken back"), null=True)
    release_reason = models.TextField(_("Why it was taken back"), max_length=1000, blank=True)

    class Meta(WorkRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(released_at__isnull=True), name="one_task_force_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_event__isnull=True, release_reason="")
                | (Q(released_at__isnull=False, released_event__isnull=False) & ~Q(release_reason="")),
                name="released_with_a_reason",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="entrusted_with_a_reason"),
        ]
        indexes = [models.Index(fields=["task_force", "released_at"], name="cases_of_task_force")]
