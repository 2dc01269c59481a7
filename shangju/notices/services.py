"""From history rows to notices, and from notices to the people; each step may be killed at any line.

The rows are the work. A history row is *told* when its notices are stored and ``notified_at`` is set, in one
transaction. A notice is *sent* when a gateway has taken it; between the gateway's yes and our note a crash may come,
so a repeat carries the same key, and the gateway knows it.
"""

import json
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from shangju.accounts.models import User
from shangju.cases.codes import format_code
from shangju.cases.models import Case, CaseEvent, ReporterContact
from shangju.cases.walls import users_behind_wall
from shangju.cases.workflow import MoveName, State
from shangju.core.audit import record
from shangju.core.queue import wake_worker_after_commit
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.setting_aside import described, resting, work_off
from shangju.gateways.errors import Busy, RefusedForGood
from shangju.gateways.sending import Message, gateway_for, is_configured
from shangju.notices import endorsers, wording
from shangju.notices.models import Notice, NoticeChannel, NoticeState
from shangju.parties.models import Delegation, PartyStatus
from shangju.posts.models import Appointment, PostKind
from shangju.posts.rights import RIGHTS_OF_POST, Right

logger = logging.getLogger(__name__)

TELLING = "tell of events"
"""The step's name, also under which rows that fail are set aside."""

BATCH = 200
LEASE = timedelta(minutes=2)
"""A gateway call takes seconds; a worker that holds a notice longer is taken for dead."""

LONGEST_HELD_BACK = timedelta(days=2)
"""No lease and no waiting is as long, whatever the reason."""

ATTEMPTS_AT_MOST = 8
"""With the back-off below the last try comes about four hours after the first."""

DISPATCHING_POSTS = [kind for kind, rights in RIGHTS_OF_POST.items() if Right.DISPATCH in rights]
DECIDING_POSTS = [kind for kind, rights in RIGHTS_OF_POST.items() if Right.DECIDE_BEYOND in rights]


def tell_of_events(now: datetime) -> int:
    """Store the notices of history rows that nobody was told of yet; returns how many rows were dealt with."""
    with everywhere(EverywhereReason.WORKER):
        waiting = CaseEvent.objects.filter(notified_at__isnull=True).exclude(pk__in=resting(TELLING, now=now))
        rows = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
        return work_off(TELLING, rows, partial(_tell, now=now), now=now)


def _tell(pk: int, *, now: datetime) -> bool:
    """One row: read, then write; the conditional update makes two workers take turns, and the loser writes nothing."""
    event = CaseEvent.objects.select_related("case", "case__category", "case__subdistrict").get(pk=pk)
    notices = [
        *_reporter_notices(event, now),
        *_endorser_notices(event, now),
        *_staff_notices(event, now),
        *_party_notices(event, now),
    ]
    with transaction.atomic():
        if not CaseEvent.objects.filter(pk=pk, notified_at__isnull=True).update(notified_at=now):
            return False
        Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return True


def _reporter_notices(event: CaseEvent, now: datetime) -> Iterable[Notice]:
    if event.kind not in wording.TOLD_TO_REPORTER or event.data.get("reached") is False:
        return
    case = event.case
    link = f"{settings.PUBLIC_URL}{reverse('public:case', args=[format_code(case.tracking_code)])}"
    contact = ReporterContact.objects.filter(case=case).first()
    # Who wants to be called hears the result from a person: the case is on the call-back list (cases/call_backs.py).
    by_call = contact is not None and contact.prefers_call and event.to_state == State.RESOLVED
    if contact and contact.phone and contact.may_be_called and not by_call:
        words = wording.for_reporter(event, link=link, language=settings.LANGUAGE_CODE)
        notice = _notice(event, NoticeChannel.SMS, "reporter", words, now, recipient=contact.phone)
        notice.purpose, notice.language = event.kind, settings.LANGUAGE_CODE
        notice.subdistrict = case.subdistrict.code
        notice.values = json.dumps(wording.values_for_reporter(event), ensure_ascii=False)
        yield notice
    if case.reporter_user:
        words = wording.for_reporter(event, link=link, language=case.reporter_user.language)
        yield _notice(
            event,
            NoticeChannel.IN_APP,
            f"user-{case.reporter_user_id}",
            words,
            now,
            user=case.reporter_user,
            # The code opens the case to whoever holds it: it stays in the sealed body, never in the plain link.
            link=reverse("my:reports"),
        )


