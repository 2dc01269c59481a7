"""The history rows of requests about one's own data, and how the person is told of an answer."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from shangju.accounts.models import User
from shangju.cases.codes import format_code
from shangju.cases.models import Case, ReporterContact
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.models import Notice, NoticeChannel, NoticeState
from shangju.notices.reporters import tell_reporter
from shangju.notices.wording import Wording
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
        body = _("“%(what)s”: %(state)s. Read the answer: %(link)s") % {
            "what": request.get_kind_display(),
            "state": request.get_state_display(),
            "link": f"{settings.PUBLIC_URL}{page}",
        }
        words = Wording(_("Your request about your data was answered"), body)
    tell_reporter(
        key=f"{KEY_OF_NOTICES}{request.pk}",
        words=words,
        user=receiver,
        link=reverse("my:own_data"),
        phone=phone,
        purpose=PURPOSE,
        values={"code": code},
        language=language,
        now=now,
    )


def phone_of(case: Case | None) -> str:
    """Where an answer about a case may be sent; empty where nobody is to be called."""
    contact = ReporterContact.objects.filter(case=case).first() if case else None
    return contact.phone if contact and contact.may_be_called else ""


def note_told(now: datetime) -> int:
    """Answered requests whose notices have gone out are told; returns how many. A step of the worker."""
    told = 0
    with everywhere(EverywhereReason.WORKER):
        theirs = _notices_of(OuterRef("pk"))
        # Asked in the statement: who left no address reads the answer when they look, or never, and holds nobody back.
        answered = DataRequest.objects.filter(
            Exists(theirs.filter(state=NoticeState.SENT)),
            ~Exists(theirs.filter(state=NoticeState.PENDING)),
            state__in=(RequestState.GRANTED, RequestState.REFUSED),
        )
        for request in answered.order_by("pk")[:BATCH]:
            told += tell_person(request, now=now)
            # The phone was kept for this one message; it may be what was asked to be deleted.
            by_phone = _notices_of(Value(request.pk)).filter(
                channel=NoticeChannel.SMS, state=NoticeState.SENT
            )
            by_phone.update(recipient="", body="", values="", emptied_at=now)
    return told


def _notices_of(request: Combinable) -> QuerySet[Notice]:
    """The notices of the answer to a request, given by its id; by whole keys, which are indexed."""
    number = Cast(request, CharField())
    keys = [
        Concat(Value(KEY_OF_NOTICES), number, Value(f"-{channel}"), output_field=CharField())
        for channel in (NoticeChannel.SMS, NoticeChannel.IN_APP)
    ]
    return Notice.objects.filter(Q(key=keys[0]) | Q(key=keys[1]))


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
