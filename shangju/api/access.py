"""Who calls, and under which area scope an operation runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer, SessionAuth

from shangju.accounts.models import User
from shangju.accounts.services import user_for_token
from shangju.core.errors import NotAllowed
from shangju.core.scoping import area_scope
from shangju.posts.rights import Right, Standing, standing_of


class Bearer(HttpBearer):
    """A token of :mod:`shangju.accounts`."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The token's user, or nothing."""
        return user_for_token(token, timezone.now())


class SignedIn(SessionAuth):
    """A browser that signed in; a POST needs the CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The session's user, or nothing."""
        return request.user if isinstance(request.user, User) else None


STAFF = [Bearer(), SignedIn()]


@contextmanager
def staff_scope(request: HttpRequest) -> Iterator[tuple[User, Standing]]:
    """Run an operation under the scope of whoever calls; the middleware knows the session's user only."""
    user: User = request.auth  # type: ignore[attr-defined] # set by the authentication above
    standing = standing_of(user)
    if not any(standing.holds_anywhere(right) for right in (Right.VIEW_CASE, Right.HANDLE)):
        raise NotAllowed(_("This account has no post that works on cases."))
    with area_scope(standing.scope):
        yield user, standing
