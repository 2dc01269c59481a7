"""How much may go out when: counts in the database, so that several workers share them.

A count belongs to a window that begins at a whole multiple of its length; the row lock makes takers take turns. The
limits are data: rows where an installation set another one, defaults in code for the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from shangju.core.sealing import fingerprint
from shangju.gateways.errors import Busy
from shangju.gateways.models import GatewayLimit, LimitScope, LimitWindow, SendingCount

LENGTH: dict[str, timedelta] = {
    LimitWindow.MINUTE: timedelta(minutes=1),
    LimitWindow.HOUR: timedelta(hours=1),
    LimitWindow.DAY: timedelta(days=1),
}
Key = tuple[str, str]
"""Scope and window."""

GATEWAY, RECEIVER = LimitScope.GATEWAY.value, LimitScope.RECEIVER.value
MINUTE, HOUR, DAY = LimitWindow.MINUTE.value, LimitWindow.HOUR.value, LimitWindow.DAY.value

DEFAULT_LIMITS: dict[str, dict[Key, int]] = {
    "sms": {
        (GATEWAY, MINUTE): 300,
        (GATEWAY, HOUR): 5_000,
        (GATEWAY, DAY): 20_000,
        (RECEIVER, MINUTE): 1,
        (RECEIVER, HOUR): 5,
        (RECEIVER, DAY): 10,
    },
    "wecom": {
        (GATEWAY, MINUTE): 600,
        (GATEWAY, HOUR): 10_000,
        (RECEIVER, MINUTE): 30,
        (RECEIVER, HOUR): 1_000,
    },
    "wecom-robot": {(RECEIVER, MINUTE): 20},
    "email": {
        (GATEWAY, MINUTE): 60,
        (GATEWAY, HOUR): 1_000,
        (GATEWAY, DAY): 5_000,
        (RECEIVER, HOUR): 20,
        (RECEIVER, DAY): 60,
    },
}
"""To one number: what carriers allow under one signature; more is dropped by them without a word. To one member, and of
one group robot: developer.work.weixin.qq.com, 访问频率限制 and 群机器人配置说明. Of a gateway: our judgement, so that a
fault in a loop costs no fortune."""

URGENT_SHARE = 5
"""One part in so many of a gateway's limit is left to what is urgent."""


@dataclass(frozen=True, slots=True)
class SendingLimit:
    """At most ``amount`` in every ``window``, of one gateway or to one receiver."""

    scope: str
    window: str
    amount: int

    def open_to(self, *, is_urgent: bool) -> int:
        """How many may go out: the last part of a gateway's limit is left to urgent messages."""
        kept = self.amount // URGENT_SHARE if self.scope == GATEWAY and not is_urgent else 0
        return self.amount - kept


def limits_in_force(channel: str) -> list[SendingLimit]:
    """The limits of a channel, those of the gateway first, each from the shortest window to the longest."""
    own = GatewayLimit.objects.filter(channel=channel).values_list("scope", "window", "amount")
    set_here = {(scope, window): amount for scope, window, amount in own}
    return list(in_order({**DEFAULT_LIMITS.get(channel, {}), **set_here}))


def in_order(amounts: Mapping[Key, int | None]) -> Iterator[SendingLimit]:
    """The limits that ``amounts`` name, those of the gateway first."""
    # Always in this order: two workers that hold rows wait for each other, never crosswise.
    for scope in LimitScope.values:
        for window in LimitWindow.values:
            amount = amounts.get((scope, window))
            if amount is not None:
                yield SendingLimit(scope, window, amount)


def take_slots(channel: str, receiver: str, *, is_urgent: bool = False, now: datetime) -> None:
    """Count one more message, or raise :class:`Busy` with the time until the next window, counting nothing.

    ``receiver`` is kept as a fingerprint only.
    """
    mark = fingerprint(receiver, purpose=f"sending-{channel}")
    limits = limits_in_force(channel)
    with transaction.atomic():
        for limit in limits:
            begins = window_begins(now, limit.window)
            key = count_key(channel, limit, mark)
            if not _count(key, begins, limit.open_to(is_urgent=is_urgent)):
                after = begins + LENGTH[limit.window] - now
                raise Busy(f"{limit.amount} a {limit.window} reached", after=after)


def count_key(channel: str, limit: SendingLimit, mark: str = "") -> str:
    """Under what the messages of a limit are counted."""
    seconds = int(LENGTH[limit.window].total_seconds())
    return f"{channel}-{seconds}-{mark if limit.scope == RECEIVER else 'all'}"


def window_begins(now: datetime, window: str) -> datetime:
    """When the window began that holds ``now``."""
    seconds = int(LENGTH[window].total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=UTC)


def _count(key: str, begins: datetime, amount: int) -> bool:
    """One statement: a new window begins at one, a full one stays as it is."""
    table = SendingCount._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key, begins_at, count) VALUES (%s, %s, 1)"  # noqa: S608 - our own table's name
            f" ON CONFLICT (key) DO UPDATE SET"
            f" count = CASE WHEN {table}.begins_at < excluded.begins_at THEN 1 ELSE {table}.count + 1 END,"
            f" begins_at = excluded.begins_at"
            f" WHERE {table}.begins_at < excluded.begins_at OR {table}.count < %s",
            [key, begins, amount],
        )
        return bool(cursor.rowcount == 1)
