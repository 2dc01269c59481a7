"""The interface as a whole: its routers, its refusals and its description (OpenAPI 3.1)."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from django.views.decorators.http import require_GET
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from shangju.accounts.models import TokenScope
from shangju.api.limits import within_limits
from shangju.api.refusals import answers_wrong_methods, register_refusals
from shangju.api.scopes import SCOPES, operation_at
from shangju.api.views import approvals, cases, concerns, reference, tokens, webhooks
from shangju.core.problems import CONTENT_TYPE
from shangju.core.views import page_not_found


def name_scope(operation: dict[str, Any], scope: TokenScope | None) -> None:
    """Write the scope where the description names the key."""
    for way in operation.get("security", []):
        if "BearerKey" in way:
            way["BearerKey"] = [scope.value] if scope else []


class Interface(NinjaAPI):
    """Describes refusals by the content type that they really have."""

    def get_openapi_schema(self, **_kwargs: Any) -> OpenAPISchema:
        """The description, with problem details as such and the scope that each operation asks of a key.

        Made once: it is the same for everybody, in every language, and takes longer than a whole page.
        """
        return self._description

    @cached_property
    def _description(self) -> OpenAPISchema:
        schema = super().get_openapi_schema()
        for address, ways in schema["paths"].items():
            for method, operation in ways.items():
                name_scope(operation, SCOPES.get(operation_at(method, address)))
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "content" in response:
                        response["content"] = {CONTENT_TYPE: next(iter(response["content"].values()))}
        return schema


api = Interface(
    title="Shangju",
    version=settings.VERSION,
    description=(
        "Concerns from residents, and the work on them. Errors are problem details (RFC 9457) in the language of "
        "Accept-Language. Times carry the offset +08:00."
    ),
    urls_namespace="api",
    docs_url=None,
)
register_refusals(api)
api.add_router("", concerns.router)
api.add_router("", reference.router)
api.add_router("", tokens.router)
api.add_router("", webhooks.router)
api.add_router("/cases", cases.router)
api.add_router("", approvals.router)


def unknown_address(request: HttpRequest) -> HttpResponse:
    """404 for every address below ``/api/v1/`` that is none."""
    return page_not_found(request)


def addresses() -> list[URLPattern]:
    """Every address of the interface; the last one takes what is left."""
    patterns: list[URLPattern] = [*api.urls[0], re_path(r"^.+$", unknown_address, name="unknown")]  # type: ignore[list-item]
    for pattern in patterns:
        # The framework answers the description by whatever method.
        view = require_GET(pattern.callback) if pattern.name == "openapi-json" else pattern.callback
        pattern.callback = within_limits(answers_wrong_methods(view))
    return patterns
