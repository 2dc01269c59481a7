"""From history rows to notices: a row is *told* when its notices are stored and ``notified_at`` is set.

Some rows are told of at once, in one transaction: for each alone, the worker would cost as much as the intake itself.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from shangju.accounts.models import User
from shangju.cases.codes import format_code
from shangju.cases.models import CaseEvent
from shangju.cases.rungs import Receiver
from shangju.cases.workflow import MoveName, State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.setting_aside import resting, work_off_together
from shangju.deadlines.queries import steady_reference
from shangju.notices import endorsers, wording
from shangju.notices.audience import Audience, audience_of, party_told
from shangju.notices.kinds import Way, kind_of
from shangju.notices.models import Notice, NoticeChannel, NoticeState
from shangju.notices.ways import Ways, is_urgent, ways_to

TELLING = "tell of events"
"""The step's name, also under which rows that fail are set aside."""

BATCH = 200
"""Rows a pass looks at."""

AT_ONCE = 40
"""Rows told of in one transaction: some 15 statements for all; on SQLite it holds others back for a few milliseconds."""


def tell_of_events(now: datetime) -> int:
    """Store the notices of history rows that nobody was told of yet; returns how many rows were dealt with."""
    with everywhere(EverywhereReason.WORKER):
        waiting = CaseEvent.objects.filter(notified_at__isnull=True).exclude(pk__in=resting(TELLING, now=now))
        rows = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
        return work_off_together(TELLING, rows, partial(_tell, now=now), at_once=AT_ONCE, now=now)


