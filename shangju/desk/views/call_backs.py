"""The daily call-back list: phone, result, next one, without opening a case."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.cases import queries
from shangju.cases.call_backs import to_call_back
from shangju.cases.forms import MOVE_FORMS
from shangju.cases.models import Case
from shangju.cases.models.reporter import RevealCode
from shangju.cases.reporter import (
    RevealedContact,
    looks_allowed_to,
    mask_phone,
    reveal_contact,
    usable_approval,
)
from shangju.cases.rules import Actor, roles_of
from shangju.cases.workflow import CALL_BACK_TRIES, CaseRole, MoveName
from shangju.core.errors import DomainError, NotAllowed
from shangju.desk.access import needs_right
from shangju.desk.views.cases import READER, actor_of, find_case
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right

ROWS = 50
"""On one page; who was called makes room for the rest."""


@require_GET
@needs_right(Right.CALL_BACK)
def call_backs(request: HttpRequest) -> HttpResponse:
    """Whom to call today."""
    return _page(request, {})


@require_POST
@READER
def phone(request: HttpRequest, number: str) -> HttpResponse:
    """The list with one phone number shown; the look is recorded with its reason, as everywhere."""
    case = find_case(request, number)
    if CaseRole.CALLER not in roles_of(actor_of(request), case):
        raise PermissionDenied
    now, actor = timezone.now(), actor_of(request)
    allowed = usable_approval(case, actor, now=now) if case.concerns_minor else None
    try:
        contact = reveal_contact(
            case,
            fields=allowed.wanted if allowed else ["name", "phone"],
            code=allowed.code if allowed else RevealCode.CALL,
            reason=allowed.reason if allowed else _("Call-back of a resolved case"),
            by=actor,
            now=now,
        )
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except DomainError as refusal:
        return _page(request, {}, refusal=str(refusal))
    return _page(request, {case.pk: contact})


def _page(request: HttpRequest, shown: dict[int, RevealedContact], *, refusal: str = "") -> HttpResponse:
    now, actor = timezone.now(), actor_of(request)
    found = list(to_call_back(standing_in(request), now=now)[: ROWS + 1])
    allowed = looks_allowed_to(actor, found[:ROWS], now=now)
    rows = [_row(case, actor, shown, now) | {"is_allowed": case.pk in allowed} for case in found[:ROWS]]
    context = {"rows": rows, "is_cut": len(found) > ROWS, "now": now, "refusal": refusal}
    return render(request, "desk/call_backs.html", context)


def _row(case: Case, actor: Actor, shown: dict[int, RevealedContact], now: datetime) -> dict[str, Any]:
    contact = getattr(case, "reporter_contact", None)
    form = MOVE_FORMS[MoveName.CONFIRM](case=case, actor=actor, now=now)
    form.auto_id = f"call-{case.pk}-%s"
    return {
        "case": case,
        "light": queries.light_of(case, now=now),
        "prefers_call": contact is not None and contact.prefers_call,
        "masked": mask_phone(contact.phone) if contact is not None and contact.may_be_called else "",
        "contact": shown.get(case.pk),
        "tries": _("Try %(number)s of %(most)s")
        % {
            "number": min(case.call_back_tries + 1, CALL_BACK_TRIES),
            "most": CALL_BACK_TRIES,
        },
        "is_worn_out": case.call_back_tries >= CALL_BACK_TRIES,
        "form": form,
    }
