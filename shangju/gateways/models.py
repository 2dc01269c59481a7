"""The demonstration's mailbox: what a real gateway would have carried out of the house."""

from django.db import models

from shangju.core.sealing import SealedTextField


class OutgoingMessage(models.Model):
    """A message that the console gateway took; shown on the demonstration's mailbox page, made in demo mode only."""

    key = models.CharField(max_length=80, unique=True)
    channel = models.CharField(max_length=20)
    recipient = SealedTextField()
    subject = models.CharField(max_length=120, blank=True)
    body = SealedTextField()
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-sent_at", "-pk")
