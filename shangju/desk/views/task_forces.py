"""Task forces: the list, one with its members and cases, set up and changed by the leaders; cases given and taken back."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shangju.areas.models import Area
from shangju.cases import queries
from shangju.cases.models import Case
from shangju.cases.rules import visible_to
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.forms import add_refusal
from shangju.desk.access import needs_right
from shangju.desk.forms_task_forces import (
    ReleaseForm,
    TaskForceForm,
    TaskForceMemberForm,
    past_day,
)
from shangju.desk.views.cases import actor_of, find_case
from shangju.parties.models import Party, PartyStatus
from shangju.posts.middleware import standing_in
from shangju.posts.models import Post
from shangju.posts.rights import Right, Standing
from shangju.supervision.briefs import NOTHING_ASKED, as_text, brief_of, monday_of, numbered_titles
from shangju.supervision.models import Entrustment, TaskForce, TaskForceMember
from shangju.supervision.queries import chosen_subdistrict, members_of, task_forces_of
from shangju.supervision.task_forces import (
    add_task_force_member,
    change_task_force,
    end_task_force,
    end_task_force_member,
    release_case,
    set_up_task_force,
)
from shangju.topics.briefs import topics_section
from shangju.topics.queries import topics_given_to

SUPERVISOR = needs_right(Right.SUPERVISE)
CASES, TOPICS = 200, 50


def _area(request: HttpRequest) -> Area:
    return chosen_subdistrict(standing_in(request), Right.SUPERVISE, request.GET.get("area", ""))


def find_task_force(request: HttpRequest, pk: int) -> TaskForce:
    """The task force, if the reader supervises its sub-district or a community of it; else 404."""
    found = TaskForce.objects.filter(pk=pk).select_related("area", "lead_post").first()
    if found is None or not may_read_task_forces(standing_in(request), found.area):
        raise Http404
    return found


def may_read_task_forces(standing: Standing, subdistrict: Area) -> bool:
    """Whether the pages of the task forces of a sub-district are open to a reader."""
    supervised = [area.path for area in standing.areas_with(Right.SUPERVISE)]
    home = subdistrict.path
    return any(path.startswith(home) or home.startswith(path) for path in supervised)


def _posts(area: Area) -> list[Post]:
    posts = Post.objects.filter(area__path__startswith=area.path, retired_on__isnull=True)
    return list(posts.select_related("area").order_by("area__path", "kind", "pk"))


@require_GET
@SUPERVISOR
def task_forces(request: HttpRequest) -> HttpResponse:
    """All of them, those at work first."""
    area, day = _area(request), timezone.localdate()
    found = task_forces_of(area)
    shown = {
        "area": area,
        "working": [each for each in found if each.ends_on is None or day <= each.ends_on],
        "ended": [each for each in found if each.ends_on is not None and each.ends_on < day],
        "may_set_up": standing_in(request).may(Right.SET_UP_TASK_FORCE, path=area.path),
    }
    return render(request, "desk/task_forces.html", shown)


@require_http_methods(["GET", "POST"])
@needs_right(Right.SET_UP_TASK_FORCE)
def set_up(request: HttpRequest) -> HttpResponse:
    """A new one."""
    area = chosen_subdistrict(standing_in(request), Right.SET_UP_TASK_FORCE, request.GET.get("area", ""))
    form = TaskForceForm(
        request.POST or None, posts=_posts(area), initial={"starts_on": timezone.localdate()}
    )

    def store(plan: Any) -> TaskForce:
        return set_up_task_force(area, plan=plan, by=actor_of(request), now=timezone.now())

    return _written(request, form, store, heading=_("Set up a task force"))


@require_http_methods(["GET", "POST"])
@needs_right(Right.SET_UP_TASK_FORCE)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name, mandate, lead or term."""
    found = find_task_force(request, pk)
    form = TaskForceForm(
        request.POST or None, posts=_posts(found.area), initial=TaskForceForm.values_of(found)
    )

    def store(plan: Any) -> TaskForce:
        return change_task_force(found, plan=plan, by=actor_of(request), now=timezone.now())

    return _written(request, form, store, heading=_("Change the task force"), found=found)


def _written(
    request: HttpRequest, form: TaskForceForm, store: Any, *, heading: str, found: TaskForce | None = None
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = store(form.plan())
            except NotAllowed as refusal:
                raise PermissionDenied(str(refusal)) from refusal
            except DomainError as refusal:
                add_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("Saved."))
                return redirect("supervision:task_force", pk=made.pk)
    shown = {"form": form, "heading": heading, "task_force": found}
    return render(request, "desk/task_force_form.html", shown, status=status)


@require_GET
@SUPERVISOR
def task_force(request: HttpRequest, pk: int) -> HttpResponse:
    """Mandate, members, the cases that it has with their reasons."""
    return _page(request, find_task_force(request, pk))


