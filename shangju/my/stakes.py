"""What I am bound up with: declared here, so that its cases are kept from me (回避)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from shangju.accounts.models import User
from shangju.areas.models import Area
from shangju.cases.recusal import step_aside_for_stake
from shangju.core.errors import DomainError
from shangju.core.forms import LongSelect, add_refusal
from shangju.parties.models import Party, PartyStatus
from shangju.posts.middleware import standing_in
from shangju.posts.models import Stake, StakeReason
from shangju.posts.stakes import BUILDINGS


class StakeForm(forms.Form):
    """A member or a building of the user's own areas, and why."""

    party: Any = forms.ModelChoiceField(
        label=gettext_lazy("Member (shop, firm)"), queryset=None, required=False, widget=LongSelect,
        empty_label=gettext_lazy("None"),
    )  # fmt: skip
    building: Any = forms.ModelChoiceField(
        label=gettext_lazy("Building"), queryset=None, required=False, widget=LongSelect,
        empty_label=gettext_lazy("None"),
    )  # fmt: skip
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=StakeReason)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        buildings = Area.objects.filter(kind__in=BUILDINGS, retired_on__isnull=True).defer("outline")
        self.fields["party"].queryset = Party.objects.filter(status=PartyStatus.ACTIVE).order_by("name")  # type: ignore[attr-defined]
        self.fields["building"].queryset = buildings.order_by("path")  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@login_required
def stakes(request: HttpRequest) -> HttpResponse:
    """My own, and a form for another one."""
    user = request.user
    if not standing_in(request).is_staff or not isinstance(user, User):
        raise PermissionDenied
    form, status = StakeForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                left = step_aside_for_stake(user, **form.cleaned_data, now=timezone.now())
            except DomainError as refusal:
                add_refusal(form, refusal)
                status = refusal.status
            else:
                said = _(
                    "Recorded. Its cases are not shown to you any more; %(count)s in your hands went back."
                )
                messages.success(request, said % {"count": left})
                return redirect("my:stakes")
    mine = Stake.objects.on(timezone.localdate()).filter(user=user).select_related("area", "party")
    return render(request, "my/stakes.html", {"form": form, "stakes": mine}, status=status)
