"""Who may do what with accounts, and of whom more is asked than a password."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from shangju.accounts.models import AdministratorRole, User

SECOND_FACTOR_MISSING = gettext_lazy(
    "Your role needs a second factor here. Set it up on your profile page first."
)


def administrator_role(user: object) -> str:
    """The administrator role of ``user``, or the empty text."""
    administrator = (
        getattr(user, "administrator", None) if isinstance(user, User) and user.is_active else None
    )
    return administrator.role if administrator else ""


def is_administrator(user: object, role: AdministratorRole) -> bool:
    """Whether ``user`` holds exactly this administrator role."""
    return administrator_role(user) == role


def works_here(request: HttpRequest) -> bool:
    """Whether the person signed in is staff or an administrator, by the standing that the request carries."""
    standing = getattr(request, "standing", None)
    return bool(standing and (standing.is_staff or standing.administrator))


def must_have_second_factor(user: object, *, is_staff: bool) -> bool:
    """Whether this deployment asks ``user`` for a second factor (``SHANGJU_REQUIRE_SECOND_FACTOR``)."""
    asked_of: str = settings.REQUIRE_SECOND_FACTOR
    if asked_of == "none":
        return False
    return bool(administrator_role(user)) or (asked_of == "staff" and is_staff)
