"""Pages of accounts."""

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
from shangju.accounts.roster import UserPlan, add_user, reset_phone, set_user_active, set_wecom_id
from shangju.administration.access import as_system_administrator
from shangju.administration.forms import PersonForm, PhoneForm, ReasonForm, SearchForm, WecomForm
from shangju.administration.queries import find_people, history_of
from shangju.administration.services import make_administrator
from shangju.administration.views.answering import FormPage, Trail, answer_form, read_or_write


def _page_of(user: User) -> str:
    return reverse("administration:person", args=[user.pk])


def _trail(user: User | None = None) -> Trail:
    way: Trail = ((_("People"), reverse("administration:people")),)
    return (*way, (user, _page_of(user))) if user is not None else way


@require_GET
@as_system_administrator
def people(request: HttpRequest) -> HttpResponse:
    """Accounts by sign-in name."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found, cursor = find_people(words, after=request.GET.get("cursor", "")[:60])
    return render(
        request, "administration/people.html", {"form": form, "words": words, "people": found, "next": cursor}
    )


@require_GET
@as_system_administrator
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """An account with its posts and its history; the phone number is not shown."""
    shown = get_object_or_404(User.objects.select_related("administrator"), pk=pk)
    context = {
        "person": shown,
        "terms": shown.appointments.select_related("post__area").order_by("-starts_on"),
        "delegations": shown.delegations.select_related("party").order_by("-starts_on"),
        "history": history_of(shown),
        "today": timezone.localdate(),
    }
    return render(request, "administration/person.html", context)


@read_or_write
@as_system_administrator
def add(request: HttpRequest) -> HttpResponse:
    """A new account, perhaps of an administrator."""
    page = FormPage(
        title=_("Add an account"),
        purpose=_(
            "People are shown by role and number; rights come with an appointment, not with the account."
        ),
        submit=_("Add"),
        done=_("The account has been added."),
        back=reverse("administration:people"),
        trail=_trail(),
        leads_to=_page_of,
    )

    def write(*, role: str, by: User, now: datetime, **entered: Any) -> User:
        user = add_user(UserPlan(**entered), by=by, now=now)
        if role:
            make_administrator(user, role=role, by=by, now=now)
        return user

    return answer_form(request, PersonForm(request.POST or None), write, page)


@read_or_write
@as_system_administrator
def change_activity(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets an account in no more, or again."""
    held = get_object_or_404(User, pk=pk)
    wanted = not held.is_active
    page = FormPage(
        title=(_("Activate %(user)s") if wanted else _("Deactivate %(user)s")) % {"user": held},
        purpose=_("An inactive account cannot sign in and has no rights; its terms stay as they are."),
        submit=_("Activate") if wanted else _("Deactivate"),
        done=_("The account has been changed."),
        back=_page_of(held),
        trail=_trail(held),
        subject=held,
        is_dangerous=not wanted,
    )
    form = ReasonForm(request.POST or None)
    return answer_form(request, form, partial(set_user_active, held, is_active=wanted), page)


@read_or_write
@as_system_administrator
def change_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Another mobile number."""
    held = get_object_or_404(User, pk=pk)
    page = FormPage(
        title=_("Mobile phone of %(user)s") % {"user": held},
        purpose=_(
            "The number is stored encrypted and never shown again; it must be verified at the next sign-in."
        ),
        submit=_("Save"),
        done=_("The number has been changed."),
        back=_page_of(held),
        trail=_trail(held),
        subject=held,
    )
    return answer_form(request, PhoneForm(request.POST or None), partial(reset_phone, held), page)


@read_or_write
@as_system_administrator
def change_wecom(request: HttpRequest, pk: int) -> HttpResponse:
    """The id in the sub-district's WeCom."""
    held = get_object_or_404(User, pk=pk)
    page = FormPage(
        title=_("WeCom of %(user)s") % {"user": held},
        purpose=_(
            "What the account is told appears on its own page, and in WeCom as well if it is known there."
        ),
        submit=_("Save"),
        done=_("The account has been changed."),
        back=_page_of(held),
        trail=_trail(held),
        subject=held,
    )
    form = WecomForm(request.POST or None, initial={"wecom_id": held.wecom_id})
    return answer_form(request, form, partial(set_wecom_id, held), page)
