"""Pages of posts and of who holds them."""

from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shangju.accounts.models import User
from shangju.administration.access import as_system_administrator
from shangju.administration.forms import AppointForm, EndForm, PostForm, RetireForm
from shangju.administration.queries import ancestors_of, history_of
from shangju.administration.views.answering import FormPage, Trail, answer_form, read_or_write
from shangju.areas.models import Area
from shangju.posts.models import Appointment, Post
from shangju.posts.services import PostPlan, appoint, create_post, end_appointment, retire_post


def _page_of(post: Post) -> str:
    return reverse("administration:post", args=[post.pk])


def _trail(area: Area, post: Post | None = None) -> Trail:
    way: Trail = (
        (_("Areas"), reverse("administration:areas")),
        (area, reverse("administration:area", args=[area.pk])),
    )
    return (*way, (post, _page_of(post))) if post is not None else way


def _post(pk: int) -> Post:
    return get_object_or_404(Post.objects.select_related("area"), pk=pk)


@require_GET
@as_system_administrator
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """A post with its current, coming and past holders."""
    shown = _post(pk)
    today = timezone.localdate()
    terms = list(shown.appointments.select_related("user").order_by("-starts_on", "-pk"))
    context = {
        "post": shown,
        "above": [*ancestors_of(shown.area), shown.area],
        "current": [term for term in terms if term.ends_on is None or term.ends_on >= today],
        "past": [term for term in terms if term.ends_on is not None and term.ends_on < today],
        "today": today,
        "history": history_of(shown),
    }
    return render(request, "administration/post.html", context)


@read_or_write
@as_system_administrator
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new post in an area."""
    area = get_object_or_404(Area, pk=pk)
    page = FormPage(
        title=_("Add a post in %(area)s") % {"area": area},
        purpose=_("Cases are dispatched to posts, so work stays where it is when the holder changes."),
        submit=_("Add"),
        done=_("The post has been added."),
        back=reverse("administration:area", args=[area.pk]),
        trail=_trail(area),
        leads_to=_page_of,
    )

    def write(*, by: User, now: datetime, **entered: Any) -> object:
        return create_post(PostPlan(area=area, **entered), by=by, now=now)

    return answer_form(request, PostForm(request.POST or None), write, page)


@read_or_write
@as_system_administrator
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """A post out of use."""
    held = _post(pk)
    page = FormPage(
        title=_("Retire %(post)s") % {"post": held},
        purpose=_("Nobody can be appointed and nothing dispatched to it any more; its history stays."),
        submit=_("Retire"),
        done=_("The post has been retired."),
        back=_page_of(held),
        trail=_trail(held.area, held),
        subject=held,
        is_dangerous=True,
    )
    form = RetireForm(request.POST or None, initial={"on": timezone.localdate()})
    return answer_form(request, form, partial(retire_post, held), page)


@read_or_write
@as_system_administrator
def appoint_user(request: HttpRequest, pk: int) -> HttpResponse:
    """A holder for a term."""
    held = _post(pk)
    page = FormPage(
        title=_("Appoint somebody to %(post)s") % {"post": held},
        purpose=_("Rights begin on the first day of the term and end with its last."),
        submit=_("Appoint"),
        done=_("The appointment has been made."),
        back=_page_of(held),
        trail=_trail(held.area, held),
        subject=held,
    )
    form = AppointForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    return answer_form(request, form, partial(appoint, held), page)


@read_or_write
@as_system_administrator
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The end of a term."""
    term = get_object_or_404(Appointment.objects.select_related("post__area", "user"), pk=pk)
    page = FormPage(
        title=_("End the term of %(user)s") % {"user": term.user},
        purpose=_("Rights end with the last day; open cases stay with the post."),
        submit=_("End the term"),
        done=_("The term has been ended."),
        back=_page_of(term.post),
        trail=_trail(term.post.area, term.post),
        subject=term.post,
        is_dangerous=True,
    )
    form = EndForm(request.POST or None, initial={"last_day": timezone.localdate()})
    return answer_form(request, form, partial(end_appointment, term), page)
