"""What ``shangju doctor`` asks about webhooks."""

from datetime import datetime

from django.utils.translation import gettext as _

from shangju.core.health import Finding, health_check, well, wrong
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.webhooks.models import Subscription


@health_check(order=68)
def webhooks(now: datetime) -> Finding:
    """None stopped by itself."""
    with everywhere(EverywhereReason.VERIFICATION):
        active = Subscription.objects.filter(is_active=True).count()
        failed = Subscription.objects.filter(is_active=False).exclude(stopped_because="").count()
    sentence = _("%(active)s in use, %(failed)s stopped because calls failed for a day.")
    return (wrong if failed else well)(_("Webhooks"), sentence % {"active": active, "failed": failed})
