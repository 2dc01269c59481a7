"""The case itself."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.cases.priority import Facts, points
from shangju.cases.workflow import (
    OPEN_STATES,
    PARTS_AT_MOST,
    REPORTER_STATES,
    RETURNS_AT_MOST,
    Channel,
    Outcome,
    RequestType,
    Satisfaction,
    Solved,
    State,
    Tier,
)
from shangju.categories.models import Category
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.core.sealing import SealedTextField
from shangju.parties.models import Party
from shangju.posts.models import Post

CASE_LEVELS = {"subdistrict": "subdistrict_id", "community": "community_id", "grid": "grid_id"}


class CaseManager(ScopedManager["Case"]):
    """Cases in scope: of the areas in reach, and those that concern or are handled by one's own party."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(
        path="area_path", levels=CASE_LEVELS, parties=("concerned_party_id", "handler_party_id")
    )


class Case(models.Model):
    """A concern and everything that is known about where it stands.

    Only :func:`shangju.cases.intake.register_concern` makes one and only
    :func:`shangju.cases.services.apply_move` changes its state. Nothing here identifies the reporter: name, phone and
    exact home are in :class:`~shangju.cases.models.reporter.ReporterContact`.

    ``received_at`` is when the reporter said it, ``registered_at`` when we wrote it down, ``clocks_start_at`` from when
    deadlines count (the earlier one, unless an import takes over old concerns as new work).

    ``concerns_minor``: somebody under 18 raised it or it is about them; each look at the contact is then allowed by a
    second person first (cases.md §7; 未成年人保护法 §72, §73; 个人信息保护法 §28, §31).

    ``area_path``, ``subdistrict``, ``community`` and ``grid`` repeat what ``area`` implies, so that a worklist of
    twenty million rows is one index range. ``due_at`` with its lights belongs to the earliest running clock.
    ``priority`` is the sum that :mod:`shangju.cases.priority` explains, ``me_too_count`` the endorsements that count.
    """

    number = models.CharField(_("Number"), max_length=20)
    tracking_print = models.CharField(max_length=43)
    tracking_code = SealedTextField()

    state = models.CharField(_("State"), max_length=20, choices=State, default=State.REGISTERED)
    is_open = models.BooleanField(default=True)
    request_type = models.CharField(
        _("Type"), max_length=20, choices=RequestType, default=RequestType.COMPLAINT
    )
    channel = models.CharField(_("Channel"), max_length=20, choices=Channel)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, related_name="cases", verbose_name=_("Category")
    )
    category_is_confirmed = models.BooleanField(default=False)
    deadline_class = models.CharField(_("Class"), max_length=5)
    night_class = models.CharField(max_length=5, blank=True)

    title = models.CharField(_("Title"), max_length=60)
    text = models.TextField(_("What happened"), max_length=4000)
    happening_now = models.BooleanField(_("Going on now"), default=False)
    is_anonymous = models.BooleanField(_("Anonymous"), default=False)
    is_confidential = models.BooleanField(_("Confidential"), default=False)
    concerns_minor = models.BooleanField(_("About a minor"), default=False)
    words_shareable = models.BooleanField(_("The words may be shown to the party concerned"), default=False)
    party_summary = models.TextField(_("Description for the party concerned"), max_length=1000, blank=True)

    area = models.ForeignKey(Area, models.PROTECT, related_name="cases", verbose_name=_("Area"))
    area_path = models.CharField(max_length=200)
    subdistrict = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    community = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+", db_index=False)
    grid = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+", db_index=False)
    place_note = models.CharField(_("Place"), max_length=120, blank=True)
    place_party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="cases_at_its_place")
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    handler_post = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="cases", verbose_name=_("Lead handler")
    )
    handler_party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="handled_cases")
    concerned_party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="concerned_cases")
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    reporter_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="reported_cases", db_index=False
    )

    received_at = models.DateTimeField(_("Received"))
    registered_at = models.DateTimeField(_("Registered"))
    clocks_start_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    first_contact_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    last_progress_at = models.DateTimeField()

    due_step = models.CharField(max_length=20, blank=True)
    due_at = models.DateTimeField(_("Due"), null=True)
    yellow_at = models.DateTimeField(null=True)
    orange_at = models.DateTimeField(null=True)
    purple_at = models.DateTimeField(null=True)
    close_due_at = models.DateTimeField(_("To be closed by"), null=True)

    outcome = models.CharField(_("Outcome"), max_length=20, choices=Outcome, blank=True)
    solved = models.CharField(_("Solved"), max_length=10, choices=Solved, blank=True)
    satisfaction = models.CharField(_("Satisfaction"), max_length=20, choices=Satisfaction, blank=True)
    closed_unreachable = models.BooleanField(default=False)
    return_count = models.PositiveSmallIntegerField(default=0)
    extension_count = models.PositiveSmallIntegerField(default=0)
    open_orders = models.PositiveSmallIntegerField(_("Orders without a reply"), default=0)
    paused_until = models.DateTimeField(_("Paused until"), null=True)
    tier = models.CharField(_("Responsible tier"), max_length=20, choices=Tier, blank=True)
    reopen_count = models.PositiveSmallIntegerField(default=0)
    dissatisfaction_count = models.PositiveSmallIntegerField(default=0)
    call_back_tries = models.PositiveSmallIntegerField(default=0)
    me_too_count = models.PositiveIntegerField(_("Others who have met it"), default=0)
    priority = models.PositiveSmallIntegerField(_("Priority"), default=0)

    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged_cases", db_index=False
    )
    merged_at = models.DateTimeField(null=True)
    state_before_merge = models.CharField(max_length=20, blank=True)
    part_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts", db_index=False)
    part_number = models.PositiveSmallIntegerField(null=True)
    is_joined = models.BooleanField(default=False)
    """Whether other cases were merged into it or split off it at some time: else nobody has to look for them."""

    history_length = models.PositiveIntegerField(default=0)
    history_head = models.CharField(max_length=64, blank=True)
    source_key = models.CharField(_("Number at the source"), max_length=80, null=True)  # noqa: DJ001 - most have none

    objects = CaseManager()

    class Meta:
        base_manager_name = "objects"
        # Every index is paid for by each intake: constraints instead of ``unique=True``, which on PostgreSQL brings a
        # second one for LIKE, and no index of a foreign key that begins another one.
        constraints = [
            models.UniqueConstraint(fields=["number"], name="case_number_once"),
            models.UniqueConstraint(fields=["tracking_print"], name="tracking_code_once"),
            models.UniqueConstraint(fields=["source_key"], name="source_key_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="case_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, is_open=True)
                | (~Q(state__in=OPEN_STATES) & Q(is_open=False)),
                name="case_open_as_its_state",
            ),
            models.CheckConstraint(
                condition=Q(handler_post__isnull=True) | Q(handler_party__isnull=True),
                name="one_lead_handler",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.DISPATCHED, State.IN_PROGRESS])
                | Q(handler_post__isnull=False)
                | Q(handler_party__isnull=False),
                name="handler_while_in_work",
            ),
            models.CheckConstraint(
                condition=Q(is_open=True) | Q(due_at__isnull=True), name="no_deadline_after_the_end"
            ),
            models.CheckConstraint(
                condition=Q(state=State.MERGED, merged_into__isnull=False, merged_at__isnull=False)
                | (
                    ~Q(state=State.MERGED)
                    & Q(merged_into__isnull=True, merged_at__isnull=True, state_before_merge="")
                ),
                name="merged_into_a_case",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
                name="not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(part_of__isnull=True, part_number__isnull=True)
                | Q(part_of__isnull=False, part_number__gte=1, part_number__lte=PARTS_AT_MOST),
                name="part_has_its_number",
            ),
            models.UniqueConstraint(
                fields=["part_of", "part_number"],
                condition=Q(part_of__isnull=False),
                name="part_number_once",
            ),
            models.CheckConstraint(
                condition=Q(return_count__lte=RETURNS_AT_MOST), name="returned_twice_at_most"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLOSED) | Q(closed_at__isnull=False), name="closed_has_its_time"
            ),
        ]
        indexes = [
            *(
                models.Index(
                    fields=[level, "due_at", "id"], condition=Q(is_open=True), name=f"open_by_{level}"
                )
                for level in (
                    "subdistrict",
                    "community",
                    "grid",
                    "handler_post",
                    "handler_party",
                    "concerned_party",
                )
            ),
            *(
                models.Index(fields=[level, "-registered_at", "-id"], name=f"cases_by_{level}")
                for level in ("subdistrict", "community", "grid")
            ),
            models.Index(
                fields=["category", "due_at", "id"], condition=Q(is_open=True), name="open_by_category"
            ),
            models.Index(fields=["due_at", "id"], condition=Q(is_open=True), name="open_by_due"),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="cases_merged_into"
            ),
            models.Index(fields=["reporter_user", "-registered_at"], name="cases_by_reporter"),
            # Few cases have a "me too", and none at its intake: these rows alone are in the index.
            models.Index(
                fields=["-priority", "-id"],
                condition=Q(is_open=True, me_too_count__gt=0),
                name="open_met_by_others",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def is_paused(self, now: datetime) -> bool:
        """Whether the closing clock stands still: a pause ends by itself at its time (cases.md §3)."""
        return self.paused_until is not None and now < self.paused_until

    @property
    def is_kept_from_strangers(self) -> bool:
        """Whether nothing of it is ever shown to strangers, on the public board or as a like report."""
        return self.is_confidential or self.concerns_minor

    @property
    def title_in_lists(self) -> str:
        """The title, or for a confidential case its category alone: lists are looked at over shoulders."""
        if not self.is_confidential:
            return self.title
        return gettext("Confidential: %(category)s") % {
            "category": self.category or self.get_request_type_display()
        }

    @property
    def title_for_outsiders(self) -> str:
        """What a paper calls it that a member or the party concerned gets to read: the reporter's words only where they
        may be shared (cases.md §6), as in the party's own view.
        """
        if self.is_confidential or self.words_shareable:
            return self.title_in_lists
        return self.party_summary or str(self.category or self.get_request_type_display())

    @property
    def priority_facts(self) -> Facts:
        """What the points of its priority are made of."""
        return Facts(
            deadline_class=self.deadline_class,
            night_class=self.night_class,
            happening_now=self.happening_now,
            me_too_count=self.me_too_count,
            dissatisfaction_count=self.dissatisfaction_count,
        )

    def weigh(self) -> None:
        """Set the points of its priority from its facts; the caller saves."""
        self.priority = points(self.priority_facts)

    @property
    def state_for_reporter(self) -> str:
        """Where it stands, in a resident's words."""
        state = State(self.state)
        return str(REPORTER_STATES.get(state, state.label))


class CaseAssistant(models.Model):
    """A post that assists the lead handler."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="assistants")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "post"], name="assistant_once_per_case")]


class NumberSeries(models.Model):
    """The last number given in a year under a prefix; numbers are never reused."""

    key = models.CharField(primary_key=True, max_length=12)
    last = models.PositiveBigIntegerField(default=0)


class IdempotencyKey(models.Model):
    """The key that came with a submission, and the case that it made: the same key never makes another."""

    key = models.CharField(primary_key=True, max_length=100)
    content_digest = models.CharField(max_length=64)
    case = models.OneToOneField(Case, models.CASCADE, related_name="idempotency_key")
    created_at = models.DateTimeField(db_index=True)
