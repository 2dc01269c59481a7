"""The word to the owner of a subscription that was stopped."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from shangju.accounts.models import User
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.setting_aside import resting, work_off
from shangju.gateways.sending import Message, gateway_for
from shangju.webhooks.models import Subscription

STEP = "tell owners of webhooks"


def tell_owners(now: datetime) -> int:
    """Write to the owners of subscriptions that stopped by themselves, by e-mail or else WeCom; how many were told.

    An owner who has neither finds it on the set-up page and in ``shangju doctor``.
    """

    def tell(pk: int) -> bool:
        subscription = Subscription.objects.select_related("owner").get(pk=pk)
        message = _message(subscription)
        if message is not None:
            gateway_for(message.channel).send(message, now=now)
        return bool(Subscription.objects.filter(pk=pk, owner_told_at__isnull=True).update(owner_told_at=now))

    with everywhere(EverywhereReason.WORKER):
        stopped = Subscription.objects.filter(
            is_active=False, owner_told_at__isnull=True, owner__is_active=True
        )
        rows = list(stopped.exclude(pk__in=resting(STEP, now=now)).values_list("pk", flat=True)[:100])
        return work_off(STEP, rows, tell, now=now)


def _message(subscription: Subscription) -> Message | None:
    channel, recipient = _way_to(subscription.owner)
    if not recipient:
        return None
    page = f"{settings.PUBLIC_URL}{reverse('administration:webhook', args=[subscription.pk])}"
    with override(subscription.owner.language):
        subject = _("Webhook “%(name)s” was stopped") % {"name": subscription.name}
        body = _(
            "Calls to it failed for a day (last answer: %(outcome)s). "
            "Let its address be repaired, then start it again: %(page)s"
        ) % {"outcome": subscription.stopped_because, "page": page}
    since = int(subscription.stopped_at.timestamp()) if subscription.stopped_at else 0
    return Message(f"webhook-{subscription.pk}-{since}", channel, recipient, body, subject)


def _way_to(owner: User) -> tuple[str, str]:
    return ("email", owner.email) if owner.email else ("wecom", owner.wecom_id)
