"""How much may go out when: counts in the database, so that several workers share them.

A count belongs to a window that begins at a whole multiple of its length; the row lock makes takers take turns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from shangju.core.sealing import fingerprint
from shangju.gateways.errors import Busy
from shangju.gateways.models import SendingCount


@dataclass(frozen=True, slots=True)
class SendingLimit:
    """At most ``amount`` in every ``window``."""

    amount: int
    window: timedelta


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

SMS_TO_ONE_NUMBER = (SendingLimit(1, MINUTE), SendingLimit(5, HOUR), SendingLimit(10, DAY))
"""What carriers allow to one number under one signature; more is dropped by them without a word."""

WECOM_TO_ONE_MEMBER = (SendingLimit(30, MINUTE), SendingLimit(1000, HOUR))
"""An application to one member (developer.work.weixin.qq.com, 访问频率限制)."""

WECOM_ROBOT = (SendingLimit(20, MINUTE),)
"""A group robot (developer.work.weixin.qq.com, 群机器人配置说明)."""


def take_slot(purpose: str, who: str, limits: Iterable[SendingLimit], *, now: datetime) -> None:
    """Count one more message to ``who``, or raise :class:`Busy` with the time until the next window, counting nothing.

    ``who`` is kept as a fingerprint only.
    """
    mark = fingerprint(who, purpose=f"sending-{purpose}")
    with transaction.atomic():
        for limit in limits:
            begins = _window_begins(now, limit.window)
            if not _count(f"{purpose}-{int(limit.window.total_seconds())}-{mark}", begins, limit.amount):
                raise Busy(f"{limit.amount} in {limit.window} reached", after=begins + limit.window - now)


def _window_begins(now: datetime, window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
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
