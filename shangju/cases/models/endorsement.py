"""附议: somebody else has met the same. Once per person and device; told the result like a reporter."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.cases.models.case import Case
from shangju.cases.models.reporter import BEHIND_CASE
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.core.sealing import SealedTextField


class EndorsementManager(ScopedManager["Endorsement"]):
    """Endorsements in scope."""

    columns: ClassVar[ScopeColumns] = BEHIND_CASE


class Endorsement(models.Model):
    """One "me too" on a case. Only :mod:`shangju.cases.endorsement` writes it.

    Who it is stays sealed or is a keyed digest: nobody looks a contact up, notices alone use it. ``words`` is what the
    person had written themselves; staff who may open the case read it. ``is_counted`` is false where the phone was
    known to the case already: the person is told the same and gets a page of their own, so that nobody finds out by
    trying whether a certain phone has reported. ``withdrawn_at`` ends it, and its contact is deleted then.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="endorsements", db_index=False)
    tracking_print = models.CharField(max_length=43)
    tracking_code = SealedTextField()
    key = models.CharField(max_length=100)
    device_print = models.CharField(max_length=43, blank=True)
    phone_print = models.CharField(max_length=43, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="endorsements", db_index=False
    )
    name = SealedTextField(pgettext_lazy("of a person", "Name"), blank=True, default="")
    phone = SealedTextField(_("Phone"), blank=True, default="")
    consent_version = models.CharField(max_length=20, blank=True)
    words = models.TextField(_("What they said"), max_length=4000, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    is_counted = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    objects = EndorsementManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("case_id", "pk")
        constraints = [
            models.UniqueConstraint(fields=["tracking_print"], name="endorsement_code_once"),
            models.UniqueConstraint(fields=["key"], name="endorsement_key_once"),
            models.UniqueConstraint(
                fields=["case", "device_print"],
                condition=Q(withdrawn_at__isnull=True) & ~Q(device_print=""),
                name="me_too_once_per_device",
            ),
            models.UniqueConstraint(
                fields=["case", "user"],
                condition=Q(withdrawn_at__isnull=True, user__isnull=False),
                name="me_too_once_per_account",
            ),
            models.UniqueConstraint(
                fields=["case", "phone_print"],
                condition=Q(withdrawn_at__isnull=True) & ~Q(phone_print=""),
                name="me_too_once_per_phone",
            ),
            models.CheckConstraint(
                condition=~Q(device_print="")
                | ~Q(phone_print="")
                | Q(user__isnull=False)
                | Q(withdrawn_at__isnull=False),
                name="me_too_of_somebody",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(is_counted=False, phone_print=""),
                name="withdrawn_me_too_is_empty",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="endorsements_of_case"),
            models.Index(
                fields=["user", "-id"], condition=Q(user__isnull=False), name="endorsements_of_user"
            ),
        ]
