"""When and how much goes out: limits of the ways with what waits, and the quiet hours of the sub-districts."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from shangju.accounts.models import User
from shangju.administration.access import as_system_administrator
from shangju.administration.forms_sending import LABELS, GatewayLimitsForm, SendingTimesForm
from shangju.administration.views.answering import FormPage, Trail, answer_form, read_or_write
from shangju.areas.models import Area, AreaKind
from shangju.gateways.limits import DEFAULT_LIMITS
from shangju.gateways.queries import limits_of_all, used_now
from shangju.gateways.services import set_limits
from shangju.notices.choosing import set_sending_times
from shangju.notices.queries import times_of, times_of_all, waiting_by_channel

NAMES: dict[str, Any] = {
    "sms": gettext_lazy("Text message"),
    "wecom": gettext_lazy("WeCom"),
    "wecom-robot": gettext_lazy("WeCom group robot"),
    "email": pgettext_lazy("way out", "E-mail"),
}


@require_GET
@as_system_administrator
def sending(request: HttpRequest) -> HttpResponse:
    """Every way with its limits and what waits; every sub-district with its quiet hours."""
    now = timezone.now()
    trail = ((_("Messages"), reverse("administration:templates")),)
    context = {"ways": _ways(now), "places": times_of_all(), "trail": trail}
    return render(request, "administration/sending.html", context)


def _ways(now: datetime) -> list[dict[str, Any]]:
    waiting, used, limits = waiting_by_channel(now), used_now(now), limits_of_all()
    return [
        {
            "channel": channel,
            "name": name,
            "limits": [
                {
                    "label": LABELS[limit.scope][limit.window],
                    "amount": limit.amount,
                    "used": used.get((channel, limit.window)) if limit.scope == "gateway" else None,
                }
                for limit in limits[channel]
            ],
            "waiting": waiting.get(channel),
        }
        for channel, name in NAMES.items()
    ]


def _trail() -> Trail:
    return (
        (_("Messages"), reverse("administration:templates")),
        (_("Times and limits"), reverse("administration:sending")),
    )


@read_or_write
@as_system_administrator
def limits(request: HttpRequest, channel: str) -> HttpResponse:
    """Other limits of one way."""
    if channel not in DEFAULT_LIMITS:
        raise Http404
    first = {f"{limit.scope}_{limit.window}": limit.amount for limit in limits_of_all()[channel]}
    page = FormPage(
        title=_("Limits: %(way)s") % {"way": NAMES[channel]},
        purpose=_(
            "What is over a limit is kept and goes out later, what is urgent first: the last fifth of the limits for "
            "all together is left to it. Empty means no limit."
        ),
        submit=_("Save"),
        done=_("The limits are changed; they hold from the next message on."),
        back=reverse("administration:sending"),
        trail=_trail(),
    )
    form = GatewayLimitsForm(request.POST or None, initial=first)
    return answer_form(request, form, partial(_set_limits, channel), page)


def _set_limits(channel: str, *, by: User, now: datetime, **entered: Any) -> None:
    set_limits(channel, amounts=_amounts(entered), by=by, now=now)


def _amounts(entered: Mapping[str, int | None]) -> dict[tuple[str, str], int | None]:
    return {
        (scope, window): entered[f"{scope}_{window}"]
        for scope, windows in LABELS.items()
        for window in windows
    }


@read_or_write
@as_system_administrator
def sending_times(request: HttpRequest, pk: int) -> HttpResponse:
    """Other quiet hours of a sub-district."""
    area = get_object_or_404(Area, pk=pk, kind=AreaKind.SUBDISTRICT)
    times = times_of(area.pk)
    page = FormPage(
        title=_("Quiet hours: %(area)s") % {"area": area},
        purpose=_(
            "What is not urgent and comes in these hours is kept and goes out at their end. Cases whose clock runs day "
            "and night are told of at once."
        ),
        submit=_("Save"),
        done=_("The quiet hours are changed; what waits already keeps its time."),
        back=reverse("administration:sending"),
        trail=_trail(),
        subject=area,
    )
    first = {
        "begins": times.quiet.begins,
        "ends": times.quiet.ends,
        "on_days_off": times.quiet.on_days_off,
        "lists_when_empty": times.lists_when_empty,
    }
    form = SendingTimesForm(request.POST or None, initial=first)
    return answer_form(request, form, partial(set_sending_times, area), page)
