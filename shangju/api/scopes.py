"""What a key must be for, operation by operation. An operation without a row is open to no key."""

import re

from django.http import HttpRequest
from django.utils.translation import gettext as _

from shangju.accounts.models import ApiToken, TokenScope
from shangju.core.errors import NotAllowed

SCOPES: dict[str, TokenScope | None] = {
    "POST /concerns": TokenScope.ENTER_CONCERNS,
    "GET /concerns/{tracking_code}": TokenScope.ENTER_CONCERNS,
    "POST /concerns/{tracking_code}/confirmation": TokenScope.ENTER_CONCERNS,
    "POST /concerns/{tracking_code}/words": TokenScope.ENTER_CONCERNS,
    "POST /concerns/{tracking_code}/withdrawal": TokenScope.ENTER_CONCERNS,
    "GET /concerns/{tracking_code}/photos/{photo_id}/{size}": TokenScope.ENTER_CONCERNS,
    "POST /uploads": TokenScope.UPLOAD,
    "GET /areas": TokenScope.READ_REFERENCE,
    "GET /categories": TokenScope.READ_REFERENCE,
    "GET /articles": TokenScope.READ_ARTICLES,
    "GET /articles/{pk}": TokenScope.READ_ARTICLES,
    "GET /cases": TokenScope.READ_CASES,
    "GET /cases/{number}": TokenScope.READ_CASES,
    "GET /cases/{number}/moves": TokenScope.READ_CASES,
    "GET /cases/{number}/photos/{photo_id}/{size}": TokenScope.READ_CASES,
    "GET /approvals": TokenScope.READ_CASES,
    "POST /cases/{number}/moves": TokenScope.MOVE_CASES,
    "POST /cases/{number}/reveal": TokenScope.MOVE_CASES,
    "GET /webhooks": TokenScope.MANAGE_WEBHOOKS,
    "POST /webhooks": TokenScope.MANAGE_WEBHOOKS,
    "GET /webhooks/{pk}": TokenScope.MANAGE_WEBHOOKS,
    "PUT /webhooks/{pk}": TokenScope.MANAGE_WEBHOOKS,
    "DELETE /webhooks/{pk}": TokenScope.MANAGE_WEBHOOKS,
    "POST /webhooks/{pk}/secret": TokenScope.MANAGE_WEBHOOKS,
    "POST /webhooks/{pk}/stop": TokenScope.MANAGE_WEBHOOKS,
    "POST /webhooks/{pk}/start": TokenScope.MANAGE_WEBHOOKS,
    "POST /webhooks/{pk}/test": TokenScope.MANAGE_WEBHOOKS,
    "GET /webhooks/{pk}/deliveries": TokenScope.MANAGE_WEBHOOKS,
    "POST /webhooks/deliveries/{pk}/again": TokenScope.MANAGE_WEBHOOKS,
    "POST /tokens": None,
    "GET /tokens": None,
    "DELETE /tokens/{pk}": None,
}
"""``None``: the password opens it, or a key that sees and ends nothing but itself."""

ROOT = "/api/v1"


def operation_at(method: str, route: str) -> str:
    """``GET /cases/{number}`` for a method and an address as the description or the router writes it."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route.lstrip('/')}")
    return f"{method.upper()} {path.removeprefix(ROOT)}"


def ensure_scope(request: HttpRequest, token: ApiToken) -> None:
    """Refuse a key that is not for the operation asked for, naming the scope that it lacks."""
    assert request.resolver_match is not None, "operations are asked by their address"
    operation = operation_at(request.method or "", request.resolver_match.route)
    if operation not in SCOPES:
        raise NotAllowed(_("This operation is open to no key. Sign in."), code="scope_missing")
    scope = SCOPES[operation]
    if scope is not None and scope.value not in token.scopes:
        raise NotAllowed(
            _("This key may not do that: it lacks the scope “%(scope)s”. Make one that has it.")
            % {"scope": scope.value},
            code="scope_missing",
        )