def _page(
    request: HttpRequest, found: TaskForce, *, bound: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    now, standing = timezone.now(), standing_in(request)
    may_set_up = standing.may(Right.SET_UP_TASK_FORCE, path=found.area.path)
    shown = {
        "task_force": found,
        "members": members_of(found, on=timezone.localdate(now)),
        "rows": _rows(request, found, now=now),
        "topics": topics_given_to(found, standing)[:TOPICS],
        "may_release": standing.may(Right.SUPERVISE, path=found.area.path),
        "is_open": found.ends_on is None or timezone.localdate(now) <= found.ends_on,
        "may_set_up": may_set_up,
        "member_form": bound or (_member_form(found) if may_set_up else None),
        "release_form": ReleaseForm(),
        "desk_url": f"{reverse('supervision:list')}?force={found.pk}",
        "week": monday_of(timezone.localdate(now)),
        "now": now,
    }
    return render(request, "desk/task_force.html", shown, status=status)


def _member_form(found: TaskForce, data: Any = None) -> TaskForceMemberForm:
    parties = Party.objects.filter(status=PartyStatus.ACTIVE, area__path__startswith=found.area.path)
    return TaskForceMemberForm(data, posts=_posts(found.area), parties=parties)


def _rows(request: HttpRequest, found: TaskForce, *, now: datetime) -> list[dict[str, Any]]:
    """The cases that it has and that the reader may open, the most urgent first, those that are over last."""
    given = Entrustment.objects.filter(task_force=found, released_at__isnull=True)
    visible: Any = given.filter(case__in=Case.objects.filter(visible_to(standing_in(request))))
    related = ("case__category", "case__area", "case__handler_post", "case__handler_party")
    rows = visible.select_related(*related).defer("case__text", "case__area__outline")
    ordered = rows.order_by("-case__is_open", "case__due_at", "pk")[:CASES]
    return [{"given": row, "case": row.case, "light": queries.light_of(row.case, now=now)} for row in ordered]


@require_POST
@needs_right(Right.SET_UP_TASK_FORCE)
def add_member(request: HttpRequest, pk: int) -> HttpResponse:
    """A post or a member organisation joins."""
    found = find_task_force(request, pk)
    form, status = _member_form(found, request.POST), 422
    if form.is_valid():
        words = form.cleaned_data["role_word"]
        try:
            add_task_force_member(
                found, body=form.chosen, role_word=words, by=actor_of(request), now=timezone.now()
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
            status = refusal.status
        else:
            messages.success(request, _("It belongs to the task force from today."))
            return redirect("supervision:task_force", pk=pk)
    return _page(request, found, bound=form, status=status)


@require_POST
@needs_right(Right.SET_UP_TASK_FORCE)
def end_member(request: HttpRequest, pk: int) -> HttpResponse:
    """It leaves today."""
    member = TaskForceMember.objects.filter(pk=pk).first()
    if member is None:
        raise Http404
    found = find_task_force(request, member.task_force_id)
    try:
        end_task_force_member(member, by=actor_of(request), now=timezone.now())
    except DomainError as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("It has left the task force."))
    return redirect("supervision:task_force", pk=found.pk)


@require_POST
@needs_right(Right.SET_UP_TASK_FORCE)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Its last day is today."""
    found = find_task_force(request, pk)
    try:
        end_task_force(found, by=actor_of(request), now=timezone.now())
    except DomainError as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Its last day is today."))
    return redirect("supervision:task_force", pk=pk)


@require_POST
@SUPERVISOR
def release(request: HttpRequest, number: str) -> HttpResponse:
    """One case is taken back."""
    found, form = find_case(request, number), ReleaseForm(request.POST)
    given = Entrustment.objects.filter(case=found, released_at__isnull=True).first()
    if given is None:
        messages.warning(request, _("No task force has this case."))
        return redirect("desk:case", number=number)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        release_case(found, reason=reason, by=actor_of(request), now=timezone.now())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except DomainError as refusal:
        sentence = next(iter(form.errors.get("reason", ())), "") or refusal.fields.get("reason") or refusal
        messages.warning(request, f"{found.number}: {sentence}")
    else:
        messages.success(request, _("%(number)s was taken back.") % {"number": found.number})
    return redirect("supervision:task_force", pk=given.task_force_id)  # type: ignore[attr-defined]


def _brief(request: HttpRequest, pk: int) -> tuple[TaskForce, Any]:
    found = find_task_force(request, pk)
    week = monday_of(past_day(request.GET.get("week", ""), today=timezone.localdate()))
    standing, now = standing_in(request), timezone.now()
    topics = topics_section(found, week=week, standing=standing, now=now)
    return found, brief_of(found, week=week, standing=standing, now=now, further=[topics])


@require_GET
@SUPERVISOR
def brief(request: HttpRequest, pk: int) -> HttpResponse:
    """工作专班周简报 of a week, to print; the text beside it to copy."""
    found, made = _brief(request, pk)
    titles = numbered_titles(made)
    shown = {
        "task_force": found,
        "brief": made,
        "text": as_text(made),
        "titles": titles,
        "sections": list(zip(titles[1:-1], made.sections, strict=True)),
        "asked_title": titles[-1],
        "nothing_asked": NOTHING_ASKED,
        "before": made.week - timedelta(days=7),
        "after": made.week + timedelta(days=7) if made.is_over else None,
    }
    return render(request, "desk/brief.html", shown)


@require_GET
@SUPERVISOR
def brief_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The brief as plain text."""
    return HttpResponse(as_text(_brief(request, pk)[1]), content_type="text/plain; charset=utf-8")
