"""The demonstration's mailbox: what a real gateway would have carried out of the house."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shangju.core.sealing import SealedTextField


class SendingCount(models.Model):
    """How many messages went to one recipient, or through one gateway, in the window that began at ``begins_at``."""

    key = models.CharField(primary_key=True, max_length=90)
    begins_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()


class LimitScope(models.TextChoices):
    """Whose messages a limit counts."""

    GATEWAY = "gateway", _("All together")
    RECEIVER = "receiver", _("To one receiver")


class LimitWindow(models.TextChoices):
    """In which time a limit counts; from the shortest to the longest."""

    MINUTE = "minute", _("A minute")
    HOUR = "hour", _("An hour")
    DAY = "day", _("A day")


class GatewayLimit(models.Model):
    """At most so many messages in a window, where an installation set another limit than the one in code.

    An empty ``amount`` means that there is none.
    """

    channel = models.CharField(_("Channel"), max_length=20)
    scope = models.CharField(_("Counted"), max_length=10, choices=LimitScope)
    window = models.CharField(_("Window"), max_length=10, choices=LimitWindow)
    amount = models.PositiveIntegerField(_("At most"), null=True)

    class Meta:
        ordering = ("channel", "scope", "pk")
        constraints = [
            models.UniqueConstraint(fields=["channel", "scope", "window"], name="gateway_limit_once"),
            models.CheckConstraint(
                condition=models.Q(scope__in=LimitScope.values, window__in=LimitWindow.values),
                name="gateway_limit_known",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__gte=1),
                name="gateway_limit_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} · {self.get_scope_display()} · {self.get_window_display()}"


class AccessToken(models.Model):
    """The token that a provider gave us, kept until it expires; sealed like every other key."""

    key = models.CharField(primary_key=True, max_length=90)
    token = SealedTextField()
    expires_at = models.DateTimeField()


class MessageChannel(models.TextChoices):
    """By which way a template's message goes."""

    SMS = "sms", _("Text message")
    WECOM = "wecom", _("WeCom")


class MessageTemplate(models.Model):
    """What a message of one purpose says, as the provider approved it: fixed words with slots such as ``${number}``.

    A change makes a new version and keeps the old one; the newest active one counts. ``subdistrict`` is the code of a
    sub-district with words of its own, empty for all. ``provider_template`` is the id under which the provider knows
    it; without one a text message cannot go out.
    """

    purpose = models.CharField(_("Purpose"), max_length=40)
    channel = models.CharField(_("Channel"), max_length=10, choices=MessageChannel)
    language = models.CharField(_("Language"), max_length=10)
    subdistrict = models.CharField(_("Sub-district"), max_length=30, blank=True)
    version = models.PositiveIntegerField(_("Version"), default=1)
    text = models.CharField(_("Text"), max_length=500)
    provider_template = models.CharField(_("Template id at the provider"), max_length=60, blank=True)
    is_active = models.BooleanField(_("In use"), default=True)
    created_at = models.DateTimeField(_("Made at"))

    class Meta:
        ordering = ("channel", "purpose", "language", "subdistrict", "-version")
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "channel", "language", "subdistrict", "version"],
                name="template_version_once",
            ),
            models.UniqueConstraint(
                fields=["purpose", "channel", "language", "subdistrict"],
                condition=models.Q(is_active=True),
                name="one_template_in_use",
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=MessageChannel.values), name="template_channel_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} · {self.get_channel_display()} · {self.language}"


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
