"""Members of the alliance, and who speaks for them."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.core.scoping import ScopeColumns, ScopedManager


class PartyKind(models.TextChoices):
    """Kinds of members (alliance.md §2.0)."""

    MERCHANT = "merchant", _("Merchant")
    PROPERTY_FIRM = "property_firm", _("Property firm")
    SOCIAL_ORGANISATION = "social_organisation", _("Social organisation")
    RESIDENT_GROUP = "resident_group", _("Residents' group")
    PUBLIC_BODY = "public_body", _("Public body")


class PartyStatus(models.TextChoices):
    """Where a membership stands."""

    APPLICANT = "applicant", _("Applicant")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    LEFT = "left", _("Left")


class PartyManager(ScopedManager["Party"]):
    """Parties in scope: of the areas, and one's own."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path", parties=("id",))


class Party(models.Model):
    """A member of the alliance: it may handle a case, be concerned by one, or both."""

    kind = models.CharField(_("Kind"), max_length=30, choices=PartyKind)
    name = models.CharField(_("Name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    trade = models.CharField(_("Trade"), max_length=40, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="parties")
    address = models.CharField(_("Address"), max_length=120, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    public_phone = models.CharField(_("Phone for the public"), max_length=20, blank=True)
    opening_hours = models.CharField(_("Opening hours"), max_length=60, blank=True)
    status = models.CharField(_("Status"), max_length=20, choices=PartyStatus, default=PartyStatus.ACTIVE)
    joined_on = models.DateField(_("Member since"), null=True)

    objects = PartyManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PartyKind.values), name="party_kind_known"),
            models.CheckConstraint(condition=Q(status__in=PartyStatus.values), name="party_status_known"),
        ]

    def __str__(self) -> str:
        return (self.name_en if get_language() == "en" else "") or self.name


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Questions about terms."""

    def on(self, day: date) -> "DelegationQuerySet":
        """Delegations in force on ``day``; :meth:`Delegation.holds_on` says it of one."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class DelegationManager(ScopedManager.from_queryset(DelegationQuerySet)):  # type: ignore[misc]
    """Delegations in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="party__area__path", parties=("party_id",))


class Delegation(models.Model):
    """A user speaks for a party for a term."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="delegations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations")
    is_voting = models.BooleanField(_("Votes for the party"), default=False)
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("To"), null=True)

    objects = DelegationManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="delegation_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(ends_on__isnull=True, is_voting=True),
                name="one_open_voting_delegate_per_party",
            ),
        ]

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on ``day``."""
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)
