"""Topics, the cases that belong to them, and what happened to them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.posts.models import Post
from shangju.supervision.models import TaskForce
from shangju.topics.workflow import CaseOrigin, CaseStanding, TopicMove, TopicState

TITLE_LIMIT, PLACE_LIMIT, OUTCOME_LIMIT, REASON_LIMIT = 60, 120, 2000, 500


class TopicManager(ScopedManager["Topic"]):
    """Topics of the sub-districts in scope, and of the one around a community in scope.

    Whoever works in a community meets its topics; :mod:`shangju.topics.rules` says which of them they see.
    """

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path", covering="area")


class Topic(models.Model):
    """Cases of one sub-district that are one matter: proposed by likeness, kept by people.

    ``words`` are what the texts share and ``likeness`` how alike they are on the average (0 to 1), both as of the last
    proposal: why they belong together. ``heat_parts`` are the shares of ``heat`` as ``[source, count, points]``.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="topics", verbose_name=_("Sub-district"))
    state = models.CharField(_("State"), max_length=10, choices=TopicState, default=TopicState.PROPOSED)
    title = models.CharField(_("Title"), max_length=TITLE_LIMIT)
    place = models.CharField(_("Place"), max_length=PLACE_LIMIT, blank=True)
    lead_post = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="led_topics", verbose_name=_("Leads")
    )
    task_force = models.ForeignKey(
        TaskForce, models.PROTECT, null=True, related_name="topics", verbose_name=_("Task force")
    )
    outcome = models.TextField(_("Outcome"), max_length=OUTCOME_LIMIT, blank=True)
    words = models.JSONField(default=list)
    likeness = models.FloatField(default=0.0)
    heat = models.PositiveIntegerField(_("Heat"), default=0)
    heat_parts = models.JSONField(default=list)
    first_at = models.DateTimeField(_("From"))
    last_at = models.DateTimeField(_("To"))
    proposed_at = models.DateTimeField(_("Proposed"))
    confirmed_at = models.DateTimeField(_("Confirmed"), null=True)
    ended_at = models.DateTimeField(_("Ended"), null=True)
    history_length = models.PositiveIntegerField(default=0)

    objects = TopicManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TopicState.values), name="topic_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[TopicState.SETTLED, TopicState.DISMISSED], ended_at__isnull=False)
                | Q(state__in=[TopicState.PROPOSED, TopicState.CONFIRMED], ended_at__isnull=True),
                name="topic_ended_as_its_state",
            ),
            models.CheckConstraint(
                condition=~Q(state=TopicState.SETTLED) | ~Q(outcome=""), name="settled_topic_has_its_outcome"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TopicState.CONFIRMED, TopicState.SETTLED])
                | Q(confirmed_at__isnull=False),
                name="topic_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(task_force=None) | ~Q(state=TopicState.PROPOSED),
                name="no_proposal_is_given_to_a_task_force",
            ),
        ]
        indexes = [models.Index(fields=["area", "state", "-heat", "-id"], name="topics_by_heat")]

    def __str__(self) -> str:
        return self.title


class TopicCaseManager(ScopedManager["TopicCase"]):
    """Memberships of the cases in scope: one of another area tells nothing, not even that it is there."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="case__area_path")


class TopicCase(models.Model):
    """That a case belongs to a topic, may belong to it, or was taken out of it.

    ``is_current``: it counts in an open topic, of which a case has one at most.
    """

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="memberships", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="topic_memberships")
    origin = models.CharField(max_length=10, choices=CaseOrigin)
    standing = models.CharField(max_length=10, choices=CaseStanding)
    is_current = models.BooleanField(default=True)
    since = models.DateTimeField()

    objects = TopicCaseManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["topic", "case"], name="case_once_per_topic"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(is_current=True), name="case_in_one_open_topic"
            ),
            models.CheckConstraint(condition=Q(origin__in=CaseOrigin.values), name="case_origin_known"),
            models.CheckConstraint(condition=Q(standing__in=CaseStanding.values), name="case_standing_known"),
            models.CheckConstraint(
                condition=~Q(standing=CaseStanding.TAKEN_OUT) | Q(is_current=False),
                name="taken_out_is_not_current",
            ),
        ]


class TopicEventManager(ScopedManager["TopicEvent"]):
    """History of the topics in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="topic__area__path", covering="topic__area")


class TopicEvent(models.Model):
    """One thing that happened to a topic: appended, never edited. ``cases`` are ids, shown to whom may see the cases.

    ``task_force`` is the one that it was given to or taken back from: the weekly brief reads from it which topics a
    task force had in a week that is past.
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="events", db_index=False)
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=TopicMove)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    post_name = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    task_force = models.ForeignKey(TaskForce, models.PROTECT, null=True, related_name="+")
    cases = models.JSONField(default=list)
    at = models.DateTimeField()

    objects = TopicEventManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("topic_id", "sequence")
        constraints = [
            models.UniqueConstraint(fields=["topic", "sequence"], name="one_topic_event_per_sequence"),
            models.CheckConstraint(condition=Q(kind__in=TopicMove.values), name="topic_event_kind_known"),
        ]


class TopicSearchManager(ScopedManager["TopicSearch"]):
    """The searches of the sub-districts in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path")


class TopicSearch(models.Model):
    """When the worker last looked for topics in a sub-district: the row that one of several workers takes."""

    area = models.OneToOneField(Area, models.PROTECT, related_name="+")
    searched_at = models.DateTimeField()

    objects = TopicSearchManager()

    class Meta:
        base_manager_name = "objects"
