"""What ``shangju doctor`` asks about notices."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from shangju.core.health import Finding, health_check, well, wrong
from shangju.gateways.models import MessageTemplate
from shangju.gateways.sending import is_configured
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


@health_check(order=67)
def ways_out(now: datetime) -> Finding:
    """Which ways out of the house are configured, and whether every text message has its template."""
    ways = [channel for channel in ("sms", "wecom", "wecom-robot") if is_configured(channel)]
    if not ways:
        return well(
            _("Ways out"), _("None: messages go to the log. Set SHANGJU_SMS_URL or SHANGJU_WECOM_URL.")
        )
    missing = MessageTemplate.objects.filter(
        is_active=True, channel="sms", language="zh-hans", provider_template=""
    ).count()
    facts = {"ways": ", ".join(ways), "missing": missing}
    if "sms" in ways and missing:
        return wrong(
            _("Ways out"),
            _("%(ways)s; %(missing)s text messages have no template at the provider and cannot go out.")
            % facts,
        )
    return well(_("Ways out"), _("Configured: %(ways)s.") % facts)
