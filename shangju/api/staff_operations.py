"""Operations for staff, by token or signed-in browser."""

from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Body, Router
from ninja.errors import HttpError

from shangju.accounts.rules import must_have_second_factor
from shangju.accounts.services import authenticate_password, issue_token
from shangju.api import presentation
from shangju.api.access import STAFF, staff_scope
from shangju.api.schemas import TokenIn, storable
from shangju.cases import queries
from shangju.cases.forms import MOVE_FORMS, move_forms_for
from shangju.cases.models import Case
from shangju.cases.rules import roles_of, staff
from shangju.cases.services import apply_move
from shangju.cases.workflow import MOVES, MoveName
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.posts.rights import Standing, standing_of

router = Router()


@router.post("/tokens", response=dict[str, Any], summary="Make a token")
def make_token(request: HttpRequest, body: TokenIn) -> Any:
    """For a program; shown once, valid for 90 days, under the same lock as the sign-in page."""
    user = authenticate_password(request, body.username, body.password, code=body.code)
    if must_have_second_factor(user, is_staff=standing_of(user).is_staff) and not body.code:
        raise NotAllowed(_("Set up your authenticator app first."))
    token, plain = issue_token(user, name=body.name, by=user, now=timezone.now())
    return {"token": plain, "expires_at": presentation.moment(token.expires_at)}


@router.get("/cases", auth=STAFF, response=dict[str, Any], summary="List cases")
def cases(
    request: HttpRequest,
    state: str = "",
    area: str = "",
    light: str = "",
    handler: str = "",
    category: str = "",
    q: str = "",
    cursor: str = "",
    limit: int = queries.PAGE,
) -> Any:
    """Open cases by due instant; with a state that has ended, newest first. Keyset: follow ``next_cursor``."""
    now = timezone.now()
    _check_storable(state, area, light, handler, category, q)
    with staff_scope(request) as (_user, standing):
        filters = queries.WorklistFilters(state, area, light, handler[:18], category, q[:60])
        page = queries.worklist(standing, filters, cursor=cursor, limit=limit, now=now)
        return {
            "items": [presentation.row(case, now=now) for case in page.items],
            "next_cursor": page.next_cursor,
        }


def _check_storable(*texts: str) -> None:
    for text in texts:
        try:
            storable(text)
        except ValueError as error:
            raise HttpError(400, str(error)) from error


def _find(standing: Standing, number: str) -> Case:
    _check_storable(number)
    try:
        return queries.case_for(standing, number[:20])
    except Case.DoesNotExist as error:
        raise Http404 from error


@router.get("/cases/{number}", auth=STAFF, response=dict[str, Any], summary="Read a case")
def case(request: HttpRequest, number: str) -> Any:
    """Fields, clocks with explanations, history with hashes; never the reporter's contact."""
    with staff_scope(request) as (_user, standing):
        return presentation.for_staff(_find(standing, number), now=timezone.now())


@router.get("/cases/{number}/moves", auth=STAFF, response=list[dict[str, Any]], summary="Moves open now")
def open_moves(request: HttpRequest, number: str) -> Any:
    """The moves open to the caller, each with its fields."""
    with staff_scope(request) as (user, standing):
        forms = move_forms_for(_find(standing, number), staff(user), now=timezone.now())
        return [
            {"move": str(move), "label": str(move.label), "fields": form.api_fields()}
            for move, form in forms.items()
        ]


@router.post("/cases/{number}/moves", auth=STAFF, response=dict[str, Any], summary="Make a move")
def make_move(request: HttpRequest, number: str, body: Body[dict[str, Any]]) -> Any:
    """``{move, …fields}``; 403 right, 404 not in one's area, 409 state or not first, 422 guard."""
    with staff_scope(request) as (user, standing):
        found = _find(standing, number)
        name = body.get("move")
        if not isinstance(name, str) or name not in MoveName.values or MoveName(name) not in MOVE_FORMS:
            sentence = _("There is no such move.")
            raise DomainError(sentence, fields={"move": sentence})
        actor, move = staff(user), MoveName(name)
        if not roles_of(actor, found) & MOVES[move].roles:
            raise NotAllowed(_("This step is not yours to take in this case."))
        if found.state not in MOVES[move].sources:
            raise Conflict(
                _("The case is “%(state)s” now; this step is not possible any more.")
                % {"state": found.get_state_display()}
            )
        form = MOVE_FORMS[move](_as_form_data(body), case=found, actor=actor, now=timezone.now())
        if not form.is_valid():
            fields = {field: [str(sentence) for sentence in errors] for field, errors in form.errors.items()}
            raise DomainError(
                _("Some fields cannot be taken as they are."),
                fields={k: " ".join(v) for k, v in fields.items()},
            )
        moved = apply_move(found, form.payload(), by=actor, now=timezone.now(), expected_sequence=_seen(body))
        return presentation.for_staff(moved, now=timezone.now())


def _seen(body: dict[str, Any]) -> int | None:
    seen = body.get("seen")
    return seen if isinstance(seen, int) and not isinstance(seen, bool) else None


def _as_form_data(body: dict[str, Any]) -> QueryDict:
    """JSON values as a form would send them: a list repeated, true as ``on``, false and null left out."""
    data = QueryDict(mutable=True)
    for name, value in body.items():
        for each in value if isinstance(value, list) else [value]:
            if each is True:
                data.appendlist(name, "on")
            elif isinstance(each, (str, int, float)) and each is not False:
                _check_storable(str(each))
                data.appendlist(name, str(each))
    return data
