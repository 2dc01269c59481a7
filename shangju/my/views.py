"""The signed-in person's own pages, phone first: the grid worker's day, the shop's concerns, the resident's reports."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.accounts.models import User
from shangju.cases import queries
from shangju.cases.codes import format_code
from shangju.cases.endorsement import endorsements_of_user
from shangju.cases.forms import MOVE_FORMS, MoveForm, move_forms_for
from shangju.cases.models import Case, Endorsement, SupervisionOrder
from shangju.cases.party_view import concern_for, concerns_of, shown_to_party
from shangju.cases.rules import party_member, roles_of
from shangju.cases.safe_summary import area_for_strangers, may_be_shown
from shangju.cases.services import apply_move
from shangju.cases.workflow import MOVES, MoveName, State
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.core.numbers import small_number
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.models import Notice, NoticeChannel
from shangju.notices.services import mark_read
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right, Standing

ROWS = 50


def signed_in_user(request: HttpRequest) -> User:
    """The user; the pages ask for sign-in before."""
    assert isinstance(request.user, User), "login_required lets nobody else through"
    return request.user


def _my_cases(standing: Standing, now: Any) -> list[tuple[Case, str, date | None]]:
    """My cases with their light and the day by which an order to one waits for its reply."""
    if not standing.is_staff:
        return []
    cases = queries.worklist(standing, queries.WorklistFilters(handler="mine"), limit=ROWS, now=now).items
    waiting = SupervisionOrder.objects.filter(case__in=cases, replied_at__isnull=True).order_by("-reply_by")
    replies = dict(waiting.values_list("case_id", "reply_by"))
    return [(case, queries.light_of(case, now=now), replies.get(case.pk)) for case in cases]


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What is mine today: cases by urgency, concerns about my shop, my reports."""
    standing, now, user = standing_in(request), timezone.now(), signed_in_user(request)
    mine = _my_cases(standing, now)
    theirs = [
        shown_to_party(case, user=user, now=now, with_events=False) for case in concerns_of(standing)[:5]
    ]
    context = {
        "now": now,
        "to_sign": [row for row in mine if row[0].state == State.DISPATCHED],
        "in_work": [row for row in mine if row[0].state == State.IN_PROGRESS],
        "has_own": bool(mine),
        "may_supervise": standing.holds_anywhere(Right.SUPERVISE),
        "may_dispatch": standing.holds_anywhere(Right.DISPATCH),
        "may_view_cockpit": standing.holds_anywhere(Right.VIEW_COCKPIT),
        "may_enter": standing.holds_anywhere(Right.ENTER_CASE),
        "is_handler": standing.holds_anywhere(Right.HANDLE),
        "is_party": bool(standing.parties),
        "has_work": standing.is_staff or bool(standing.parties or standing.administrator),
        "concerns": theirs,
        "reports": _reports(user)[:5],
        "unread": Notice.objects.filter(
            user=user, channel=NoticeChannel.IN_APP, read_at__isnull=True
        ).count(),
    }
    return render(request, "my/home.html", context)


@require_GET
@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """What I was told, newest first."""
    rows = Notice.objects.filter(user=signed_in_user(request), channel=NoticeChannel.IN_APP)[:ROWS]
    return render(request, "my/notices.html", {"notices": rows, "nav_current": "my:notices"})


@require_POST
@login_required
def read_notices(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    mark_read(signed_in_user(request), pk=None, now=timezone.now())
    return redirect("my:notices")


def _reports(user: User) -> list[tuple[Case, str]]:
    """A resident's own concerns with their codes: they are theirs, wherever they are."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        cases = list(Case.objects.filter(reporter_user=user).order_by("-registered_at")[:ROWS])
    return [(case, format_code(case.tracking_code)) for case in cases]


def _endorsements(user: User) -> list[tuple[Endorsement, Any, str]]:
    """What somebody said "me too" to, with what a stranger may see of it; category and place only while it may be shown."""
    return [
        (row, area_for_strangers(row.case), format_code(row.tracking_code))
        for row in endorsements_of_user(user)[:ROWS]
        if may_be_shown(row.case)
    ]


@require_GET
@login_required
def reports(request: HttpRequest) -> HttpResponse:
    """What I reported while signed in, and what I have met, too."""
    user = signed_in_user(request)
    context = {"reports": _reports(user), "endorsements": _endorsements(user)}
    return render(request, "my/reports.html", context)


@require_GET
@login_required
def concerns(request: HttpRequest) -> HttpResponse:
    """Concerns about my shop or for it to handle."""
    standing, user, now = standing_in(request), signed_in_user(request), timezone.now()
    if not standing.parties:
        raise PermissionDenied
    rows = [
        shown_to_party(case, user=user, now=now, with_events=False) for case in concerns_of(standing)[:ROWS]
    ]
    return render(request, "my/concerns.html", {"concerns": rows, "now": now})


def _find(request: HttpRequest, number: str) -> Case:
    try:
        return concern_for(standing_in(request), number)
    except Case.DoesNotExist as error:
        raise Http404 from error


def _context(request: HttpRequest, found: Case, bound: MoveForm | None = None) -> dict[str, Any]:
    user, now = signed_in_user(request), timezone.now()
    forms = move_forms_for(found, party_member(user), now=now)
    if bound is not None:
        forms[bound.move] = bound
    return {
        "concern": shown_to_party(found, user=user, now=now),
        "seen": found.history_length,
        "moves": [(move, move.label, form) for move, form in forms.items()],
        "now": now,
    }


@require_GET
@login_required
def concern(request: HttpRequest, number: str) -> HttpResponse:
    """One concern in the party's view: the problem, what was agreed, one's own answer; never who raised it."""
    return render(request, "my/concern.html", _context(request, _find(request, number)))


@require_POST
@login_required
def make_move(request: HttpRequest, number: str, move: str) -> HttpResponse:
    """The party answers, or, where it handles the case, signs, visits, resolves."""
    found = _find(request, number)
    if move not in MOVE_FORMS:
        raise Http404
    actor = party_member(signed_in_user(request))
    if not roles_of(actor, found) & MOVES[MoveName(move)].roles:
        # Before the form is made: those of the staff's moves hold words that a party must not see.
        raise PermissionDenied
    form = MOVE_FORMS[MoveName(move)](
        request.POST, request.FILES, case=found, actor=actor, now=timezone.now()
    )
    status = 422
    if form.is_valid():
        try:
            expected = small_number(request.POST.get("seen", ""))
            apply_move(found, form.payload(), by=actor, now=timezone.now(), expected_sequence=expected)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except DomainError as refusal:
            add_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("Recorded: %(move)s.") % {"move": form.move.label})
            return redirect("my:concern", number=number)
    return render(request, "my/concern.html", _context(request, _find(request, number), form), status=status)