def _endorser_notices(event: CaseEvent, now: datetime) -> Iterable[Notice]:
    for told in endorsers.tellings(event):
        notice = _notice(
            event, told.channel, told.whom, told.words, now,
            user=told.user, recipient=told.recipient, link=told.link,
        )  # fmt: skip
        if told.values:
            notice.purpose, notice.language = endorsers.PURPOSE, settings.LANGUAGE_CODE
            notice.subdistrict = event.case.subdistrict.code
            notice.values = json.dumps(told.values, ensure_ascii=False)
        yield notice


def _staff_notices(event: CaseEvent, now: datetime) -> Iterable[Notice]:
    users: Iterable[User] = ()
    if event.kind in wording.TOLD_TO_DISPATCHER:
        users = (
            _task_force(event.case, now)
            if event.data.get("beyond") or event.kind == MoveName.REPLY
            else _dispatchers(event.case, now)
        )
        if event.to_state == State.DISPATCHED and event.kind == MoveName.GRANT_RETURN:
            users = _holders(Q(post_id=event.case.handler_post_id), now)
    elif event.kind in wording.TOLD_TO_HANDLER and event.case.handler_post_id:
        users = _holders(Q(post_id=event.case.handler_post_id), now)
    elif event.kind == MoveName.REOPEN and not event.case.handler_party_id:
        # A case that was answered directly has no handler yet: it goes back to the dispatcher.
        users = _dispatchers(event.case, now)
    link = reverse("desk:case", args=[event.case.number])
    walled_off = users_behind_wall(event.case, day=timezone.localdate(now))
    reaches_wecom = is_configured("wecom")
    # Who leads and assists is told that they lead: the second notice has the key of the first and falls away.
    told = [(user, wording.for_staff) for user in users]
    told += [(user, wording.for_assistant) for user in _assistants(event, now)]
    for user, said in told:
        if user.pk != event.by_id and user.pk not in walled_off:
            words = said(event, language=user.language)
            yield _notice(event, NoticeChannel.IN_APP, f"user-{user.pk}", words, now, user=user, link=link)
            if user.wecom_id and reaches_wecom:
                notice = _notice(event, NoticeChannel.WECOM, f"user-{user.pk}", words, now, user=user)
                notice.recipient, notice.language = user.wecom_id, user.language
                notice.body = f"{words.body}\n{settings.PUBLIC_URL}{link}"
                yield notice


def _assistants(event: CaseEvent, now: datetime) -> list[User]:
    if event.kind not in wording.TOLD_TO_ASSISTANTS:
        return []
    return _holders(Q(post_id__in=event.case.assistants.values("post_id")), now)


def _party_notices(event: CaseEvent, now: datetime) -> Iterable[Notice]:
    case = event.case
    party_id = None
    if event.kind in wording.TOLD_TO_PARTY:
        party_id = event.data.get("party")
    elif event.kind in wording.TOLD_TO_HANDLING_PARTY:
        party_id = case.handler_party_id
    if not party_id:
        return
    link = reverse("my:concern", args=[case.number])
    today = timezone.localdate(now)
    terms = Delegation.objects.on(today).filter(
        party_id=party_id, party__status=PartyStatus.ACTIVE, user__is_active=True
    )
    for delegation in terms.select_related("user"):
        words = wording.for_party(event, language=delegation.user.language)
        yield _notice(
            event,
            NoticeChannel.IN_APP,
            f"party-{delegation.user_id}",
            words,
            now,
            user=delegation.user,
            link=link,
        )


