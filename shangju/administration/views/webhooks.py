"""Set-up of webhooks: other programs that are told what happens to cases."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from shangju.accounts.models import User
from shangju.administration.access import administrator_of, as_system_administrator
from shangju.administration.forms_webhooks import KINDS, WebhookForm
from shangju.administration.views.answering import FormPage, Trail, answer_form, read_or_write
from shangju.areas.models import Area
from shangju.core.errors import DomainError
from shangju.core.numbers import small_number
from shangju.core.sealing import Unsealable, seal, unseal
from shangju.webhooks.models import Delivery, Subscription
from shangju.webhooks.queries import deliveries_of, subscriptions
from shangju.webhooks.services import (
    SubscriptionPlan,
    change_secret,
    change_subscription,
    deliver_again,
    remove_subscription,
    send_test,
    start_subscription,
    stop_subscription,
    subscribe,
)

SECRET = "webhook_secret"  # noqa: S105 - the name of a place in the session


def _page_of(subscription: Subscription) -> str:
    return reverse("administration:webhook", args=[subscription.pk])


def _trail(subscription: Subscription | None = None) -> Trail:
    way: Trail = ((_("Webhooks"), reverse("administration:webhooks")),)
    return way if subscription is None else (*way, (subscription, _page_of(subscription)))


def _show_secret_once(request: HttpRequest, subscription: Subscription) -> None:
    """Keep the secret, sealed, for the next look at the page of the subscription."""
    request.session[SECRET] = [subscription.pk, seal(subscription.secret)]


def _secret_to_show(request: HttpRequest, subscription: Subscription) -> str:
    kept = request.session.pop(SECRET, None)
    if not kept or kept[0] != subscription.pk:
        return ""
    try:
        return unseal(kept[1])
    except Unsealable:
        return ""


@require_GET
@as_system_administrator
def webhooks(request: HttpRequest) -> HttpResponse:
    """All subscriptions and how they do."""
    return render(request, "administration/webhooks.html", {"webhooks": subscriptions()})


@require_GET
@as_system_administrator
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """One subscription with its deliveries; the secret only just after it was made."""
    held = get_object_or_404(Subscription.objects.select_related("area", "owner"), pk=pk)
    deliveries, cursor = deliveries_of(held, before=small_number(request.GET.get("cursor", "")[:20]))
    kinds = dict(KINDS)
    context = {
        "webhook": held,
        "kinds": [kinds[kind] for kind in held.kinds if kind in kinds],
        "secret": _secret_to_show(request, held),
        "deliveries": [(row, kinds.get(row.kind, _("Test call"))) for row in deliveries],
        "next": cursor,
    }
    return render(request, "administration/webhook.html", context)


Save = Callable[..., Subscription]


def _saved(
    save: Save, *, name: str, area: Area, address: str, kinds: list[str], by: User, now: datetime
) -> Subscription:
    return save(plan=SubscriptionPlan(name, area, address, kinds), by=by, now=now)


@read_or_write
@as_system_administrator
def add(request: HttpRequest) -> HttpResponse:
    """A new subscription."""
    page = FormPage(
        title=_("Add a webhook"),
        purpose=_(
            "Another program is called at each move: number, state, times, area and category, no words."
        ),
        submit=_("Add"),
        done=_("The webhook has been added. Send a test call."),
        back=reverse("administration:webhooks"),
        trail=_trail(),
        leads_to=_page_of,
    )

    def write(plan: SubscriptionPlan, *, by: User, now: datetime) -> Subscription:
        made = subscribe(plan, by=by, now=now)
        _show_secret_once(request, made)
        return made

    return answer_form(request, WebhookForm(request.POST or None), partial(_saved, write), page)


@read_or_write
@as_system_administrator
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another address, area or choice of events."""
    held = get_object_or_404(Subscription.objects.select_related("area"), pk=pk)
    page = FormPage(
        title=_("Change %(webhook)s") % {"webhook": held},
        purpose=_("What is changed holds for what happens from now on."),
        submit=_("Save"),
        done=_("The webhook has been changed."),
        back=_page_of(held),
        trail=_trail(held),
        subject=held,
    )
    first = {"name": held.name, "area": held.area, "address": held.address, "kinds": held.kinds}
    form = WebhookForm(request.POST or None, initial=first)
    return answer_form(request, form, partial(_saved, partial(change_subscription, held)), page)


@read_or_write
@as_system_administrator
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a subscription with its deliveries."""
    held = get_object_or_404(Subscription, pk=pk)
    page = FormPage(
        title=_("Remove %(webhook)s") % {"webhook": held},
        purpose=_("No calls any more; the list of its deliveries goes, the audit trail keeps that it was."),
        submit=_("Remove"),
        done=_("The webhook has been removed."),
        back=reverse("administration:webhooks"),
        trail=_trail(held),
        is_dangerous=True,
        leads_to=lambda _made: reverse("administration:webhooks"),
    )
    # Nothing to fill in: a POST is bound whatever it carries.
    form = forms.Form(request.POST if request.method == "POST" else None)
    return answer_form(request, form, partial(remove_subscription, held), page)


ACTIONS: dict[str, tuple[Callable[..., object], object]] = {
    "test": (send_test, gettext_lazy("A test call is on its way. Look at the list in a minute.")),
    "stop": (stop_subscription, gettext_lazy("The webhook is stopped.")),
    "start": (start_subscription, gettext_lazy("The webhook is in use again.")),
    "secret": (change_secret, gettext_lazy("There is a new secret; the old one signs along for a day.")),
}


@require_POST
@as_system_administrator
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """A test call, stop, start, or a new secret: one press of a button."""
    held = get_object_or_404(Subscription, pk=pk)
    service, done = ACTIONS[action]
    try:
        service(held, by=administrator_of(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, str(done))
        if action == "secret":
            _show_secret_once(request, Subscription.objects.get(pk=pk))
    return redirect(_page_of(held))


@require_POST
@as_system_administrator
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one delivery once more."""
    held = get_object_or_404(Delivery.objects.select_related("subscription"), pk=pk)
    try:
        deliver_again(held, by=administrator_of(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is sent again within a minute."))
    return redirect(_page_of(held.subscription))
