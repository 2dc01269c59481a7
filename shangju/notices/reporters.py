"""Notices to somebody who reported that no history row sets off: that a question about their own data is answered.

They are stored in the transaction of what they tell of, so that neither is there without the other.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from shangju.accounts.models import User
from shangju.core.queue import wake_worker_after_commit
from shangju.notices.models import Notice, NoticeChannel, NoticeState
from shangju.notices.wording import Wording


def tell_reporter(
    *,
    key: str,
    words: Wording,
    user: User | None,
    link: str,
    phone: str,
    purpose: str,
    values: Mapping[str, str],
    language: str,
    now: datetime,
) -> None:
    """Tell somebody once under ``key``: on the own page where they sign in (``user``), by text message to ``phone``.

    ``link`` is where the own page leads, ``purpose`` the approved template of the text message and ``values`` fills it.
    """
    notices = []
    if phone:
        message = _notice(key, NoticeChannel.SMS, words, now)
        message.recipient, message.purpose, message.language = phone, purpose, language
        message.values = json.dumps(values, ensure_ascii=False)
        notices.append(message)
    if user is not None and user.is_active:
        shown = _notice(key, NoticeChannel.IN_APP, words, now)
        shown.user, shown.link, shown.state, shown.sent_at = user, link, NoticeState.SENT, now
        notices.append(shown)
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    wake_worker_after_commit()


def _notice(key: str, channel: NoticeChannel, words: Wording, now: datetime) -> Notice:
    return Notice(
        key=f"{key}-{channel}",
        channel=channel,
        subject=words.subject[:120],
        body=words.body,
        due_at=now,
        created_at=now,
    )
