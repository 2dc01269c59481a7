"""Numbers of cases, supervision orders and bulletins: one series a year under a prefix, none given twice (docs/adr/0007)."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from shangju.areas.models import Area, AreaKind
from shangju.core.scoping import EverywhereReason, everywhere


def number_prefix(area: Area) -> str:
    """What the case numbers of the area's sub-district begin with."""
    with everywhere(EverywhereReason.STRUCTURE):
        subdistrict = area.tiers()[AreaKind.SUBDISTRICT]
    return subdistrict.number_prefix or subdistrict.code[-6:]


def take_number(prefix: str, *, now: datetime) -> str:
    """The next number of the year under ``prefix``: ``DSK26-000123``."""
    return take_numbers(prefix, 1, now=now)[0]


def take_numbers(prefix: str, count: int, *, now: datetime, unless_stored: str | None = None) -> list[str]:
    """The next ``count`` numbers of the year under ``prefix``. The row lock makes two callers take turns.

    None where a concern was stored under the idempotency key ``unless_stored``: asked in the same statement.
    """
    series = f"{prefix}{timezone.localtime(now):%y}"
    taken = _take(series, count, unless_stored=unless_stored)
    return [f"{series}-{number:06d}" for number in taken]


def take_order_number(prefix: str, *, now: datetime) -> str:
    """The next number of a supervision order, as an office writes it: ``DSK督〔2026〕12号`` (GB/T 9704-2012 §7.2.5)."""
    year = timezone.localtime(now)
    (number,) = _take(f"{prefix}{year:%y}S", 1)
    return f"{prefix}督〔{year:%Y}〕{number}号"


def take_card_number(prefix: str, *, now: datetime) -> str:
    """The next number of a yellow or red card, in a series of their own: ``DSK牌〔2026〕3号``."""
    year = timezone.localtime(now)
    (number,) = _take(f"{prefix}{year:%y}K", 1)
    return f"{prefix}牌〔{year:%Y}〕{number}号"


def take_bulletin_number(prefix: str, *, kind: str, now: datetime) -> str:
    """The next number of a bulletin of its kind in the year, as an office writes it: ``〔2026〕第47期``."""
    year = timezone.localtime(now)
    (number,) = _take(f"{prefix}{year:%y}{kind[0].upper()}", 1)
    return f"〔{year:%Y}〕第{number}期"


def _take(series: str, count: int, *, unless_stored: str | None = None) -> range:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_numberseries (key, last) SELECT %s, %s"
            " WHERE NOT EXISTS (SELECT 1 FROM cases_idempotencykey WHERE key = %s)"
            " ON CONFLICT (key) DO UPDATE SET last = cases_numberseries.last + excluded.last RETURNING last",
            [series, count, unless_stored or ""],
        )
        row = cursor.fetchone()
    return range(row[0] - count + 1, row[0] + 1) if row else range(0)
