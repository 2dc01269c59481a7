"""Addresses of the API; OpenAPI 3.1 at ``openapi.json``."""

from ninja import NinjaAPI

from shangju import __version__
from shangju.api import problems, public_operations, staff_operations

api = NinjaAPI(
    title="Shangju",
    version=__version__,
    description="Concerns of residents, and the work on them. Errors are problem details (RFC 9457).",
    docs_url=None,
    openapi_url="openapi.json",
    urls_namespace="api",
)
problems.install(api)
api.add_router("", public_operations.router, tags=["public"])
api.add_router("", staff_operations.router, tags=["staff"])
