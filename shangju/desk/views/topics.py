"""Topics: many cases that are one matter, as a worklist and each for itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.cases.rules import Actor
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.core.numbers import small_number
from shangju.desk.access import needs_right
from shangju.desk.forms_topics import GiveTopicForm, TopicFilterForm, form_for
from shangju.desk.views.cases import actor_of
from shangju.desk.views.supervision import tell_what_was_given
from shangju.desk.views.task_forces import may_read_task_forces
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right, Standing
from shangju.supervision.task_forces import entrust_cases
from shangju.topics import queries, services
from shangju.topics.grouping import GroupingRules
from shangju.topics.heat import explain_heat
from shangju.topics.models import Topic
from shangju.topics.rules import KEEPING, open_moves, topics_for
from shangju.topics.workflow import CaseStanding, TopicMove, TopicState

ROWS = 20
PAGES_AT_MOST = 200
KEEPER = needs_right(*KEEPING)
READER = needs_right(*KEEPING, Right.HANDLE)
"""A post that leads the work on a topic may be one that neither dispatches nor supervises."""

CARDS = (
    TopicMove.CONFIRM,
    TopicMove.NAME_LEAD,
    TopicMove.GIVE,
    TopicMove.TAKE_BACK,
    TopicMove.TAKE_IN,
    TopicMove.SETTLE,
    TopicMove.DISMISS,
)
"""The moves with a form of their own beside the list of cases, in this order."""


@require_GET
@READER
def listing(request: HttpRequest) -> HttpResponse:
    """The topics in one state, the hottest first; those to be confirmed by default. All, or those of a task force."""
    standing = standing_in(request)
    filters = TopicFilterForm(request.GET, task_forces=queries.task_forces_with_topics(standing))
    force = filters.chosen_force
    asked = request.GET.get("state", "")
    state = TopicState(asked) if asked in TopicState.values else TopicState.PROPOSED
    page = min(small_number(request.GET.get("page", "")) or 1, PAGES_AT_MOST)
    begin = (page - 1) * ROWS
    rows = list(queries.topics_in_state(standing, state, task_force=force)[begin : begin + ROWS + 1])
    counts = queries.counts_by_state(standing, task_force=force)
    kept = f"&force={force.pk}" if force else ""
    context = {
        "rows": rows[:ROWS],
        "state": state,
        "filters": filters,
        "tabs": [
            {
                "label": each.label,
                "count": counts.get(each, 0),
                "href": f"?state={each}{kept}",
                "current": "1" if each == state else "",
            }
            for each in queries.ORDER
        ],
        "next": page + 1 if len(rows) > ROWS and page < PAGES_AT_MOST else None,
        "previous": page - 1 if page > 1 else None,
    }
    return render(request, "desk/topics.html", context)


def find_topic(request: HttpRequest, pk: int) -> Topic:
    """The topic, if the reader sees it; 404 for any other."""
    found = topics_for(standing_in(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_GET
@READER
def topic(request: HttpRequest, pk: int) -> HttpResponse:
    """One topic: its cases, why they belong together, what happened, what can be done."""
    return show(request, find_topic(request, pk))


def show(
    request: HttpRequest,
    found: Topic,
    *,
    move: TopicMove | None = None,
    bound: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a topic, with a form as it was sent in the place of a fresh one."""
    standing = standing_in(request)
    moves = open_moves(standing, found)
    memberships = queries.memberships_for(standing, found)
    by_standing = {each: [row for row in memberships if row.standing == each] for each in CaseStanding}
    cards = _cards(found, moves, standing, move=move, bound=bound)
    context = {
        "topic": found,
        "members": by_standing[CaseStanding.MEMBER],
        "suggested": by_standing[CaseStanding.SUGGESTED],
        "taken_out": by_standing[CaseStanding.TAKEN_OUT],
        "heat_lines": [explain_heat(share) for share in queries.heat_parts_of(found)],
        "percent": round(100 * found.likeness),
        "history": queries.history_of(found, memberships),
        "first_card": cards[0] if cards else None,
        "other_cards": cards[1:],
        "needed": round(100 * GroupingRules().threshold),
        "may_move": TopicMove.TAKE_OUT in moves,
        "may_open_force": may_read_task_forces(standing, found.area),
    }
    return render(request, "desk/topic.html", context, status=status)


