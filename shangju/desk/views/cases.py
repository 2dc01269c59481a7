"""One case: what is known, what happened, and the moves that are open to the reader."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.cases import queries
from shangju.cases.endorsement import endorsements_for_staff
from shangju.cases.forms import MOVE_FORMS, MoveForm, move_forms_for
from shangju.cases.joined import joined_cases
from shangju.cases.models import Case
from shangju.cases.priority import explain_share, shares
from shangju.cases.reporter import reveal_contact
from shangju.cases.rules import Actor, open_moves, roles_of, staff
from shangju.cases.services import apply_move
from shangju.cases.workflow import MOVES, MoveName
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.core.numbers import small_number
from shangju.deadlines.engine import Line, light_at
from shangju.deadlines.explanation import explain
from shangju.deadlines.queries import steady_reference
from shangju.desk.access import needs_right
from shangju.desk.contact_side import contact_side
from shangju.desk.forms import RevealForm
from shangju.desk.public_side import public_side
from shangju.desk.timeline import RECORDS, entries_of, made_since_taken_up, steps_of, usual_next_move
from shangju.photos.responses import photo_response
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right
from shangju.topics.queries import topic_of
from shangju.topics.rules import may_gather

READER = needs_right(Right.VIEW_CASE, Right.HANDLE)


def find_case(request: HttpRequest, number: str) -> Case:
    """The case, if its inner view is open to the reader; 403 in an area of theirs, 404 for any other."""
    try:
        return queries.case_for(standing_in(request), number)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Case.DoesNotExist as error:
        raise Http404 from error


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in user acting by their posts."""
    return staff(request.user)  # type: ignore[arg-type] # the decorator asks for sign-in


def _clocks(case: Case, now: Any) -> list[dict[str, Any]]:
    return [
        {
            "clock": clock,
            "light": "done"
            if clock.stopped_at
            else str(
                light_at(
                    now,
                    yellow_at=clock.yellow_at,
                    orange_at=clock.orange_at,
                    due=clock.due_at,
                    purple_at=clock.purple_at,
                )
            ),
            "lines": explain([Line.from_json(line) for line in clock.explanation]),
        }
        for clock in case.clocks.all()
    ]


def _work(case: Case) -> dict[str, Any]:
    """The history with what was recorded by it, and the kinds of rows since the case was last taken up."""
    events = list(case.events.select_related(*RECORDS).order_by("-sequence"))
    return {"entries": entries_of(events), "made": made_since_taken_up(events)}


def _known_move(name: str) -> MoveName | None:
    return MoveName(name) if name in MoveName.values else None


OPENED_ON_DEMAND = frozenset(
    {
        MoveName.CHANGE_ASSISTANTS,
        MoveName.MERGE,
        MoveName.UNMERGE,
        MoveName.SPLIT,
        MoveName.URGE,
        MoveName.SUPERVISE,
        MoveName.ESCALATE,
        MoveName.CONVENE,
        MoveName.PROTECT,
        MoveName.RECUSE,
        MoveName.ASK_REVEAL,
        MoveName.ASK_RETURN,
        MoveName.ASK_PAUSE,
        MoveName.ASK_EXTENSION,
    }
)
"""Seldom made: the page links to their forms instead of carrying them."""


def _context(request: HttpRequest, case: Case, bound: MoveForm | None = None) -> dict[str, Any]:
    with steady_reference():
        return _made_context(request, case, bound)


