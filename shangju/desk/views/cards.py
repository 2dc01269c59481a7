"""Yellow and red cards: the list, a proposal on ticked cases, the paper with what is open to the reader."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.cases.rules import Actor, visible_to
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.core.numbers import small_number
from shangju.desk.access import needs_right
from shangju.desk.forms_cards import FORM_OF_STEP, ProposeCardForm, unit_key
from shangju.desk.views.cases import actor_of, ticked_numbers
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right
from shangju.supervision.card_queries import (
    Candidate,
    candidates,
    cards_for,
    grounds_of,
    named_candidates,
    open_steps,
    units_of,
)
from shangju.supervision.card_rules import CASES_AT_MOST, CardPlan, hearing_until
from shangju.supervision.cards import (
    answer_card,
    lift_card,
    propose_card,
    refuse_card,
    sign_card,
    withdraw_card,
)
from shangju.supervision.faults import Unit
from shangju.supervision.models import Card
from shangju.supervision.queries import chosen_subdistrict
from shangju.supervision.workflow import CardState, CardStep

SUPERVISOR = needs_right(Right.SUPERVISE)
ROWS = 50
PAGES_AT_MOST = 200

LISTS: dict[str, tuple[Any, tuple[CardState, ...]]] = {
    "proposed": (pgettext_lazy("cards", "To be decided"), (CardState.PROPOSED,)),
    "signed": (pgettext_lazy("cards", "Signed"), (CardState.SIGNED,)),
    "over": (
        pgettext_lazy("cards", "Lifted, refused, withdrawn"),
        (CardState.LIFTED, CardState.REFUSED, CardState.WITHDRAWN),
    ),
}


@require_GET
@SUPERVISOR
def cards(request: HttpRequest) -> HttpResponse:
    """The cards that the reader may know of, by state, the newest first."""
    standing, day = standing_in(request), timezone.localdate()
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in LISTS else "proposed"
    seen = cards_for(standing)
    page = min(small_number(request.GET.get("page", "")) or 1, PAGES_AT_MOST)
    begin = (page - 1) * ROWS
    rows = list(seen.filter(state__in=LISTS[chosen][1])[begin : begin + ROWS + 1])
    tabs = [
        {
            "label": label,
            "count": seen.filter(state__in=states).count(),
            "href": f"?state={key}",
            "current": "1" if key == chosen else "",
        }
        for key, (label, states) in LISTS.items()
    ]
    shown = {
        "rows": [(card, card.holds_on(day)) for card in rows[:ROWS]],
        "tabs": tabs,
        "may_propose": _may_propose(request),
        "next": page + 1 if len(rows) > ROWS and page < PAGES_AT_MOST else None,
        "previous": page - 1 if page > 1 else None,
    }
    return render(request, "desk/cards.html", shown)


def _may_propose(request: HttpRequest) -> bool:
    """Whether a whole sub-district is supervised; who supervises one community proposes nothing."""
    area = chosen_subdistrict(standing_in(request), Right.SUPERVISE, "")
    return standing_in(request).may(Right.SUPERVISE, path=area.path)


@require_POST
@SUPERVISOR
def start(request: HttpRequest) -> HttpResponse:
    """From the ticked cases of the worklist to the proposal on them."""
    numbers = ticked_numbers(request.POST, at_most=CASES_AT_MOST)
    return redirect(f"{reverse('supervision:propose_card')}?{urlencode({'case': numbers}, doseq=True)}")


@require_http_methods(["GET", "POST"])
@SUPERVISOR
def propose(request: HttpRequest) -> HttpResponse:
    """First the unit, then the cases in which something is stored against it, and the grounds in words."""
    standing, now = standing_in(request), timezone.now()
    area = chosen_subdistrict(standing, Right.SUPERVISE, request.GET.get("area", ""))
    if not standing.may(Right.SUPERVISE, path=area.path):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    units = {unit_key(unit): unit for some in units_of(area) for unit in some}
    unit = units.get(given.get("unit", ""))
    numbers = ticked_numbers(request.GET, at_most=CASES_AT_MOST)
    ticked = set(ticked_numbers(given, at_most=CASES_AT_MOST))
    form, status = ProposeCardForm(initial={"unit": unit_key(unit)} if unit else {}), 200
    if request.method == "POST":
        form, status = ProposeCardForm(request.POST), 422
        if unit is None:
            form.add_error(None, _("Choose the unit first."))
        elif form.is_valid():
            card, status = _proposed(form, unit, area, ticked, by=actor_of(request))
            if card is not None:
                messages.success(request, _("Proposed. The unit is told and may state its view."))
                return redirect("supervision:card", pk=card.pk)
    page = min(small_number(request.GET.get("page", "")) or 1, PAGES_AT_MOST)
    rows: list[Candidate] = []
    is_followed = False
    if unit is not None and numbers:
        rows = named_candidates(numbers, unit, standing, subdistrict=area, now=now)
    elif unit is not None:
        rows, is_followed = candidates(unit, standing, subdistrict=area, page=page, now=now)
    shown = {
        "form": form,
        "units": units,
        "unit": unit,
        "unit_key": unit_key(unit) if unit else "",
        "rows": rows,
        "numbers": numbers,
        "ticked": ticked,
        "first_day": hearing_until(area, now=now),
        "next": page + 1 if is_followed and page < PAGES_AT_MOST else None,
        "previous": page - 1 if page > 1 else None,
    }
    return render(request, "desk/propose_card.html", shown, status=status)


def _proposed(
    form: ProposeCardForm, unit: Unit, area: Area, ticked: set[str], *, by: Actor
) -> tuple[Card | None, int]:
    given = form.cleaned_data
    cases = list(Case.objects.filter(visible_to(by.standing), number__in=ticked))
    plan = CardPlan(
        unit=unit,
        colour=given["colour"],
        cases=cases,
        grounds=given["grounds"],
        heard_until=given["heard_until"],
        exception_reason=given["exception_reason"],
    )
    try:
        return propose_card(area, plan=plan, by=by, now=timezone.now()), 302
    except DomainError as refusal:
        add_refusal(form, refusal)
        return None, refusal.status


def _find(request: HttpRequest, pk: int) -> Card:
    card = cards_for(standing_in(request)).filter(pk=pk).first()
    if card is None:
        raise Http404
    return card


@require_GET
@SUPERVISOR
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The card as an official paper, to print and to sign; beside it what the reader may do."""
    return _page(request, _find(request, pk))