def _cards(
    found: Topic,
    moves: Sequence[TopicMove],
    standing: Standing,
    *,
    move: TopicMove | None,
    bound: forms.Form | None,
) -> list[tuple[TopicMove, forms.Form]]:
    """The open moves with their forms; what was refused stands first and open."""
    cards = [
        (each, bound if each == move and bound is not None else form_for(each, found, standing=standing))
        for each in CARDS
        if each in moves
    ]
    cards = [(each, form) for each, form in cards if each == move or getattr(form, "has_choice", True)]
    return sorted(cards, key=lambda card: card[0] != move)


@require_POST
@KEEPER
def make_move(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Confirm, name who leads, take a case in or out, settle or dismiss; a refusal shows the page with what is wrong."""
    found = find_topic(request, pk)
    if move not in DONE:
        raise Http404
    made = TopicMove(move)
    form = form_for(made, found, request.POST, standing=standing_in(request))
    status = 422
    if form.is_valid():
        try:
            _make(found, made, form, by=actor_of(request), now=timezone.now())
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except DomainError as refusal:
            add_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, str(DONE[made]()))
            if isinstance(form, GiveTopicForm) and form.chosen_cases:
                _give_cases(request, form)
            return _after(request, pk)
    elif made not in open_moves(standing_in(request), found):
        raise PermissionDenied
    if made == TopicMove.TAKE_OUT:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return show(request, find_topic(request, pk), move=made, bound=form, status=status)


def _give_cases(request: HttpRequest, form: GiveTopicForm) -> None:
    """Give the ticked cases along with their topic; each that refuses says why and holds no other back."""
    reason = form.cleaned_data["reason"]
    outcomes = entrust_cases(
        form.chosen_cases, task_force=form.chosen, reason=reason, by=actor_of(request), now=timezone.now()
    )
    tell_what_was_given(request, outcomes)


def _after(request: HttpRequest, pk: int) -> HttpResponse:
    """The topic again, or the list where the reader's last case of it was taken out."""
    if topics_for(standing_in(request)).filter(pk=pk).exists():
        return redirect("topics:topic", pk=pk)
    return redirect("topics:list")


DONE = {
    TopicMove.CONFIRM: lambda: _("Confirmed. Name who leads the work on it."),
    TopicMove.TAKE_IN: lambda: _("The case belongs to the topic now."),
    TopicMove.TAKE_OUT: lambda: _("Taken out. The case is not suggested here again."),
    TopicMove.NAME_LEAD: lambda: _("Recorded who leads."),
    TopicMove.GIVE: lambda: _("The task force has the topic now."),
    TopicMove.TAKE_BACK: lambda: _("The task force has the topic no longer."),
    TopicMove.SETTLE: lambda: _("Settled. Its cases go on by themselves until they are closed."),
    TopicMove.DISMISS: lambda: _("Dismissed. These cases are not proposed together again."),
}
"""The moves of the page, with what is said after each."""


def _make(found: Topic, move: TopicMove, form: Any, *, by: Actor, now: datetime) -> None:
    given = form.cleaned_data
    if move == TopicMove.CONFIRM:
        services.confirm_topic(found, title=given["title"], by=by, now=now)
    elif move == TopicMove.NAME_LEAD:
        services.name_lead(found, post=form.posts[given["post"]], by=by, now=now)
    elif move == TopicMove.TAKE_IN:
        services.take_in_cases(found, numbers=[given["number"]], by=by, now=now)
    elif move == TopicMove.TAKE_OUT:
        services.take_out_case(found, number=given["number"], by=by, now=now)
    elif move == TopicMove.GIVE:
        services.give_topic(found, task_force=form.chosen, reason=given["reason"], by=by, now=now)
    elif move == TopicMove.TAKE_BACK:
        services.take_topic_back(found, reason=given["reason"], by=by, now=now)
    elif move == TopicMove.SETTLE:
        services.settle_topic(found, outcome=given["outcome"], by=by, now=now)
    else:
        services.dismiss_topic(found, reason=given["reason"], by=by, now=now)
