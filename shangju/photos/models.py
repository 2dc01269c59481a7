"""Cleaned pictures. Who may see one is decided by whatever links to it, never here."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact, GreaterThan
from django.utils.translation import gettext_lazy as _

SHA256_HEX_LENGTH = 64


class ScanState(models.TextChoices):
    """What the malware scanner said of the upload."""

    NOT_ASKED = "not_asked", _("Not asked")
    CLEAN = "clean", _("Clean")
    WAITING = "waiting", _("Waiting to be checked")
    INFECTED = "infected", _("Infected")


class Photo(models.Model):
    """One picture as it may be kept: upright, bounded, re-encoded as JPEG, with nothing but its pixels.

    Its manager is plain, not scoped: a photo alone belongs to no area and tells nothing about a place or a
    person. Cases link to it, and the view that shows it first checks the right on the case that links. The
    random id is no permission.

    ``sha256`` is the hash of what was uploaded, so that the same file sent twice can be recognised; the
    uploaded bytes themselves are never stored. ``width``, ``height`` (pixels) and ``byte_size`` describe the
    kept picture. ``claimed_at`` is set once, when a case takes the photo; one that nobody claims is removed
    after a day. While the scanner is away the upload itself may be held, sealed, in ``held_upload``: nobody sees the
    photo before the scanner has judged it, and then the upload goes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=SHA256_HEX_LENGTH)
    width = models.PositiveIntegerField(_("Width"))
    height = models.PositiveIntegerField(_("Height"))
    byte_size = models.PositiveIntegerField(_("Size in bytes"))
    image = models.FileField(_("Picture"), max_length=100)
    thumbnail = models.FileField(_("Small picture"), max_length=100)
    scan_state = models.CharField(
        _("Malware check"), max_length=10, choices=ScanState.choices, default=ScanState.NOT_ASKED
    )
    held_upload = models.FileField(_("Upload that waits for its check"), max_length=100, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(_("Uploaded at"))
    claimed_at = models.DateTimeField(_("Claimed at"), null=True)

    class Meta:
        ordering = ("uploaded_at", "pk")
        indexes = [
            models.Index(
                fields=["uploaded_at"], name="photo_unclaimed", condition=models.Q(claimed_at__isnull=True)
            ),
            models.Index(
                fields=["uploaded_at"], name="photo_waiting", condition=models.Q(scan_state="waiting")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Exact(Length("sha256"), SHA256_HEX_LENGTH), name="photo_sha256_length"
            ),
            models.CheckConstraint(
                condition=models.Q(scan_state__in=[state.value for state in ScanState]),
                name="photo_scan_state",
            ),
            models.CheckConstraint(
                condition=models.Q(width__gt=0, height__gt=0, byte_size__gt=0), name="photo_sizes_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(GreaterThan(Length("image"), 0), GreaterThan(Length("thumbnail"), 0)),
                name="photo_files_named",
            ),
            models.UniqueConstraint(fields=["image"], name="photo_image_once"),
            models.UniqueConstraint(fields=["thumbnail"], name="photo_thumbnail_once"),
        ]

    @property
    def is_shown(self) -> bool:
        """Whether anybody may see it: the scanner found nothing, or none is set up."""
        return self.scan_state in {ScanState.NOT_ASKED, ScanState.CLEAN}