def _page(
    request: HttpRequest,
    found: Card,
    *,
    bound: tuple[CardStep, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    now, by = timezone.now(), actor_of(request)
    steps = {step: FORM_OF_STEP[step]() for step in open_steps(by, found, now=now)}
    if bound is not None:
        steps[bound[0]] = bound[1]
    shown = {
        "card": found,
        "grounds": grounds_of(found, by.standing),
        "steps": steps.items(),
        "earlier_number": found.earlier.number if found.earlier else "",
        "holds": found.holds_on(timezone.localdate(now)),
    }
    return render(request, "desk/card.html", shown, status=status)


@require_POST
@SUPERVISOR
def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Answer for the community, sign, refuse, withdraw or lift."""
    found = _find(request, pk)
    if step not in CardStep.values:
        raise Http404
    taken = CardStep(step)
    form, status = FORM_OF_STEP[taken](request.POST), 422
    if form.is_valid():
        try:
            _take(taken, found, form.cleaned_data, by=actor_of(request))
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except DomainError as refusal:
            add_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("Recorded: %(move)s.") % {"move": taken.label})
            return redirect("supervision:card", pk=pk)
    return _page(request, _find(request, pk), bound=(taken, form), status=status)


def _take(taken: CardStep, found: Card, given: dict[str, Any], *, by: Actor) -> Card:
    now = timezone.now()
    if taken is CardStep.ANSWER:
        return answer_card(found, words=given["words"], by=by, now=now)
    if taken is CardStep.SIGN:
        return sign_card(found, by=by, now=now)
    ending = {CardStep.REFUSE: refuse_card, CardStep.WITHDRAW: withdraw_card, CardStep.LIFT: lift_card}[taken]
    return ending(found, reason=given["reason"], by=by, now=now)
