"""From notices to the people; may be killed at any line.

The rows are the work. A notice (from a history row: telling.py) is *sent* when a gateway has taken it; between the
gateway's yes and our note a crash may come, so a repeat carries the same key, and the gateway knows it.
"""

import json
import logging
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shangju.accounts.models import User
from shangju.core.audit import record
from shangju.core.queue import wake_worker_after_commit
from shangju.core.setting_aside import described
from shangju.gateways.errors import Busy, RefusedForGood
from shangju.gateways.sending import Message, gateway_for
from shangju.notices import wording
from shangju.notices.kinds import NoticeKind
from shangju.notices.models import Notice, NoticeChannel, NoticeState
from shangju.notices.queries import settings_of
from shangju.notices.quiet import LONGEST_QUIET
from shangju.notices.ways import held_until

logger = logging.getLogger(__name__)

BATCH = 200
LEASE = timedelta(minutes=2)
"""A gateway call takes seconds; a worker that holds a notice longer is taken for dead."""

LONGEST_HELD_BACK = timedelta(days=2)
"""No lease and no waiting is as long, whatever the reason."""

ATTEMPTS_AT_MOST = 8
"""With the back-off below the last try comes about four hours after the first."""


def _free(now: datetime) -> Q:
    """Held by nobody. A lease that ends later than any lease can was given under a clock that was put back since."""
    return (
        Q(leased_until__isnull=True) | Q(leased_until__lt=now) | Q(leased_until__gt=now + LONGEST_HELD_BACK)
    )


def _due(now: datetime) -> Q:
    """To be sent by now. What waits for longer than anything is put off was put off under such a clock, too."""
    in_quiet_hours = Q(send_after__gt=now, send_after__lte=now + LONGEST_QUIET)
    put_off_wrongly = Q(due_at__gt=now + LONGEST_HELD_BACK) & (Q(send_after__isnull=True) | ~in_quiet_hours)
    return Q(due_at__lte=now) | put_off_wrongly


Row = tuple[int, str, int | None, str, bool, datetime | None]
"""Id, channel, user, kind, whether it is urgent, and until when a worker that may be dead has taken it."""


def send_notices(now: datetime) -> int:
    """Hand due notices to their gateways, urgent ones first; returns how many went out."""
    sent = 0
    due = Notice.objects.filter(_free(now), _due(now), state=NoticeState.PENDING).order_by(
        "-is_urgent", "due_at", "pk"
    )
    columns = ("pk", "channel", "user_id", "kind", "is_urgent", "leased_until")
    rows: list[Row] = list(due.values_list(*columns)[:BATCH])
    kept = _keep_in_quiet_hours(rows, now=now)
    gathered: dict[tuple[int, datetime | None], list[int]] = {}
    for pk, channel, user, kind, is_urgent, leased_until in rows:
        if pk in kept:
            continue
        alone = is_urgent or kind == NoticeKind.DAILY_LIST
        if channel == NoticeChannel.WECOM and user is not None and not alone:
            # What was taken together and may have gone out goes together again, under the same key.
            gathered.setdefault((user, leased_until), []).append(pk)
        else:
            sent += _send([pk], now=now)
    for pks in gathered.values():
        for part in [pks] if len(pks) >= DIGEST_FROM else [[pk] for pk in pks]:
            sent += _send(part, now=now)
    return sent


def _keep_in_quiet_hours(rows: list[Row], *, now: datetime) -> set[int]:
    """Keep what came in working time but is due only now, in the quiet hours of its receiver: a limit, a gateway or a
    worker that was away held it up. Returns what waits.
    """
    theirs = {
        pk: user for pk, _channel, user, kind, is_urgent, _lease in rows if user and kind and not is_urgent
    }
    settings = settings_of(theirs.values(), day=timezone.localdate(now))
    ends = {user: held_until(each, now) for user, each in settings.items()}
    kept = {pk: end for pk, user in theirs.items() if (end := ends[user])}
    for end in set(kept.values()):
        pks = [pk for pk, its_end in kept.items() if its_end == end]
        Notice.objects.filter(_free(now), pk__in=pks, state=NoticeState.PENDING).update(
            due_at=end, send_after=end
        )
    return set(kept)


DIGEST_FROM = 5
"""So many waiting for one person go out as one message: nobody reads thirty in a minute, and no provider sends them."""


