"""The way into the set-up pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shangju.accounts.models import AdministratorRole
from shangju.administration.access import as_any_administrator, role_of


@require_GET
@as_any_administrator
def home(request: HttpRequest) -> HttpResponse:
    """What the administrator's role lets them do; the three roles see three different pages."""
    role = role_of(request)
    return render(
        request,
        "administration/home.html",
        {
            "role_label": AdministratorRole(role).label,
            "is_system": role == AdministratorRole.SYSTEM,
            "is_security": role == AdministratorRole.SECURITY,
            "is_audit": role == AdministratorRole.AUDIT,
        },
    )
