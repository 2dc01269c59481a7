"""The history rows of requests about one's own data, and how the person is told of an answer."""

import json
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from shangju.accounts.models import User
from shangju.cases.codes import format_code
from shangju.cases.models import Case, ReporterContact
from shangju.core.queue import wake_worker_after_commit
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.models import Notice, NoticeChannel, NoticeState
from shangju.privacy.models import DataRequest, DataRequestEvent
from shangju.privacy.workflow import KEY_OF_NOTICES, REQUEST_MOVES, RequestMove, RequestState

BATCH = 200
PURPOSE = "data_request"
"""By which the provider's template is found."""


def append_row(
    request: DataRequest,
    move: RequestMove,
    *,
    from_state: str,
    by: User | None,
    now: datetime,
    post_name: str = "",
    to_state: str = "",
) -> None:
    """Write the history row of a move and set the state that it leads to; the caller saves."""
    state = to_state or (REQUEST_MOVES[move][1] if move in REQUEST_MOVES else RequestState.RECEIVED)
    request.state = state
    DataRequestEvent.objects.create(
        request=request, move=move, from_state=from_state, to_state=state, by=by, post_name=post_name, at=now
    )


def tell_answer(request: DataRequest, *, phone: str, now: datetime) -> None:
    """Store the notices of an answer: a text message to the phone known before it, the own page where there is one."""
    case, user = request.case, request.user
    receiver = user or (case.reporter_user if case else None)
    language = receiver.language if receiver else settings.LANGUAGE_CODE
    code = format_code(case.tracking_code) if case and case.tracking_code else ""
    page = reverse("public:own_data", args=[code]) if code else reverse("my:own_data")
    with translation.override(language):
        subject = _("Your request about your data was answered")
        body = _("“%(what)s”: %(state)s. Read the answer: %(link)s") % {
            "what": request.get_kind_display(),
            "state": request.get_state_display(),
            "link": f"{settings.PUBLIC_URL}{page}",
        }
    notices = []
    if phone:
        message = _notice(request, NoticeChannel.SMS, subject, body, now, recipient=phone)
        message.purpose, message.language = PURPOSE, language
        message.values = json.dumps({"code": code})
        notices.append(message)
    if receiver and receiver.is_active:
        notices.append(_notice(request, NoticeChannel.IN_APP, subject, body, now, user=receiver))
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    wake_worker_after_commit()


def phone_of(case: Case | None) -> str:
    """Where an answer about a case may be sent; empty where nobody is to be called."""
    contact = ReporterContact.objects.filter(case=case).first() if case else None
    return contact.phone if contact and contact.may_be_called else ""


def _notice(
    request: DataRequest,
    channel: NoticeChannel,
    subject: str,
    body: str,
    now: datetime,
    *,
    user: User | None = None,
    recipient: str = "",
) -> Notice:
    in_app = channel == NoticeChannel.IN_APP
    return Notice(
        key=f"{KEY_OF_NOTICES}{request.pk}-{channel}",
        channel=channel,
        user=user,
        recipient=recipient,
        subject=subject[:120],
        body=body,
        link=reverse("my:own_data") if in_app else "",
        state=NoticeState.SENT if in_app else NoticeState.PENDING,
        sent_at=now if in_app else None,
        due_at=now,
        created_at=now,
    )


def note_told(now: datetime) -> int:
    """Answered requests whose notice has gone out are told; returns how many. A step of the worker."""
    told = 0
    with everywhere(EverywhereReason.WORKER):
        waiting = DataRequest.objects.filter(state__in=(RequestState.GRANTED, RequestState.REFUSED))
        for request in waiting.order_by("pk")[:BATCH]:
            sent = Notice.objects.filter(
                key__startswith=f"{KEY_OF_NOTICES}{request.pk}-", state=NoticeState.SENT
            )
            if sent.exists():
                told += tell_person(request, now=now)
                # The phone was kept for this one message; it may be what was asked to be deleted.
                sent.filter(user__isnull=True).update(recipient="", body="", values="", emptied_at=now)
    return told


def tell_person(request: DataRequest, *, now: datetime) -> bool:
    """Note that the person has the answer: by notice, or because they say that they read it. Twice is once."""
    with transaction.atomic():
        held = DataRequest.objects.select_for_update().get(pk=request.pk)
        if held.state not in (RequestState.GRANTED, RequestState.REFUSED):
            return False
        append_row(held, RequestMove.TELL, from_state=held.state, by=None, now=now)
        held.told_at = now
        held.save(update_fields=["state", "told_at"])
    return True