def _send(pks: list[int], *, now: datetime) -> int:
    """Notices of one recipient: take them by a conditional update, hand them over, write that down."""
    pks = [pk for pk in pks if _lease(pk, now=now)]
    if not pks:
        return 0
    try:
        message = _message_of(list(Notice.objects.filter(pk__in=pks).select_related("user").order_by("pk")))
        gateway_for(message.channel).send(message, now=now)
    except Busy as busy:
        Notice.objects.filter(pk__in=pks, state=NoticeState.PENDING).update(
            leased_until=None, due_at=now + min(busy.after, LONGEST_HELD_BACK)
        )
        return 0
    except RefusedForGood as refusal:
        _give_up(pks, refusal)
        return 0
    except Exception as error:  # noqa: BLE001 - a fault of one notice, of its key or gateway, must not stop the others
        for pk in pks:
            _put_off(pk, error, now=now)
        return 0
    return _note_sent(pks, now=now)


def _note_sent(pks: list[int], *, now: datetime) -> int:
    gone: dict[str, Any] = {"state": NoticeState.SENT, "sent_at": now, "leased_until": None}
    lists = Notice.objects.filter(pk__in=pks, kind=NoticeKind.DAILY_LIST)
    # Its rows are read anew on the page: a list that has gone out keeps no titles.
    emptied = lists.update(**gone, recipient="", body="", values="", emptied_at=now)
    others = Notice.objects.filter(pk__in=pks).exclude(kind=NoticeKind.DAILY_LIST)
    return emptied + others.update(**gone)


def _lease(pk: int, *, now: datetime) -> bool:
    """Take one notice, unless another worker holds it."""
    free = Notice.objects.filter(_free(now), pk=pk, state=NoticeState.PENDING)
    return bool(free.update(leased_until=now + LEASE))


def _message_of(notices: list[Notice]) -> Message:
    """One notice as a message, or several as one that names each."""
    first = notices[0]
    values = json.loads(first.values) if first.values else {}
    if len(notices) == 1:
        return Message(
            first.key, first.channel, first.recipient, first.body, first.subject,
            purpose=first.purpose, values=values, language=first.language, subdistrict=first.subdistrict,
            is_urgent=first.is_urgent,
        )  # fmt: skip
    words = wording.for_digest([notice.subject for notice in notices], language=first.language)
    return Message(_key_of(notices), first.channel, first.recipient, words.body, words.subject)


def _key_of(notices: list[Notice]) -> str:
    """The key of a digest: of exactly these notices, so that no gateway takes one with more in it for a repeat."""
    return f"digest-{sha256(' '.join(notice.key for notice in notices).encode()).hexdigest()}"


def _give_up(pks: list[int], refusal: RefusedForGood) -> None:
    """No later try would do better; ``shangju doctor`` and the page of what went out show it."""
    reason = str(refusal)[:120]
    Notice.objects.filter(pk__in=pks, state=NoticeState.PENDING).update(
        state=NoticeState.FAILED, leased_until=None, refusal=reason
    )
    for key in Notice.objects.filter(pk__in=pks).values_list("key", flat=True):
        logger.warning("notice %s refused for good: %s", key, reason)


def _put_off(pk: int, error: Exception, *, now: datetime) -> None:
    """Try again later, each time twice as late; after the last try give up, visibly."""
    # Without the sealed columns: that they cannot be opened may be the very fault.
    key, attempts = Notice.objects.values_list("key", "attempts").get(pk=pk)
    attempts += 1
    given_up = attempts >= ATTEMPTS_AT_MOST
    # Only while it is still to be sent: a worker that came after our lease ran out may have succeeded meanwhile.
    Notice.objects.filter(pk=pk, state=NoticeState.PENDING).update(
        attempts=attempts,
        leased_until=None,
        due_at=now + timedelta(minutes=2**attempts),
        state=NoticeState.FAILED if given_up else NoticeState.PENDING,
    )
    outcome = "given up" if given_up else "tried again later"
    logger.warning("notice %s not sent (try %s, %s): %s", key, attempts, outcome, described(error))


@transaction.atomic
def try_again(notice: Notice, *, by: User, now: datetime) -> bool:
    """Let a notice that was given up be tried anew; the caller has checked the right. False where it was not given up."""
    renewed = Notice.objects.filter(pk=notice.pk, state=NoticeState.FAILED).update(
        state=NoticeState.PENDING, attempts=0, due_at=now, refusal="", leased_until=None
    )
    if renewed:
        record(notice, action="notice.tried_again", by=by, now=now)
        wake_worker_after_commit()
    return bool(renewed)


def mark_read(user: User, *, pk: int | None, now: datetime) -> int:
    """Mark one notice of ``user``, or all of them, as read; returns how many were new."""
    notices = Notice.objects.filter(user=user, read_at__isnull=True)
    return (notices.filter(pk=pk) if pk is not None else notices).update(read_at=now)
