"""The lock against guessing passwords, kept in the database by django-axes.

Five failures lock **one name from one address** for five minutes. Counting by address alone would lock a
whole office behind one address for one colleague's typing; counting by name alone would let anybody anywhere
lock an officer out. So that a name cannot be guessed from many addresses at once, failures from all of them
together count a quarter: twenty in five minutes lock the name everywhere.
"""

import unicodedata
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.db.models import Sum
from django.http import HttpRequest

from shangju.accounts.models import User
from shangju.accounts.phones import normalise_phone
from shangju.core.audit import record
from shangju.core.sealing import fingerprint

ADDRESSES_WEIGHT = 4
"""How many failures from anywhere weigh as much as one from the address that is asking."""


def one_spelling(username: str) -> str:
    """The spelling under which failures of a name are counted: other widths and capitals are the same name.

    A phone number typed as a name is counted by its print, so that no number is kept in the clear.
    """
    name = unicodedata.normalize("NFKC", username).strip().lower()[:120]
    try:
        return "phone:" + fingerprint(normalise_phone(name), purpose="sign-in-lock")[:16]
    except ValueError:
        return name


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name that axes counts for a sign-in."""
    name = (credentials or {}).get("username") or request.POST.get("login", "")
    return one_spelling(str(name))


class SignInLockHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """Axes' database handler, with the weight of other addresses and an audit event for a lock."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Failures of this name from this address, or a quarter of those from everywhere if more."""
        from_here: int = super().get_failures(request, credentials)
        recent = AccessAttempt.objects.filter(
            username=counted_name(request, credentials),
            attempt_time__gte=request.axes_attempt_time - get_cool_off(request),  # type: ignore[attr-defined]
        )
        anywhere: int = recent.aggregate(sum=Sum("failures_since_start"))["sum"] or 0
        return max(from_here, anywhere // ADDRESSES_WEIGHT)

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **extra: Any
    ) -> None:
        """Count the failure; write one audit event at the moment the lock closes, none for knocking on it."""
        was_locked = bool(getattr(request, "axes_locked_out", False))
        super().user_login_failed(sender, credentials, request, **extra)
        if request is not None and not was_locked and getattr(request, "axes_locked_out", False):
            _record_lock(request, counted_name(request, credentials))


def _record_lock(request: HttpRequest, name: str) -> None:
    user = User.objects.filter(username=name).first()
    subject = user or AccessAttempt.objects.filter(username=name).latest("attempt_time")
    record(
        subject,
        action="sign_in.locked",
        by=None,
        now=request.axes_attempt_time,  # type: ignore[attr-defined]
        after={
            "address": request.axes_ip_address,  # type: ignore[attr-defined]
            "failures": request.axes_failures_since_start,  # type: ignore[attr-defined]
        },
    )
