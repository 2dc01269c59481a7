"""Who is bound up with which member or building, for the system and the security administrator."""

from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shangju.accounts.models import User
from shangju.administration.access import as_stake_administrator
from shangju.administration.forms import ReasonForm, StakeForm
from shangju.administration.views.answering import FormPage, Trail, answer_form, read_or_write
from shangju.areas.models import Area
from shangju.parties.models import Party
from shangju.posts.models import Stake
from shangju.posts.stakes import declare_stake, end_stake

ROWS = 200


def _trail() -> Trail:
    return ((_("Stakes"), reverse("administration:stakes")),)


@require_GET
@as_stake_administrator
def stakes(request: HttpRequest) -> HttpResponse:
    """Every stake in force, newest first."""
    rows = Stake.objects.on(timezone.localdate()).select_related("user", "area", "party", "declared_by")[
        :ROWS
    ]
    return render(request, "administration/stakes.html", {"stakes": rows})


@read_or_write
@as_stake_administrator
def add(request: HttpRequest) -> HttpResponse:
    """Somebody is bound up with a member or a building and has not said so."""
    page = FormPage(
        title=_("Record a stake"),
        purpose=_("The cases of this member or building are kept from the account from now on."),
        submit=_("Record it"),
        done=_("The stake has been recorded."),
        back=reverse("administration:stakes"),
        trail=_trail(),
    )

    def write(
        *, user: User, party: Party | None, building: Area | None, reason: str, by: User, now: datetime
    ) -> Stake:
        return declare_stake(user, party=party, building=building, reason=reason, by=by, now=now)

    return answer_form(request, StakeForm(request.POST or None), write, page)


@read_or_write
@as_stake_administrator
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """It is over."""
    stake = get_object_or_404(Stake.objects.select_related("user", "area", "party"), pk=pk)
    page = FormPage(
        title=_("End the stake of %(user)s") % {"user": stake.user},
        purpose=_("From today the account can open these cases again, as far as its posts allow."),
        submit=_("End it"),
        done=_("The stake has been ended."),
        back=reverse("administration:stakes"),
        trail=_trail(),
        is_dangerous=True,
    )
    return answer_form(request, ReasonForm(request.POST or None), partial(end_stake, stake), page)
