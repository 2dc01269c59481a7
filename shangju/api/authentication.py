"""Who calls: a program with a key, or a signed-in browser. Both act with their user's rights, a key within its scopes."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from shangju.accounts.models import ApiToken, User
from shangju.accounts.rules import SECOND_FACTOR_MISSING, must_have_second_factor
from shangju.accounts.services import valid_token
from shangju.api.limits import count_key
from shangju.api.scopes import ensure_scope
from shangju.core.errors import NotAllowed
from shangju.core.scoping import area_scope
from shangju.posts.middleware import standing_in
from shangju.posts.rights import NOBODY, Standing, standing_of


class BearerKey(HttpBearer):
    """A key in the header. A wrong one is refused even when the browser is signed in as well."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        """The key's user, who becomes the user of the request with their standing."""
        key = valid_token(token, now=timezone.now())
        count_key(request, key)
        ensure_scope(request, key)
        user = key.user
        standing = standing_of(user)
        ensure_second_factor(user, standing)
        request.user = user
        request.standing = standing  # type: ignore[attr-defined]
        request.api_token = key  # type: ignore[attr-defined]
        return user


class SignedInBrowser(APIKeyCookie):
    """The session of the web pages; whatever changes something must carry the CSRF token, as there."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> User | None:
        """The signed-in user, or none."""
        if not isinstance(request.user, User):
            return None
        if check_csrf(request) is not None:
            raise NotAllowed(
                _("The header X-CSRFToken is missing or does not fit the cookie. Load the page again."),
                code="csrf_failed",
            )
        return request.user

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        """Done above: the session, not the cookie's value, says who it is."""
        return request.user if isinstance(request.user, User) else None


def anybody(request: HttpRequest) -> Standing:
    """The last resort where no sign-in is needed."""
    return NOBODY


SIGNED_IN: list[Callable[[HttpRequest], Any]] = [BearerKey(), SignedInBrowser()]
SIGNED_IN_OR_NOT: list[Callable[[HttpRequest], Any]] = [*SIGNED_IN, anybody]
ALSO_WITHOUT_SIGN_IN: dict[str, Any] = {"security": [{}]}
"""For the description: the keys are possible, not needed."""


def ensure_second_factor(user: User, standing: Standing) -> None:
    """Refuse a user of whom the deployment asks a second factor that is not set up."""
    if must_have_second_factor(user, is_staff=standing.is_staff) and not is_mfa_enabled(user):
        raise NotAllowed(SECOND_FACTOR_MISSING, code="second_factor_missing")


def caller_of(request: HttpRequest) -> User | None:
    """The user of the request, where there is one."""
    return request.user if isinstance(request.user, User) else None


def key_in(request: HttpRequest) -> ApiToken | None:
    """The key that the request came with; none for a browser."""
    return getattr(request, "api_token", None)


def in_own_scope(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Run an operation under the scope of its caller.

    The middleware opens none for programs: nobody has looked at the key yet. An operation without this raises.
    """

    @wraps(operation)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with area_scope(standing_in(request).scope):
            return operation(request, *args, **kwargs)

    return wrapped
