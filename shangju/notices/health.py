"""What ``shangju doctor`` asks about notices."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from shangju.core.health import Finding, health_check, well, wrong
from shangju.notices.models import Notice, NoticeState

LATELY = timedelta(days=7)


@health_check(order=66)
def notices(now: datetime) -> Finding:
    """No message was given up lately, and none is still being tried again."""
    given_up = Notice.objects.filter(state=NoticeState.FAILED, created_at__gt=now - LATELY).count()
    retried = Notice.objects.filter(state=NoticeState.PENDING, attempts__gt=0).count()
    facts = {"given_up": given_up, "retried": retried}
    sentence = _("%(given_up)s given up in the last 7 days, %(retried)s failed and tried again.") % facts
    return (wrong if given_up else well)(_("Notices"), sentence)