def _tell(pks: Sequence[int], *, now: datetime) -> int:
    """Read, then write; two workers take turns at the rows, and the second finds them told and writes nothing."""
    related = "case__category", "case__subdistrict", "case__reporter_user"
    events = list(CaseEvent.objects.filter(pk__in=pks).select_related(*related).order_by("pk"))
    audience = audience_of(events, now=now)
    ways = ways_to(audience.staff(), day=timezone.localdate(now))
    with steady_reference() if ways.open else nullcontext():
        notices = {event.pk: list(_notices(event, audience, ways)) for event in events}
    with transaction.atomic():
        untold = CaseEvent.objects.filter(pk__in=pks, notified_at__isnull=True)
        held = list(untold.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        CaseEvent.objects.filter(pk__in=held).update(notified_at=now)
        Notice.objects.bulk_create([row for pk in held for row in notices[pk]], ignore_conflicts=True)
    return len(held)


def _notices(event: CaseEvent, audience: Audience, ways: Ways) -> Iterable[Notice]:
    yield from _reporter_notices(event, audience)
    yield from _endorser_notices(event, audience.now)
    yield from _staff_notices(event, audience, ways)
    yield from _party_notices(event, audience)


def _reporter_notices(event: CaseEvent, audience: Audience) -> Iterable[Notice]:
    if event.kind not in wording.TOLD_TO_REPORTER or event.data.get("reached") is False:
        return
    case = event.case
    link = f"{settings.PUBLIC_URL}{reverse('public:case', args=[format_code(case.tracking_code)])}"
    contact, now = audience.contact_of(case), audience.now
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


def _staff_notices(event: CaseEvent, audience: Audience, ways: Ways) -> Iterable[Notice]:
    case = event.case
    walled_off = audience.walled_off_from(case)
    # Who leads and assists is told that they lead: the second notice has the key of the first and falls away.
    told = [(user, wording.for_staff) for user in _staff_told(event, audience)]
    told += [(user, wording.for_onlooker) for user in _onlookers(event, audience)]
    if event.kind in wording.TOLD_TO_ASSISTANTS:
        told += [(user, wording.for_assistant) for user in audience.assistants_of(case)]
    for user, said in told:
        if user.pk != event.by_id and user.pk not in walled_off:
            kind = kind_of(event.kind, is_onlooker=said is wording.for_onlooker)
            words = said(event, language=user.language)
            yield from _to_staff(event, user, kind, words, ways, audience.now)


def _to_staff(
    event: CaseEvent, user: User, kind: str, words: wording.Wording, ways: Ways, now: datetime
) -> Iterable[Notice]:
    """In the system always; out of the house as they chose, at the end of quiet hours."""
    link = _staff_link(event)
    notice = _notice(event, NoticeChannel.IN_APP, f"user-{user.pk}", words, now, user=user, link=link)
    notice.kind = kind
    yield notice
    if not ways.open:
        return
    for sending in ways.sendings(user, kind, is_urgent=is_urgent(event.case), now=now):
        notice = _notice(event, sending.way, f"user-{user.pk}", words, now, user=user)
        notice.kind, notice.is_urgent, notice.send_after = kind, sending.is_urgent, sending.send_after
        notice.due_at = sending.send_after or now
        notice.recipient, notice.language = sending.recipient, user.language
        notice.body = f"{words.body}\n{settings.PUBLIC_URL}{link}"
        if sending.way == Way.SMS:
            notice.purpose, notice.subdistrict = STAFF_NEWS, event.case.subdistrict.code
            notice.values = json.dumps({"number": event.case.number})
        yield notice


def _staff_link(event: CaseEvent) -> str:
    """The case; what is said about a card leads to the card."""
    if event.kind == MoveName.CITE:
        return reverse("supervision:card", args=[event.data["card"]])
    return reverse("desk:case", args=[event.case.number])


STAFF_NEWS = "staff_news"
"""The approved template for text messages to staff: that there is something about a case, and no more."""


def _staff_told(event: CaseEvent, audience: Audience) -> list[User]:
    case = event.case
    if (asker := event.data.get("asked_by")) is not None:
        return audience.users(asker)
    if event.kind in wording.TOLD_TO_DISPATCHER:
        if event.to_state == State.DISPATCHED and event.kind == MoveName.GRANT_RETURN:
            return audience.handlers_of(case)
        beyond = event.data.get("beyond") or event.kind == MoveName.REPLY
        if beyond:
            return audience.task_force_of(case)
        # A dispatcher may be who asks; then somebody else decides, however far up.
        asker = event.by_id if event.kind == MoveName.ASK_REVEAL else None
        return audience.dispatchers_of(case, other_than=asker)
    if event.data.get("order"):
        issuer = event.data.get("ordered_by")
        return [
            *audience.receivers_of(case, Receiver.RESPONSIBLE),
            *audience.users(*([issuer] if issuer else [])),
        ]
    if event.data.get("rung") and event.kind != MoveName.ESCALATE:
        return audience.receivers_of(case, Receiver.RESPONSIBLE)
    if event.kind in wording.TOLD_TO_HANDLER and case.handler_post_id:
        return audience.handlers_of(case)
    if event.kind == MoveName.REOPEN and not case.handler_party_id:
        # A case that was answered directly has no handler yet: it goes back to the dispatcher.
        return audience.dispatchers_of(case)
    return []


def _onlookers(event: CaseEvent, audience: Audience) -> list[User]:
    """Those whom the ladder tells besides whoever has to act."""
    others = [name for name in event.data.get("receivers", ()) if name != Receiver.RESPONSIBLE]
    return [user for name in others for user in audience.receivers_of(event.case, name)]


def _party_notices(event: CaseEvent, audience: Audience) -> Iterable[Notice]:
    party_id = party_told(event)
    if not party_id:
        return
    # What has climbed away from a member is not open to it any more.
    gone = event.kind == MoveName.ESCALATE
    link = reverse("my:concerns") if gone else reverse("my:concern", args=[event.case.number])
    if event.kind == MoveName.CITE:
        link = reverse("my:card", args=[event.data["card"]])
    for user in audience.delegates_of(party_id):
        words = wording.for_party(event, language=user.language)
        yield _notice(
            event, NoticeChannel.IN_APP, f"party-{user.pk}", words, audience.now, user=user, link=link
        )


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
