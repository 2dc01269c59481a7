"""Reading accounts: closed locks and, in demo mode, the sign-ins that a visitor may try."""

from dataclasses import dataclass
from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet, Sum

from shangju.accounts.locks import ADDRESSES_WEIGHT
from shangju.accounts.models import ApiToken, User
from shangju.core.demo_sign_ins import DEMO_SIGN_INS


@dataclass(frozen=True, slots=True)
class LockedName:
    """A name that cannot sign in before ``until``; ``address`` is empty where it is locked everywhere."""

    name: str
    address: str
    failures: int
    until: datetime


def locked_names(now: datetime) -> list[LockedName]:
    """All locks closed at ``now``, the latest first."""
    recent = AccessAttempt.objects.filter(
        attempt_time__gte=now - settings.AXES_COOLOFF_TIME, username__isnull=False
    )
    limit: int = settings.AXES_FAILURE_LIMIT
    by_pair = (
        recent.order_by()
        .values("username", "ip_address")
        .annotate(n=Sum("failures_since_start"), last=Max("attempt_time"))
    )
    by_name = (
        recent.order_by().values("username").annotate(n=Sum("failures_since_start"), last=Max("attempt_time"))
    )
    everywhere = [row for row in by_name if row["n"] // ADDRESSES_WEIGHT >= limit]
    rows = [row for row in by_pair if row["n"] >= limit] + everywhere
    locks = [
        LockedName(
            row["username"], row.get("ip_address") or "", row["n"], row["last"] + settings.AXES_COOLOFF_TIME
        )
        for row in rows
    ]
    return sorted(locks, key=lambda lock: lock.until, reverse=True)


def demo_sign_ins() -> list[User]:
    """The demonstration's users in the order of the interface description; none outside demo mode."""
    if not settings.DEMO:
        return []
    found = User.objects.filter(username__in=DEMO_SIGN_INS, is_active=True)
    return sorted(found, key=lambda user: DEMO_SIGN_INS.index(user.username))


def users_with_keys(now: datetime) -> QuerySet[User]:
    """Users who hold keys that open something at ``now``, with ``key_count`` and the day of the last use."""
    live = Q(api_tokens__revoked_at__isnull=True, api_tokens__expires_at__gt=now)
    counted = User.objects.annotate(
        key_count=Count("api_tokens", filter=live), keys_used_on=Max("api_tokens__last_used_on", filter=live)
    )
    return counted.filter(key_count__gt=0).order_by("username")


def keys_of(user: User) -> QuerySet[ApiToken]:
    """A user's keys, the newest first; those that are over stay listed."""
    return ApiToken.objects.filter(user=user)