def _dispatchers(case: Case, now: datetime) -> list[User]:
    """Holders of dispatching posts nearest to the place: the community's own, else those further up."""
    return _nearest(case, DISPATCHING_POSTS, now)


def _task_force(case: Case, now: datetime) -> list[User]:
    """Holders of the posts that decide beyond the dispatcher, nearest to the place."""
    return _nearest(case, DECIDING_POSTS, now)


def _nearest(case: Case, kinds: list[PostKind], now: datetime) -> list[User]:
    above = [int(part) for part in case.area_path.strip("/").split("/")]
    holders = Appointment.objects.on(timezone.localdate(now)).filter(
        post__kind__in=kinds, post__area_id__in=above, user__is_active=True
    )
    rows = list(holders.select_related("user", "post__area"))
    nearest = max((row.post.area.path for row in rows), key=len, default="")
    return [row.user for row in rows if row.post.area.path == nearest]


def _holders(condition: Q, now: datetime) -> list[User]:
    rows = Appointment.objects.on(timezone.localdate(now)).filter(condition, user__is_active=True)
    return [row.user for row in rows.select_related("user")]


def _notice(
    event: CaseEvent,
    channel: str,
    whom: str,
    words: wording.Wording,
    now: datetime,
    *,
    user: User | None = None,
    recipient: str = "",
    link: str = "",
) -> Notice:
    in_app = channel == NoticeChannel.IN_APP
    return Notice(
        key=f"event-{event.pk}-{channel}-{whom}",
        event=event,
        channel=channel,
        user=user,
        recipient=recipient,
        subject=words.subject[:120],
        body=words.body,
        link=link[:200],
        state=NoticeState.SENT if in_app else NoticeState.PENDING,
        sent_at=now if in_app else None,
        due_at=now,
        created_at=now,
    )


def _free(now: datetime) -> Q:
    """Held by nobody. A lease that ends later than any lease can was given under a clock that was put back since."""
    return (
        Q(leased_until__isnull=True) | Q(leased_until__lt=now) | Q(leased_until__gt=now + LONGEST_HELD_BACK)
    )


def _due(now: datetime) -> Q:
    """To be sent by now. What waits for longer than anything is put off was put off under such a clock, too."""
    return Q(due_at__lte=now) | Q(due_at__gt=now + LONGEST_HELD_BACK)


def send_notices(now: datetime) -> int:
    """Hand due notices to their gateways; returns how many went out."""
    sent = 0
    due = Notice.objects.filter(_free(now), _due(now), state=NoticeState.PENDING)
    rows = list(due.order_by("due_at", "pk").values_list("pk", "channel", "user_id")[:BATCH])
    gathered: dict[int, list[int]] = {}
    for pk, channel, user in rows:
        if channel == NoticeChannel.WECOM and user is not None:
            gathered.setdefault(user, []).append(pk)
        else:
            sent += _send([pk], now=now)
    for pks in gathered.values():
        for part in [pks] if len(pks) >= DIGEST_FROM else [[pk] for pk in pks]:
            sent += _send(part, now=now)
    return sent


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
            leased_until=None, due_at=now + busy.after
        )
        return 0
    except RefusedForGood as refusal:
        _give_up(pks, refusal)
        return 0
    except Exception as error:  # noqa: BLE001 - a fault of one notice, of its key or gateway, must not stop the others
        for pk in pks:
            _put_off(pk, error, now=now)
        return 0
    return Notice.objects.filter(pk__in=pks).update(state=NoticeState.SENT, sent_at=now, leased_until=None)


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
        )  # fmt: skip
    words = wording.for_digest([notice.subject for notice in notices], language=first.language)
    return Message(f"digest-{first.key}"[:80], first.channel, first.recipient, words.body, words.subject)


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
