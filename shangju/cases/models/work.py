"""What handlers do: contacts, visits, findings, mediations, results; and what the reporter says of the result.

Each row belongs to the history row of the move that made it.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shangju.cases.models.case import Case
from shangju.cases.models.history import CaseEvent
from shangju.cases.models.reporter import BEHIND_CASE
from shangju.cases.workflow import MediationResult, Outcome, Satisfaction, Solved, VisitPlace
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.parties.models import Party
from shangju.photos.models import Photo


class WorkManager(ScopedManager[models.Model]):
    """Records of work in scope."""

    columns: ClassVar[ScopeColumns] = BEHIND_CASE


class WorkRecord(models.Model):
    """What every record of work has."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="%(class)ss")
    event = models.OneToOneField(CaseEvent, models.PROTECT, related_name="%(class)s")

    objects = WorkManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        ordering = ("case_id", "event_id")


class Contact(WorkRecord):
    """The handler talked, or tried to talk, with the reporter."""

    way = models.CharField(
        _("How"),
        max_length=20,
        choices=[("phone", _("By phone")), ("in_person", _("In person")), ("message", _("By message"))],
    )
    reached = models.BooleanField(_("Reached"), default=True)


class Visit(WorkRecord):
    """Somebody went and looked."""

    place = models.CharField(_("Where"), max_length=20, choices=VisitPlace)
    place_note = models.CharField(_("Which place"), max_length=80, blank=True)
    people_met = models.CharField(_("People met (in role words)"), max_length=120, blank=True)
    finding = models.TextField(_("What was found"), max_length=2000)
    made_safe = models.BooleanField(_("The danger is over or the disturbance has stopped"), default=False)
    visited_at = models.DateTimeField(_("When"))


class Finding(WorkRecord):
    """The root cause, and whose doing it is."""

    root_cause = models.TextField(_("Root cause"), max_length=1000)
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, related_name="+", verbose_name=_("Party concerned")
    )


class Mediation(WorkRecord):
    """A 劝阻调解记录: the legal step of dissuasion (噪声污染防治法 §70), printable for the police."""

    with_whom = models.CharField(_("With whom (in role words)"), max_length=120)
    place_note = models.CharField(_("Where"), max_length=80, blank=True)
    account = models.TextField(_("What was said"), max_length=2000)
    result = models.CharField(_("Result"), max_length=20, choices=MediationResult)
    agreed = models.TextField(_("What was agreed"), max_length=1000, blank=True)
    follow_up_on = models.DateField(_("Follow up on"), null=True)
    mediated_at = models.DateTimeField(_("When"))


class Resolution(WorkRecord):
    """The handler's result and the answer to the reporter."""

    outcome = models.CharField(_("Outcome"), max_length=20, choices=Outcome)
    answer = models.TextField(_("Answer to the reporter"), max_length=2000)
    plan = models.TextField(_("Plan"), max_length=1000, blank=True)
    planned_on = models.DateField(_("Planned for"), null=True)

    class Meta(WorkRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.NOT_NOW) | (Q(planned_on__isnull=False) & ~Q(plan="")),
                name="not_now_has_a_plan_and_a_date",
            )
        ]


class Confirmation(WorkRecord):
    """What the reporter says of the result, by link or code, or through staff who called back."""

    solved = models.CharField(_("Solved"), max_length=10, choices=Solved)
    satisfaction = models.CharField(_("Satisfaction"), max_length=20, choices=Satisfaction)
    words = models.TextField(_("In the reporter's words"), max_length=1000, blank=True)
    by_call_back = models.BooleanField(default=False)


class CasePhoto(models.Model):
    """A picture that belongs to a case, and who may see it.

    A photo that shows the home is never shown to the party concerned; nor is any other unless marked shareable.
    """

    class Purpose(models.TextChoices):
        """What the picture is for."""

        REPORT = "report", _("From the reporter")
        VISIT = "visit", _("From a visit")
        PROOF = "proof", _("Proof of the result")
        PARTY = "party", _("From the party concerned")

    case = models.ForeignKey(Case, models.CASCADE, related_name="photos")
    event = models.ForeignKey(CaseEvent, models.PROTECT, related_name="photos")
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="case_photos")
    purpose = models.CharField(max_length=10, choices=Purpose)
    is_shareable = models.BooleanField(default=False)

    objects = WorkManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("case_id", "pk")
        constraints = [
            # A part of a split case shows the pictures of the whole.
            models.UniqueConstraint(fields=["case", "photo"], name="photo_once_per_case")
        ]
