"""What ``shangju doctor`` asks about notices."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shangju.core.health import Finding, health_check, well, wrong
from shangju.gateways.models import MessageTemplate
from shangju.gateways.sending import is_configured
from shangju.notices.kinds import Delivery
from shangju.notices.models import Notice, NoticeChannel, NoticePreference, NoticeState

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


VARIABLES = {"sms": "SHANGJU_SMS_URL", "wecom": "SHANGJU_WECOM_URL", "email": "SHANGJU_EMAIL_URL"}
"""Ways to people, and what configures them."""


@health_check(order=68)
def ways_out(now: datetime) -> Finding:
    """Which ways out of the house are configured, whether somebody waits for another, and whether texts have templates."""
    ways = [channel for channel in (*VARIABLES, "wecom-robot") if is_configured(channel)]
    open_to_set = {way: name for way, name in VARIABLES.items() if way not in ways}
    chosen = NoticePreference.objects.exclude(delivery=Delivery.IN_SYSTEM).filter(way__in=open_to_set)
    wanted = [] if settings.DEMO else sorted(set(chosen.values_list("way", flat=True)))
    if wanted:
        count = chosen.values("user").distinct().count()
        facts = {
            "ways": ", ".join(wanted),
            "count": count,
            "variables": ", ".join(open_to_set[way] for way in wanted),
        }
        sentence = ngettext(
            "%(count)s person chose to be told by %(ways)s, which is not configured. Set %(variables)s.",
            "%(count)s people chose to be told by %(ways)s, which is not configured. Set %(variables)s.",
            count,
        )
        return wrong(_("Ways out"), sentence % facts)
    if not ways:
        sentence = _("None: messages go to the log. Set %(variables)s.")
        return well(_("Ways out"), sentence % {"variables": ", ".join(open_to_set.values())})
    return _with_templates(ways, list(open_to_set.values()))


def _with_templates(ways: list[str], open_to_set: list[str]) -> Finding:
    missing = MessageTemplate.objects.filter(
        is_active=True, channel="sms", language="zh-hans", provider_template=""
    ).count()
    facts = {"ways": ", ".join(ways), "missing": missing, "variables": ", ".join(open_to_set)}
    if "sms" in ways and missing:
        return wrong(
            _("Ways out"),
            _("%(ways)s; %(missing)s text messages have no template at the provider and cannot go out.")
            % facts,
        )
    if open_to_set:
        return well(_("Ways out"), _("Configured: %(ways)s. Not set: %(variables)s.") % facts)
    return well(_("Ways out"), _("Configured: %(ways)s.") % facts)
