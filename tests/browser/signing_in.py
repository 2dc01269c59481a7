"""Signing a person in to a browser without the sign-in page, which has tests of its own."""

from typing import Any

from django.conf import settings
from django.test import Client

from shangju.accounts.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def session_cookie(user: User, url: str, **kept: Any) -> dict[str, str]:
    """The cookie of a session of ``user`` at the server ``url``; ``kept`` is stored in the session as well."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    if kept:
        session = client.session
        session.update(kept)
        session.save()
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


def language_cookie(language: str, url: str) -> dict[str, str]:
    """The cookie of somebody who chose the language."""
    return {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": url}
