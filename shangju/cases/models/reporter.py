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

    ``phone_print`` finds earlier concerns of the same caller without opening the number.
    """

    case = models.OneToOneField(Case, models.CASCADE, related_name="reporter_contact")
    name = SealedTextField(pgettext_lazy("of a person", "Name"), blank=True, default="")
    phone = SealedTextField(_("Phone"), blank=True, default="")
    phone_print = models.CharField(max_length=43, blank=True)
    exact_address = SealedTextField(_("Exact address"), blank=True, default="")
    exact_point = SealedTextField(blank=True, default="")
    may_be_called = models.BooleanField(_("May be called"), default=True)
    consent_version = models.CharField(max_length=20, blank=True)

    objects = ReporterContactManager()

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["phone_print"], name="contacts_by_phone")]


class ContactRevealManager(ScopedManager["ContactReveal"]):
    """Reveals in scope."""

    columns: ClassVar[ScopeColumns] = BEHIND_CASE


class ContactReveal(models.Model):
    """One look at a reporter's contact: who, when, why. The reporter's page says how many there were."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="contact_reveals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(_("Reason"), max_length=120)
    at = models.DateTimeField()

    objects = ContactRevealManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("at", "pk")
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="reveal_has_a_reason")]
