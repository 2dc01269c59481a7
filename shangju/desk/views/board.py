"""The public board from the desk: propose from the case, take the second look, take down."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.board import queries
from shangju.board.forms import ProposalForm, ReasonForm
from shangju.board.models import Publication
from shangju.board.rules import listed_for, may_check
from shangju.board.services import propose_publication, publish, take_down
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.desk.access import needs_right
from shangju.desk.views.cases import READER, actor_of, case_page, find_case
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right

CHECKER = needs_right(Right.DISPATCH)


def _page(
    request: HttpRequest, *, refused: int = 0, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    """What waits and what is public; ``form`` is the refused reason at the publication ``refused``."""
    standing, actor = standing_in(request), actor_of(request)

    def rows(publications: list[Publication]) -> list[dict[str, Any]]:
        return [
            {
                "publication": one,
                "may_check": may_check(actor, one),
                "reason_form": form if form and one.pk == refused else ReasonForm(auto_id=f"id_{one.pk}_%s"),
                "is_refused": one.pk == refused,
            }
            for one in publications
        ]

    context = {
        "waiting": rows(queries.for_second_look(standing)),
        "public": rows(queries.on_the_board(standing)),
    }
    return render(request, "desk/board.html", context, status=status)


@require_GET
@CHECKER
def board(request: HttpRequest) -> HttpResponse:
    """Proposals for a second look, and what is public, of one's own areas."""
    return _page(request)


@require_POST
@READER
def propose(request: HttpRequest, number: str) -> HttpResponse:
    """Propose a case for the board."""
    form = ProposalForm(request.POST)
    thanks = _("Proposed. A second person looks at it before anybody else can read it.")

    def do() -> object:
        return propose_publication(
            case, result=form.cleaned_data["result"], by=actor_of(request), now=timezone.now()
        )

    case = find_case(request, number)
    return _on_case(request, number, form, "proposal_form", do, thanks)


def _on_case(
    request: HttpRequest, number: str, form: Any, name: str, do: Callable[[], object], thanks: str
) -> HttpResponse:
    """Do it and go back to the case, or show the case again with the form as it was sent."""
    status = 422
    if form.is_valid():
        try:
            do()
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except DomainError as refusal:
            add_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, thanks)
            return redirect("desk:case", number=number)
    return case_page(request, find_case(request, number), {name: form}, status=status)


def _find(request: HttpRequest, pk: int) -> Publication:
    seen = Publication.objects.filter(listed_for(standing_in(request)), pk=pk)
    found = seen.select_related("case").first()
    if found is None:
        raise Http404
    return found


@require_POST
@CHECKER
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The second look says yes."""
    try:
        publish(_find(request, pk), by=actor_of(request), now=timezone.now())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is on the public board now."))
    return redirect("desk:board")


@require_POST
@CHECKER
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse a proposal or take a publication down, for a reason, at once."""
    found = _find(request, pk)
    form = ReasonForm(request.POST, auto_id=f"id_{pk}_%s")
    status = 422
    if form.is_valid():
        try:
            take_down(found, reason=form.cleaned_data["reason"], by=actor_of(request), now=timezone.now())
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except DomainError as refusal:
            add_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("Taken down. Nobody else can read it."))
            return redirect("desk:board")
    return _page(request, refused=pk, form=form, status=status)
