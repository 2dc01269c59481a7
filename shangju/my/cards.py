"""Cards to the organisation that somebody speaks for: what they rest on, and its own view; never who raised a concern."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shangju.cases.rules import party_member
from shangju.core.errors import DomainError
from shangju.core.forms import add_refusal
from shangju.my.views import signed_in_user
from shangju.posts.middleware import standing_in
from shangju.supervision.card_queries import cards_to, grounds_of, open_steps
from shangju.supervision.cards import answer_card
from shangju.supervision.forms import CardAnswerForm
from shangju.supervision.workflow import CardStep

ROWS = 50


@require_GET
@login_required
def cards(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first."""
    standing = standing_in(request)
    if not standing.parties:
        raise PermissionDenied
    day = timezone.localdate()
    rows = [(card, card.holds_on(day)) for card in cards_to(standing)[:ROWS]]
    return render(request, "my/cards.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@login_required
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """One card; its unit states its view once, while it is not decided."""
    found = cards_to(standing_in(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    now, by, status = timezone.now(), party_member(signed_in_user(request)), 200
    form = CardAnswerForm(request.POST or None)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                answer_card(found, words=form.cleaned_data["words"], by=by, now=now)
            except DomainError as refusal:
                add_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("Your view was recorded. Whoever signs has to read it first."))
                return redirect("my:card", pk=pk)
    shown = {
        "card": found,
        "grounds": [ground for ground, _is_open in grounds_of(found, by.standing)],
        "form": form if CardStep.ANSWER in open_steps(by, found, now=now) else None,
        "overtaken": form if form.errors else None,
        "holds": found.holds_on(timezone.localdate(now)),
    }
    return render(request, "my/card.html", shown, status=status)