def _made_context(request: HttpRequest, case: Case, bound: MoveForm | None) -> dict[str, Any]:
    now, actor = timezone.now(), actor_of(request)
    names = [name for name in open_moves(actor, case, now=now) if name in MOVE_FORMS]
    asked = _known_move(request.GET.get("step", "")) if bound is None else bound.move
    carried = [name for name in names if name not in OPENED_ON_DEMAND or name == asked]
    forms = move_forms_for(case, actor, now=now, moves=carried)
    overtaken = bound if bound is not None and bound.move not in forms else None
    if bound is not None and overtaken is None:
        forms[bound.move] = bound
    work = _work(case)
    kept = asked if asked in forms else None
    first = kept or usual_next_move(case, forms, made=work["made"])
    return {
        **work,
        "case": case,
        "now": now,
        "steps": steps_of(case),
        "light": queries.light_of(case, now=now),
        "clocks": _clocks(case, now),
        **contact_side(actor, case, now=now),
        "photos": list(case.photos.select_related("photo")),
        "endorsements": endorsements_for_staff(case) if case.me_too_count else [],
        "priority_lines": [explain_share(share) for share in shares(case.priority_facts)],
        **public_side(actor_of(request), case),
        "overtaken": overtaken,
        "next_move": first,
        "next_form": forms[first] if first else None,
        "is_chosen": bool(kept),
        "other_moves": [(move, form) for move, form in forms.items() if move != first],
        "linked_moves": [name for name in names if name not in forms],
        "may_protect": MoveName.PROTECT in names,
        "is_paused": case.is_paused(now),
        "joined": joined_cases(standing_in(request), case),
        "topic": topic_of(standing_in(request), case),
        "may_gather": may_gather(standing_in(request), case),
    }


def case_page(request: HttpRequest, found: Case, forms: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The case page with forms beside the moves as they were sent."""
    return render(request, "desk/case.html", _context(request, found) | forms, status=status)


def ticked_numbers(given: QueryDict, *, at_most: int) -> list[str]:
    """The numbers of the cases that were ticked in a list; what no column can hold names none."""
    return [number for number in given.getlist("case")[:at_most] if "\0" not in number]


@require_GET
@READER
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The case page."""
    return case_page(request, find_case(request, number), {})


def back_to(request: HttpRequest, number: str) -> HttpResponse:
    """Where the form was, the case, or the list where the move took it out of the reader's view."""
    if (back := request.POST.get("back")) in {"approvals", "call_backs"}:
        return redirect(f"desk:{back}")
    try:
        find_case(request, number)
    except (Http404, NotAllowed):
        return redirect("desk:worklist")
    return redirect("desk:case", number=number)


@require_POST
@READER
def make_move(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """Make one move, or show the page again with what is wrong and everything kept."""
    found = find_case(request, number)
    if move not in MOVE_FORMS:
        raise Http404
    if not roles_of(actor_of(request), found) & MOVES[MoveName(move)].roles:
        raise PermissionDenied  # before the form is looked at: its faults are no business of who may not send it
    form_class = MOVE_FORMS[MoveName(move)]
    form = form_class(request.POST, request.FILES, case=found, actor=actor_of(request), now=timezone.now())
    status = 422
    if form.is_valid():
        expected = small_number(request.POST.get("seen", ""))
        try:
            apply_move(
                found, form.payload(), by=actor_of(request), now=timezone.now(), expected_sequence=expected
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except DomainError as refusal:
            add_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("Recorded: %(move)s.") % {"move": form.move.label})
            return back_to(request, number)
    return render(
        request, "desk/case.html", _context(request, find_case(request, number), form), status=status
    )


@require_POST
@READER
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show the contact once, for a reason; the look is recorded and the reporter is told how many there were."""
    found = find_case(request, number)
    form = RevealForm(request.POST)
    status, shown = 422, {}
    if form.is_valid():
        try:
            wanted = form.cleaned_data
            shown["revealed"] = reveal_contact(
                found, fields=wanted["fields_needed"], code=wanted["code"], reason=wanted["reason"],
                by=actor_of(request), now=timezone.now(),
            )  # fmt: skip
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except DomainError as refusal:
            add_refusal(form, refusal, fields={"fields": "fields_needed"})
        else:
            status = 200
    context = {**_context(request, found), **shown, "reveal_form": form}
    response = render(request, "desk/case.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@READER
def photo(request: HttpRequest, number: str, photo_id: UUID, size: str) -> HttpResponseBase:
    """A picture of the case."""
    link = find_case(request, number).photos.filter(photo_id=photo_id).select_related("photo").first()
    if link is None or size not in {"full", "thumbnail"}:
        raise Http404
    return photo_response(link.photo, "full" if size == "full" else "thumbnail")
