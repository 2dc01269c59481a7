"""How the demonstration's staff are notified: one who chose for themselves, and today's list for two sign-ins."""

from datetime import datetime, time

from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import User
from shangju.accounts.roster import set_wecom_id
from shangju.notices.choosing import set_notice_settings
from shangju.notices.kinds import Delivery, NoticeKind, Way
from shangju.notices.making_lists import make_list

CHOSEN = {
    (NoticeKind.SUPERVISION.value, Way.WECOM.value): Delivery.DAILY.value,
    (NoticeKind.NEWS.value, Way.WECOM.value): Delivery.IN_SYSTEM.value,
}
QUIET = (time(20), time(8, 30))
WITH_A_LIST = ("grid-worker", "subdistrict-leader")


def show_notifying(*, now: datetime) -> None:
    """The grid worker wants supervision in the list and an hour more of quiet; the mailbox shows what goes out."""
    users = {user.username: user for user in User.objects.filter(username__in=WITH_A_LIST)}
    for user in users.values():
        set_wecom_id(user, wecom_id=f"demo-{user.username}", reason="演示", by=COMMAND_LINE, now=now)
    worker = users.get(WITH_A_LIST[0])
    if worker is not None:
        set_notice_settings(worker, chosen=CHOSEN, quiet=QUIET, by=worker, now=now)
    for user in users.values():
        make_list(user.pk, now=now)
