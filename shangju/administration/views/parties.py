"""The page of the alliance's members."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shangju.administration.access import as_system_administrator
from shangju.administration.forms import PartySearchForm
from shangju.administration.queries import find_parties
from shangju.core.numbers import small_number


@require_GET
@as_system_administrator
def parties(request: HttpRequest) -> HttpResponse:
    """Members by kind, in the order they were entered."""
    form = PartySearchForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {"q": "", "kind": ""}
    cursor = request.GET.get("cursor", "")
    after = small_number(cursor) or 0
    found, following = find_parties(wanted["q"].strip(), kind=wanted["kind"], after=after)
    shown = {
        "form": form,
        "parties": found,
        "next": following,
        "is_narrowed": bool(wanted["q"] or wanted["kind"]),
    }
    return render(request, "administration/parties.html", shown)
