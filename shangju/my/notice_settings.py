"""How and when I am written to, and today's list: one's own, for staff."""

from datetime import time
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
from django.views.decorators.http import require_GET, require_http_methods

from shangju.accounts.models import User
from shangju.core.errors import DomainError
from shangju.core.forms import add_refusal
from shangju.notices.choosing import field_of, reset_notice_settings, set_notice_settings
from shangju.notices.daily_list import todays_list
from shangju.notices.kinds import Delivery, NoticeKind, Way, deliveries_for
from shangju.notices.list_wording import said
from shangju.notices.queries import NoticeSettings, settings_of
from shangju.notices.quiet_wording import explained
from shangju.notices.ways import address_of, open_ways
from shangju.posts.middleware import standing_in

EXPLAINED: dict[str, Any] = {
    NoticeKind.ACTION: gettext_lazy("To accept, to sign for, to take up again, to assist."),
    NoticeKind.APPROVAL: gettext_lazy(
        "Returns, pauses, extensions, looks at a contact: asked for or decided."
    ),
    NoticeKind.SUPERVISION: gettext_lazy("A deadline comes near or has passed, an order, a reply."),
    NoticeKind.NEWS: gettext_lazy(
        "The reporter added something, the party concerned answered, a part has ended."
    ),
    NoticeKind.DAILY_LIST: gettext_lazy(
        "At the start of work: what is late, due today, to sign for, to call back."
    ),
}
AT_WORK = gettext_lazy("At the start of work")


class NoticeSettingsForm(forms.Form):
    """One choice for each kind and way that reaches somebody, and quiet hours of one's own."""

    begins = forms.TimeField(
        label=gettext_lazy("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    ends = forms.TimeField(
        label=gettext_lazy("Quiet until"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )

    def __init__(self, *args: Any, settings: NoticeSettings, ways: list[Way], **kwargs: Any) -> None:
        own = settings.own_quiet
        if own:
            kwargs["initial"] = {"begins": f"{own.begins:%H:%M}", "ends": f"{own.ends:%H:%M}"}
        super().__init__(*args, **kwargs)
        self.ways = ways
        for kind in NoticeKind:
            for way in ways:
                self.fields[field_of(kind, way)] = forms.ChoiceField(
                    label=way.label,
                    choices=[(each.value, _label(kind, each)) for each in deliveries_for(kind)],
                    initial=settings.deliveries.of(kind, way),
                )

    @property
    def rows(self) -> list[tuple[NoticeKind, Any, list[Any]]]:
        """Each kind with what it is and its fields."""
        return [
            (kind, EXPLAINED[kind], [self[field_of(kind, way)] for way in self.ways]) for kind in NoticeKind
        ]

    def chosen(self) -> dict[tuple[str, str], str]:
        """What was chosen; call it after ``is_valid``."""
        return {
            (kind.value, way.value): self.cleaned_data[field_of(kind, way)]
            for kind in NoticeKind
            for way in self.ways
        }

    def quiet(self) -> tuple[time, time] | None:
        """The span that was entered, or none; call it after ``is_valid``."""
        begins, ends = self.cleaned_data["begins"], self.cleaned_data["ends"]
        return (begins, ends) if begins is not None and ends is not None else None

    def clean(self) -> dict[str, Any]:
        """Both ends of the span or neither."""
        given: dict[str, Any] = super().clean() or {}
        if (given.get("begins") is None) != (given.get("ends") is None) and not self.errors:
            self.add_error("ends", _("Enter both times, or neither."))
        return given


def _label(kind: str, delivery: Delivery) -> Any:
    return AT_WORK if kind == NoticeKind.DAILY_LIST and delivery == Delivery.AT_ONCE else delivery.label


def _staff_of(request: HttpRequest) -> User:
    if not standing_in(request).is_staff or not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


@require_http_methods(["GET", "POST"])
@login_required
def notice_settings(request: HttpRequest) -> HttpResponse:
    """Look at it, change it, or go back to the defaults."""
    user, now, status = _staff_of(request), timezone.now(), 200
    settings = settings_of([user.pk], day=timezone.localdate(now))[user.pk]
    ways = [way for way in open_ways() if address_of(user, way)]
    form = NoticeSettingsForm(request.POST or None, settings=settings, ways=ways)
    if request.method == "POST":
        status = 422
        if "reset" in request.POST:
            reset_notice_settings(user, by=user)
            messages.success(request, _("Back to the defaults of your posts."))
            return redirect("my:notice_settings")
        if form.is_valid():
            try:
                set_notice_settings(user, chosen=form.chosen(), quiet=form.quiet(), by=user, now=now)
            except DomainError as refusal:
                add_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("Saved. It holds from the next notice on."))
                return redirect("my:notice_settings")
    context = {
        "form": form,
        "ways": ways,
        "closed_ways": [way.label for way in Way if way not in ways],
        "lines": explained(settings.held(now)),
        "is_default": not settings.deliveries.chosen and settings.own_quiet is None,
    }
    return render(request, "my/notice_settings.html", context, status=status)


@require_GET
@login_required
def today(request: HttpRequest) -> HttpResponse:
    """The daily list as it is this moment."""
    user, now = _staff_of(request), timezone.now()
    settings = settings_of([user.pk], day=timezone.localdate(now))[user.pk]
    found = todays_list(standing_in(request), settings, now=now)
    context = {"found": found, "said": said(found), "now": now}
    return render(request, "my/today.html", context)
