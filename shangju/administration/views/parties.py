"""Pages of the alliance's members and of who speaks for them."""

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
from shangju.administration.forms import (
    DelegateForm,
    EndForm,
    PartyForm,
    PartySearchForm,
    PartyStatusForm,
)
from shangju.administration.queries import find_parties, history_of
from shangju.administration.services import change_membership
from shangju.administration.views.answering import FormPage, Trail, answer_form, read_or_write
from shangju.areas.models import Area
from shangju.core.numbers import small_number
from shangju.parties.models import Delegation, Party, PartyStatus
from shangju.parties.services import PartyPlan, admit_party, change_party, delegate_user, end_delegation


def _page_of(party: Party) -> str:
    return reverse("administration:party", args=[party.pk])


def _trail(party: Party | None = None) -> Trail:
    way: Trail = ((_("Members of the alliance"), reverse("administration:parties")),)
    return (*way, (party, _page_of(party))) if party is not None else way


def _party(pk: int) -> Party:
    return get_object_or_404(Party.objects.select_related("area"), pk=pk)


@require_GET
@as_system_administrator
def parties(request: HttpRequest) -> HttpResponse:
    """Members by words, kind and status, in the order they were entered."""
    form = PartySearchForm(request.GET)
    form.is_valid()
    wanted = {name: form.cleaned_data.get(name, "") for name in form.fields}
    cursor = request.GET.get("cursor", "")
    after = small_number(cursor) or 0
    found, following = find_parties(
        wanted["q"].strip(), kind=wanted["kind"], status=wanted["status"], after=after
    )
    shown = {"form": form, "parties": found, "next": following, "is_narrowed": any(wanted.values())}
    return render(request, "administration/parties.html", shown)


@require_GET
@as_system_administrator
def party(request: HttpRequest, pk: int) -> HttpResponse:
    """A member: what is known, who speaks for it, who did, and what was changed."""
    shown = _party(pk)
    today = timezone.localdate()
    terms = list(shown.delegations.select_related("user").order_by("-starts_on", "-pk"))
    context = {
        "party": shown,
        "current": [term for term in terms if term.ends_on is None or term.ends_on >= today],
        "past": [term for term in terms if term.ends_on is not None and term.ends_on < today],
        "today": today,
        "trail": _trail(),
        "is_in": shown.status != PartyStatus.LEFT,
        "history": history_of(shown),
    }
    return render(request, "administration/party.html", context)


@read_or_write
@as_system_administrator
def add(request: HttpRequest) -> HttpResponse:
    """A new member, in the area of ``?area=`` where it was come from."""
    number = small_number(request.GET.get("area", ""))
    area = get_object_or_404(Area, pk=number) if number is not None else None
    page = FormPage(
        title=_("Admit a member"),
        purpose=_("From then on it can be given concerns to handle and be named as concerned by one."),
        submit=_("Admit"),
        done=_("The member has been admitted. Now name who speaks for it."),
        back=reverse("administration:parties"),
        trail=_trail(),
        leads_to=_page_of,
    )

    def write(*, by: User, now: datetime, **entered: Any) -> object:
        return admit_party(PartyPlan(**entered), by=by, now=now)

    form = PartyForm(request.POST or None, area=area, initial={"joined_on": timezone.localdate()})
    return answer_form(request, form, write, page)


@read_or_write
@as_system_administrator
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, trade, address and what else is public about a member."""
    held = _party(pk)
    page = FormPage(
        title=_("Change %(party)s") % {"party": held},
        purpose=_("The former values stay in the history; cases keep the member they were about."),
        submit=_("Save"),
        done=_("The member has been changed."),
        back=_page_of(held),
        trail=_trail(held),
        subject=held,
    )

    def write(*, reason: str, by: User, now: datetime, **changes: Any) -> object:
        return change_party(held, changes, reason=reason, by=by, now=now)

    return answer_form(request, PartyForm(request.POST or None, party=held), write, page)


@read_or_write
@as_system_administrator
def change_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspended, back again, or no member any more."""
    held = _party(pk)
    page = FormPage(
        title=_("Membership of %(party)s") % {"party": held},
        purpose=_(
            "A suspended member is given nothing new and its delegates see nothing; whoever leaves has no delegates "
            "any more. Records and history stay."
        ),
        submit=_("Save"),
        done=_("The membership has been changed."),
        back=_page_of(held),
        trail=_trail(held),
        is_dangerous=True,
        subject=held,
    )
    form = PartyStatusForm(request.POST or None, party=held)
    return answer_form(request, form, partial(change_membership, held), page)


@read_or_write
@as_system_administrator
def delegate(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody to speak for a member, for a term."""
    held = _party(pk)
    page = FormPage(
        title=_("Name who speaks for %(party)s") % {"party": held},
        purpose=_("They read and answer what concerns the member, and handle what is given to it."),
        submit=_("Name"),
        done=_("The delegate has been named."),
        back=_page_of(held),
        trail=_trail(held),
        subject=held,
    )
    form = DelegateForm(request.POST or None, initial={"starts_on": timezone.localdate()})
    return answer_form(request, form, partial(delegate_user, held), page)


@read_or_write
@as_system_administrator
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day of a delegate's term."""
    term = get_object_or_404(Delegation.objects.select_related("party__area", "user"), pk=pk)
    page = FormPage(
        title=_("End the term of %(user)s") % {"user": term.user},
        purpose=_("From the day after the last one they see and answer nothing of the member's any more."),
        submit=_("End the term"),
        done=_("The term has been ended."),
        back=_page_of(term.party),
        trail=_trail(term.party),
        is_dangerous=True,
        subject=term.party,
    )
    form = EndForm(request.POST or None, initial={"last_day": timezone.localdate()})
    return answer_form(request, form, partial(end_delegation, term), page)
