"""Cases for staff: the worklist, one case, the moves open to the caller, and making one."""

import re
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from shangju.api.answers import CasePage, CaseRow, MoveOut, RevealOut, case_row
from shangju.api.authentication import SIGNED_IN, in_own_scope
from shangju.api.case_answers import CaseOut, whole_case
from shangju.api.move_values import form_data
from shangju.api.pictures import PICTURE, picture_of
from shangju.api.refusals import nothing_here
from shangju.api.submitted import MoveIn, RevealIn, WorklistQuery
from shangju.api.views import REFUSALS
from shangju.cases.forms import MOVE_FORMS, move_forms_for
from shangju.cases.models import Case
from shangju.cases.queries import WorklistFilters, case_for, is_cursor, worklist
from shangju.cases.reporter import reveal_contact
from shangju.cases.rules import Actor, open_moves, roles_of, staff
from shangju.cases.services import apply_move
from shangju.cases.workflow import MOVES, MoveName
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right

router = Router(tags=["cases"], auth=SIGNED_IN)
router.add_decorator(in_own_scope)

NUMBER = re.compile(r"[0-9A-Za-z-]{1,20}")


def find_case(request: HttpRequest, number: str) -> Case:
    """The case, if its inner view is open to the caller; 403 in an area of theirs, 404 for any other."""
    if not NUMBER.fullmatch(number):
        raise nothing_here()
    try:
        return case_for(standing_in(request), number)
    except Case.DoesNotExist as error:
        raise nothing_here() from error


def actor_of(request: HttpRequest) -> Actor:
    """The caller acting by their posts."""
    return staff(request.user)  # type: ignore[arg-type] # the router asks for sign-in


def ensure_cursor(cursor: str, *, is_known: bool) -> None:
    """Refuse a cursor that is none of ours, instead of beginning again silently."""
    if cursor and not is_known:
        sentence = _("This cursor cannot be read. Begin again without one.")
        raise DomainError(sentence, fields={"cursor": sentence})


@router.get("", response={200: CasePage, **REFUSALS})
def cases(request: HttpRequest, query: Query[WorklistQuery]) -> dict[str, Any]:
    """The cases that the caller may open: open ones by deadline, lists with ended ones newest first."""
    standing = standing_in(request)
    if not (standing.holds_anywhere(Right.VIEW_CASE) or standing.holds_anywhere(Right.HANDLE)):
        raise NotAllowed(_("You are signed in, but this is not open to you."))
    filters = WorklistFilters(
        state=str(query.state),
        area=query.area,
        light=query.light,
        handler=query.handler,
        category=query.category,
        query=query.q,
        paused=query.paused,
        tier=query.tier,
        joined=query.joined,
        met=query.met,
        registered_from=query.registered_from,
        registered_to=query.registered_to,
    )
    ensure_cursor(query.cursor, is_known=is_cursor(query.cursor, filters))
    now = timezone.now()
    page = worklist(standing, filters, cursor=query.cursor or None, limit=query.limit, now=now)
    return {"items": [case_row(case, now=now) for case in page.items], "next_cursor": page.next_cursor}


@router.get("/{number}", response={200: CaseOut, **REFUSALS})
def case(request: HttpRequest, number: str) -> dict[str, Any]:
    """One case with its clocks and its history; the reporter's contact stays behind its wall."""
    return whole_case(standing_in(request), find_case(request, number), now=timezone.now())


@router.get("/{number}/moves", response={200: list[MoveOut], **REFUSALS}, exclude_none=True)
def moves(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """The moves that are open to the caller now, each with its fields."""
    found = find_case(request, number)
    forms = move_forms_for(found, actor_of(request), now=timezone.now())
    return [
        {"move": str(name), "label": str(name.label), "fields": form.api_fields()}
        for name, form in forms.items()
    ]


@router.post("/{number}/moves", response={200: CaseOut | CaseRow, **REFUSALS})
def make_move(request: HttpRequest, number: str, payload: MoveIn) -> dict[str, Any]:
    """Make one move. A case that the move took out of the caller's view is answered in the short form of lists."""
    found, by, now = find_case(request, number), actor_of(request), timezone.now()
    name = _move_name(payload.move, found, by, now=now)
    _check_role_and_state(found, name, by)
    form = MOVE_FORMS[name](case=found, actor=by, now=now)
    bound = MOVE_FORMS[name](form_data(form, payload.__pydantic_extra__), case=found, actor=by, now=now)
    if not bound.is_valid():
        raise _not_valid(bound)
    moved = apply_move(found, bound.payload(), by=by, now=now, expected_sequence=payload.seen)
    return _after(request, moved, now=now)


@router.post("/{number}/reveal", response={200: RevealOut, **REFUSALS})
def reveal(request: HttpRequest, number: str, payload: RevealIn, response: HttpResponse) -> dict[str, str]:
    """Look at pieces of the reporter's data once. The look is logged; the reporter is told the office and the code."""
    response["Cache-Control"] = "private, no-store"
    found = find_case(request, number)
    fields = [str(field) for field in payload.fields]
    by, now = actor_of(request), timezone.now()
    look = reveal_contact(found, fields=fields, code=str(payload.code), reason=payload.reason, by=by, now=now)
    return asdict(look)


@router.get("/{number}/photos/{photo_id}/{size}", response=REFUSALS, openapi_extra=PICTURE)
def case_photo(request: HttpRequest, number: str, photo_id: str, size: str) -> HttpResponseBase:
    """A picture of the case, ``full`` or ``thumbnail``, to whoever may open the case."""
    return picture_of(find_case(request, number).photos.all(), photo_id, size)


ASKED_AND_DECIDED = {
    "return": (MoveName.GRANT_RETURN, MoveName.ASK_RETURN),
    "pause": (MoveName.GRANT_PAUSE, MoveName.ASK_PAUSE),
    "extend": (MoveName.GRANT_EXTENSION, MoveName.ASK_EXTENSION),
}
"""One word for both halves (cases.md §3): whoever decides on what waits grants it, whoever handles the case asks."""


def _move_name(given: str, case: Case, by: Actor, *, now: datetime) -> MoveName:
    if given in ASKED_AND_DECIDED:
        decide, ask = ASKED_AND_DECIDED[given]
        return decide if decide in open_moves(by, case, now=now) else ask
    if given not in MOVE_FORMS:
        sentence = _("Choose one of: %(expected)s.") % {"expected": ", ".join(MOVE_FORMS)}
        raise DomainError(sentence, fields={"move": sentence}, code="not_valid")
    return MoveName(given)


def _check_role_and_state(case: Case, name: MoveName, by: Actor) -> None:
    """Say 403 or 409 before the fields are looked at; the service asks again, with the case locked."""
    if not roles_of(by, case) & MOVES[name].roles:
        raise NotAllowed(_("This step is not yours to take in this case."))
    if case.state not in MOVES[name].sources:
        raise Conflict(
            _("The case is “%(state)s” now; this step is not possible any more.")
            % {"state": case.get_state_display()}
        )


def _not_valid(form: BaseForm) -> DomainError:
    fields = {name: " ".join(str(error) for error in errors) for name, errors in form.errors.items()}
    fields = {"body" if name == "__all__" else name: sentence for name, sentence in fields.items()}
    return DomainError(_("Please correct the marked fields."), fields=fields, code="not_valid")


def _after(request: HttpRequest, moved: Case, *, now: datetime) -> dict[str, Any]:
    try:
        standing = standing_in(request)
        return whole_case(standing, case_for(standing, moved.number), now=now)
    except (Case.DoesNotExist, NotAllowed):
        return case_row(moved, now=now)
