"""Field encryption: personal data is readable only with keys that live outside the database.

``FIELD_KEYS`` is a list, newest first. Everything is sealed with the first key and opened with any, so a key is
rotated by putting a new one in front and running ``shangju reseal``; afterwards the old key may go.
"""

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class Unsealable(ValueError):  # noqa: N818 - what the data is, not what the code did
    """The text was sealed with a key that is no longer configured."""


def seal(text: str) -> str:
    """Encrypt ``text`` with the newest key; the empty text stays empty."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode() if text else ""


def unseal(token: str) -> str:
    """Decrypt what :func:`seal` made, with any configured key."""
    if not token:
        return ""
    try:
        return _box(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Unsealable("no configured field key opens this value") from error


def seal_bytes(content: bytes) -> bytes:
    """Encrypt a file with the newest key."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(content)


def unseal_bytes(token: bytes) -> bytes:
    """Decrypt what :func:`seal_bytes` made, with any configured key."""
    try:
        return _box(tuple(settings.FIELD_KEYS)).decrypt(token)
    except InvalidToken as error:
        raise Unsealable("no configured field key opens this file") from error


def reseal(token: str) -> str:
    """The same content under the newest key."""
    return seal(unseal(token))


def fingerprint(text: str, *, purpose: str) -> str:
    """A keyed digest for looking sealed values up (phone, tracking code): equal texts, equal prints, no way back.

    Keyed by the secret key, not by the field keys, so that rotating those does not lose the look-up.
    """
    digest = hmac.new(settings.SECRET_KEY.encode(), f"{purpose}\0{text}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:  # Django's fields take type arguments only in the type checker's eyes
    _TextField = models.TextField


class SealedTextField(_TextField):
    """A text that is encrypted in the database and plain in Python."""

    def deconstruct(self) -> Any:
        """A plain text field to the migrations: they import nothing of ours."""
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.TextField", arguments, options

    def get_prep_value(self, value: Any) -> Any:
        """Seal on the way in."""
        return seal(value) if isinstance(value, str) else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Unseal on the way out."""
        return unseal(value) if isinstance(value, str) else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Only emptiness can be asked of the database: equal texts are sealed differently each time."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
