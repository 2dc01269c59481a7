"""The mark of a device: a signed cookie that says nothing of its owner, so that a "me too" counts once on it."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "shangju_device"
SALT = "device-mark"
KEPT_SECONDS = 2 * 365 * 24 * 60 * 60
MARK_BYTES = 16


def mark_of(request: HttpRequest) -> str:
    """The mark that the device carries; empty where it has none, or one that we did not sign."""
    return str(request.get_signed_cookie(COOKIE, default="", salt=SALT) or "")


def new_mark() -> str:
    """A mark for a device that has none yet."""
    return secrets.token_urlsafe(MARK_BYTES)


def leave_mark(response: HttpResponse, mark: str) -> None:
    """Let the device carry ``mark`` from now on."""
    response.set_signed_cookie(
        COOKIE,
        mark,
        salt=SALT,
        max_age=KEPT_SECONDS,
        httponly=True,
        secure=settings.SECURE_PUBLIC,
        samesite="Lax",
    )
