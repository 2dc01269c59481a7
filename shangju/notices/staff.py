"""Notices to staff that no history row sets off: an export that waits for a decision, a bulletin that was drafted.

They are stored in the transaction of what they tell of, so that neither is there without the other.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from shangju.accounts.models import User
from shangju.core.queue import wake_worker_after_commit
from shangju.notices.kinds import NoticeKind, Way
from shangju.notices.models import Notice, NoticeChannel, NoticeState
from shangju.notices.ways import ways_to
from shangju.notices.wording import Wording

STAFF_TASK = "staff_task"
"""The approved template for text messages: that something waits in the system, and no more."""


def tell_staff(
    users: Iterable[User],
    *,
    key: str,
    kind: NoticeKind,
    words: Callable[[], Wording],
    link: str,
    now: datetime,
) -> None:
    """Tell each of ``users`` once under ``key``: in the system at once, out of the house as they chose for ``kind``.

    ``words`` are asked for in the language of each; what goes out may be read by others and names no reporter. ``key``
    says what is told, in at most 50 signs.
    """
    told = list({user.pk: user for user in users}.values())
    ways = ways_to(told, day=timezone.localdate(now))
    notices = []
    for user in told:
        with override(user.language or settings.LANGUAGE_CODE):
            said = words()
        in_app = _notice(user, NoticeChannel.IN_APP, key, kind, said, now)
        in_app.link, in_app.state, in_app.sent_at = link, NoticeState.SENT, now
        notices.append(in_app)
        for sending in ways.sendings(user, kind, is_urgent=False, now=now) if ways.open else ():
            notice = _notice(user, sending.way, key, kind, said, now)
            notice.recipient, notice.send_after = sending.recipient, sending.send_after
            notice.due_at = sending.send_after or now
            notice.body = f"{said.body}\n{settings.PUBLIC_URL}{link}"
            if sending.way == Way.SMS:
                notice.purpose, notice.values = STAFF_TASK, "{}"
            notices.append(notice)
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    wake_worker_after_commit()


def _notice(user: User, channel: str, key: str, kind: NoticeKind, said: Wording, now: datetime) -> Notice:
    return Notice(
        key=f"{key}-{channel}-user-{user.pk}",
        channel=channel,
        kind=kind,
        user=user,
        subject=said.subject[:120],
        body=said.body,
        language=user.language,
        due_at=now,
        created_at=now,
    )
