"""The public board 公示栏: what became of concerns, in words that staff checked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shangju.board.forms import BoardFilterForm
from shangju.board.queries import public_page


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """One page of it, narrowed by what the address says."""
    form = BoardFilterForm(request.GET)
    page = public_page(form.filters(), cursor=request.GET.get("cursor"), now=timezone.now())
    context = {"form": form, "publications": page.items, "next": page.next_cursor or ""}
    return render(request, "public/board.html", context)
