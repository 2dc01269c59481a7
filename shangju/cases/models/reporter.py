"""Who complained: sealed, behind a wall, every look logged (cases.md §7)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.cases.models.case import CASE_LEVELS, Case
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.core.sealing import SealedTextField

BEHIND_CASE = ScopeColumns(
    path="case__area_path", levels={kind: f"case__{name}" for kind, name in CASE_LEVELS.items()}
)
"""Rows that belong to a case, reachable through its area only: no party column, so no party ever reads them."""


class ReporterContactManager(ScopedManager["ReporterContact"]):
    """Contacts in scope."""

    columns: ClassVar[ScopeColumns] = BEHIND_CASE


class ReporterContact(models.Model):
    """Name, phone and exact home of the reporter; read only through :mod:`shangju.cases.reporter`.

    ``prefers_call``: the result is told by a human call (elders above all), from the call-back list.
    ``phone_print`` finds earlier concerns of the same caller without opening the number.
    """

    case = models.OneToOneField(Case, models.CASCADE, related_name="reporter_contact")
    name = SealedTextField(pgettext_lazy("of a person", "Name"), blank=True, default="")
    phone = SealedTextField(_("Phone"), blank=True, default="")
    phone_print = models.CharField(max_length=43, blank=True)
    exact_address = SealedTextField(_("Exact address"), blank=True, default="")
    exact_point = SealedTextField(blank=True, default="")
    may_be_called = models.BooleanField(_("May be called"), default=True)
    prefers_call = models.BooleanField(_("Wants to be called, not written to"), default=False)
    consent_version = models.CharField(max_length=20, blank=True)

    objects = ReporterContactManager()

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["phone_print"], name="contacts_by_phone")]

    @property
    def is_contactable(self) -> bool:
        """Whether the reporter can be reached and wants it: such cases alone count in the rate of response (cases.md §8)."""
        return self.may_be_called and bool(self.phone_print)


class RevealedField(models.TextChoices):
    """What of a reporter may be looked at, each for itself."""

    NAME = "name", pgettext_lazy("of a person", "Name")
    PHONE = "phone", _("Phone")
    ADDRESS = "exact_address", _("Exact address")
    WORDS = "words", _("The words without masking")


class RevealCode(models.TextChoices):
    """For what work a contact is needed."""

    CALL = "call", _("To call about the case")
    VISIT = "visit", _("To arrange a visit")
    CALL_BACK = "call_back", _("To ask whether it is solved")
    EMERGENCY = "emergency", _("Danger to life or property")
    OTHER = "other", pgettext_lazy("reason", "Another reason")


class ContactRevealManager(ScopedManager["ContactReveal"]):
    """Reveals in scope."""

    columns: ClassVar[ScopeColumns] = BEHIND_CASE


class ContactReveal(models.Model):
    """One look at one piece of a reporter's data: who, when, why, what.

    The reporter's page lists them by office, never by person; the supervisors' list shows all of it.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="contact_reveals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    post_name = models.CharField(_("Post"), max_length=60, blank=True)
    field = models.CharField(_("What"), max_length=20, choices=RevealedField, default=RevealedField.PHONE)
    code = models.CharField(_("For what"), max_length=20, choices=RevealCode, default=RevealCode.OTHER)
    reason = models.CharField(_("Reason"), max_length=120)
    at = models.DateTimeField()
    approval = models.ForeignKey(
        "cases.Approval", models.PROTECT, null=True, related_name="looks", verbose_name=_("Allowed by")
    )
    """What allowed it beforehand, in a case about a minor."""

    objects = ContactRevealManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("at", "pk")
        indexes = [models.Index(fields=["by", "-at"], name="reveals_by_user")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="reveal_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(field__in=RevealedField.values), name="reveal_field_known"
            ),
            models.CheckConstraint(condition=models.Q(code__in=RevealCode.values), name="reveal_code_known"),
        ]
