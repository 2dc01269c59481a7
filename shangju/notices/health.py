"""What ``shangju doctor`` asks about notices."""

from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from shangju.core.health import Finding, health_check, well, wrong
from shangju.gateways.models import MessageTemplate
from shangju.gateways.sending import is_configured
from shangju.notices.models import Notice, NoticeChannel, NoticeState

LATELY = timedelta(days=7)


@health_check(order=66)
def notices(now: datetime) -> Finding:
    """No message was given up lately, and none is still being tried again."""
    given_up = Notice.objects.filter(state=NoticeState.FAILED, created_at__gt=now - LATELY).count()
    retried = Notice.objects.filter(state=NoticeState.PENDING, attempts__gt=0).count()
    facts = {"given_up": given_up, "retried": retried}
    sentence = _("%(given_up)s given up in the last 7 days, %(retried)s failed and tried again.") % facts
    return (wrong if given_up else well)(_("Notices"), sentence)


WAITS_AT_MOST = timedelta(hours=2)
URGENT_WAITS_AT_MOST = timedelta(minutes=10)


@health_check(order=67)
def waiting(now: datetime) -> Finding:
    """Nothing that is to go out waits for too long: for a limit, a provider or a worker; quiet hours do not count."""
    pending = Notice.objects.filter(state=NoticeState.PENDING).exclude(channel=NoticeChannel.IN_APP)
    quiet = Q(send_after__gt=now)
    since = Coalesce("send_after", "created_at")
    too_long = Q(is_urgent=True, since__lt=now - URGENT_WAITS_AT_MOST) | Q(since__lt=now - WAITS_AT_MOST)
    counts = pending.annotate(since=since).aggregate(
        all=Count("pk"), quiet=Count("pk", filter=quiet), late=Count("pk", filter=~quiet & too_long)
    )
    if counts["late"]:
        return wrong(
            _("Waiting messages"),
            _(
                "%(late)s of %(all)s wait too long: look at the limits under Set-up, Messages, Times and limits."
            )
            % counts,
        )
    return well(_("Waiting messages"), _("%(all)s, of them %(quiet)s for the end of quiet hours.") % counts)


@health_check(order=68)
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
