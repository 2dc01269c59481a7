"""The history: append-only, hash-chained per case, and the outbox of the notices."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from shangju.cases.models.case import Case
from shangju.cases.models.reporter import BEHIND_CASE
from shangju.cases.workflow import REGISTER, CaseRole, MoveName
from shangju.core.scoping import ScopeColumns, ScopedManager


class CaseEventManager(ScopedManager["CaseEvent"]):
    """History rows in scope."""

    columns: ClassVar[ScopeColumns] = BEHIND_CASE


class CaseEvent(models.Model):
    """One thing that happened to a case. Written once by :mod:`shangju.cases.chain`, never edited.

    Three texts for three readers: ``note`` for staff, ``reporter_text`` for the reporter's timeline, ``party_text`` for
    the party concerned. The hash covers a digest of each, not the text, so that a text can be anonymised when its time
    has come without breaking the chain. ``notified_at`` is empty until the notifier has dealt with the row; it is no
    part of the hash.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", db_index=False)
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=30, choices=[(REGISTER, _("Register")), *MoveName.choices])
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20, choices=CaseRole)
    post_name = models.CharField(max_length=60, blank=True)
    data = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    reporter_text = models.TextField(blank=True)
    party_text = models.TextField(blank=True)
    redacted_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    notified_at = models.DateTimeField(null=True)

    objects = CaseEventManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("case_id", "sequence")
        constraints = [models.UniqueConstraint(fields=["case", "sequence"], name="one_event_per_sequence")]
        indexes = [
            models.Index(fields=["id"], condition=Q(notified_at__isnull=True), name="events_to_notify")
        ]

    @property
    def who_what_when(self) -> dict[str, str]:
        """Who was first, with what and when: for the sentence to whoever came second."""
        return {
            "who": self.post_name or str(self.get_role_display()),
            "move": str(self.get_kind_display()),
            "time": date_format(timezone.localtime(self.at), "m-d H:i"),
        }
