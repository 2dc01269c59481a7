"""Limits in force and how much of them is used."""

from datetime import datetime

from shangju.gateways.limits import DEFAULT_LIMITS, SendingLimit, count_key, in_order, window_begins
from shangju.gateways.models import GatewayLimit, LimitScope, LimitWindow, SendingCount


def limits_of_all() -> dict[str, list[SendingLimit]]:
    """The limits of every channel, in one statement."""
    own: dict[str, dict[tuple[str, str], int | None]] = {}
    for channel, scope, window, amount in GatewayLimit.objects.values_list(
        "channel", "scope", "window", "amount"
    ):
        own.setdefault(channel, {})[scope, window] = amount
    return {
        channel: list(in_order({**delivered, **own.get(channel, {})}))
        for channel, delivered in DEFAULT_LIMITS.items()
    }


def used_now(now: datetime) -> dict[tuple[str, str], int]:
    """How many messages went through a gateway in the window of ``now``, by channel and window."""
    keys = {
        count_key(channel, SendingLimit(LimitScope.GATEWAY, window, 1)): (channel, window)
        for channel in DEFAULT_LIMITS
        for window in LimitWindow.values
    }
    found = SendingCount.objects.filter(key__in=keys).values_list("key", "begins_at", "count")
    used = dict.fromkeys(keys.values(), 0)
    used |= {keys[key]: count for key, begins, count in found if begins == window_begins(now, keys[key][1])}
    return used
