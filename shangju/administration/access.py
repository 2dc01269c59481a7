"""Who may open which set-up page. Administrators hold no posts, so their own scope is empty: a page
that works on areas, posts, parties or accounts opens the scope of set-up once the role has been
checked, and never touches a case.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from shangju.accounts.models import AdministratorRole, User
from shangju.core.scoping import EverywhereReason, everywhere, without_scope

View = Callable[..., HttpResponse]


def role_of(request: HttpRequest) -> str:
    """The administrator role of whoever asks; empty for everybody else."""
    standing: Any = getattr(request, "standing", None)
    return str(standing.administrator) if standing is not None else ""


def administrator_of(request: HttpRequest) -> User:
    """The signed-in administrator; for views that one of the decorators below guards."""
    assert isinstance(request.user, User)
    return request.user


def _only(roles: frozenset[str], view: View, *, opens_scope: bool) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if role_of(request) not in roles:
            raise PermissionDenied
        if not opens_scope:
            with without_scope():
                return view(request, *args, **kwargs)
        with everywhere(EverywhereReason.SETUP):
            return view(request, *args, **kwargs)

    return guarded


def as_system_administrator(view: View) -> View:
    """Only the system administrator, with the scope of set-up."""
    return _only(frozenset({AdministratorRole.SYSTEM}), view, opens_scope=True)


def as_stake_administrator(view: View) -> View:
    """The system or the security administrator, with the scope of set-up: who is bound up with what."""
    return _only(frozenset({AdministratorRole.SYSTEM, AdministratorRole.SECURITY}), view, opens_scope=True)


def as_security_administrator(view: View) -> View:
    """Only the security administrator, with the scope of set-up."""
    return _only(frozenset({AdministratorRole.SECURITY}), view, opens_scope=True)


def as_security_or_system_administrator(view: View) -> View:
    """The security administrator, who decides, and the system administrator, who may look; with the scope of set-up."""
    return _only(frozenset({AdministratorRole.SECURITY, AdministratorRole.SYSTEM}), view, opens_scope=True)


def as_audit_administrator(view: View) -> View:
    """Only the audit administrator; the audit trail needs no scope."""
    return _only(frozenset({AdministratorRole.AUDIT}), view, opens_scope=False)


def as_any_administrator(view: View) -> View:
    """Any of the three, without a scope."""
    return _only(frozenset(AdministratorRole.values), view, opens_scope=False)
