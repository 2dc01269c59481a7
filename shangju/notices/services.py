"""From history rows to notices, and from notices to the people; each step may be killed at any line.

The rows are the work. A history row is *told* when its notices are stored and ``notified_at`` is set, in one
transaction. A notice is *sent* when a gateway has taken it; between the gateway's yes and our note a crash may come,
so a repeat carries the same key, and the gateway knows it.
"""

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
from shangju.cases.workflow import MoveName, State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.setting_aside import described, resting, work_off
from shangju.gateways.sending import Message, gateway_for
from shangju.notices import wording
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
    event = CaseEvent.objects.select_related("case", "case__category").get(pk=pk)
    notices = [*_reporter_notices(event, now), *_staff_notices(event, now), *_party_notices(event, now)]
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
    if contact and contact.phone and contact.may_be_called:
        words = wording.for_reporter(event, link=link, language=settings.LANGUAGE_CODE)
        yield _notice(event, NoticeChannel.SMS, "reporter", words, now, recipient=contact.phone)
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
    walled_off = _people_with_a_stake(event.case, now)
    # Who leads and assists is told that they lead: the second notice has the key of the first and falls away.
    told = [(user, wording.for_staff) for user in users]
    told += [(user, wording.for_assistant) for user in _assistants(event, now)]
    for user, said in told:
        if user.pk != event.by_id and user.pk not in walled_off:
            words = said(event, language=user.language)
            yield _notice(event, NoticeChannel.IN_APP, f"user-{user.pk}", words, now, user=user, link=link)


def _assistants(event: CaseEvent, now: datetime) -> list[User]:
    if event.kind not in wording.TOLD_TO_ASSISTANTS:
        return []
    return _holders(Q(post_id__in=event.case.assistants.values("post_id")), now)


def _people_with_a_stake(case: Case, now: datetime) -> set[int]:
    """Delegates of the party that the case is about: the wall of cases.md §7 holds whatever post they also have."""
    parties = [pk for pk in (case.concerned_party_id, case.place_party_id) if pk is not None]
    terms = Delegation.objects.on(timezone.localdate(now)).filter(party_id__in=parties)
    return set(terms.values_list("user_id", flat=True))


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


def send_notices(now: datetime) -> int:
    """Hand due notices to their gateways; returns how many went out."""
    sent = 0
    due = Notice.objects.filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=now), state=NoticeState.PENDING, due_at__lte=now
    )
    for pk in list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]):
        sent += _send(pk, now=now)
    return sent


def _send(pk: int, *, now: datetime) -> bool:
    """One notice: take it by a conditional update, hand it over, write that down."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    if not Notice.objects.filter(free, pk=pk, state=NoticeState.PENDING).update(leased_until=now + LEASE):
        return False
    try:
        notice = Notice.objects.get(pk=pk)
        message = Message(notice.key, notice.channel, notice.recipient, notice.body, notice.subject)
        gateway_for(notice.channel).send(message, now=now)
    except Exception as error:  # noqa: BLE001 - a fault of one notice, of its key or gateway, must not stop the others
        _put_off(pk, error, now=now)
        return False
    Notice.objects.filter(pk=pk).update(state=NoticeState.SENT, sent_at=now, leased_until=None)
    return True


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


def mark_read(user: User, *, pk: int | None, now: datetime) -> int:
    """Mark one notice of ``user``, or all of them, as read; returns how many were new."""
    notices = Notice.objects.filter(user=user, read_at__isnull=True)
    return (notices.filter(pk=pk) if pk is not None else notices).update(read_at=now)
