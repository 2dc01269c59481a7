"""The steps of a case that have limits of their own (cases.md §4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Step(models.TextChoices):
    """What must have happened before the limit is over."""

    ACCEPT = "accept", _("Acceptance")
    SIGN = "sign", _("Signing for the case")
    FIRST_CONTACT = "first_contact", _("First contact")
    MADE_SAFE = "made_safe", _("On site and made safe")
    CLOSE = "close", _("Closing")
    CALL_BACK = "call_back", _("Call-back")
