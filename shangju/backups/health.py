"""What ``shangju doctor`` asks about backups."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from shangju.backups.writing import HEARTBEAT
from shangju.core.health import Finding, health_check, well, wrong
from shangju.core.models import Heartbeat

LONGEST_WITHOUT = timedelta(days=2)


@health_check(order=75)
def backup(now: datetime) -> Finding:
    """The last complete backup is not old; a demonstration needs none."""
    subject = _("Backup")
    made = Heartbeat.objects.filter(name=HEARTBEAT).values_list("at", flat=True).first()
    if made is None:
        sentence = _("None was made yet; “shangju backup FOLDER” makes one, a timer makes one every night.")
        return (well if settings.DEMO else wrong)(subject, sentence)
    time = made.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%d %H:%M")
    if now - made > LONGEST_WITHOUT and not settings.DEMO:
        return wrong(
            subject, _("The last one is of %(time)s; look why the timer makes none.") % {"time": time}
        )
    return well(subject, _("The last one is of %(time)s.") % {"time": time})
