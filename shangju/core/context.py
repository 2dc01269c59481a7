"""What every page's frame needs to know."""

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    """Mode of the installation, the reader's view preferences and the reference of this request."""
    return {
        "demo_mode": settings.DEMO,
        "version": settings.VERSION,
        "elder_view": request.COOKIES.get("elder_view") == "1",
        "theme": request.COOKIES.get("theme")
        if request.COOKIES.get("theme") in {"light", "dark"}
        else "auto",
        "reference": getattr(request, "reference", ""),
    }
