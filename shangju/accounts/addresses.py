"""Where a request comes from, as far as it can be known."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The network address of the client.

    ``X-Forwarded-For`` is believed only as far as ``SHANGJU_TRUSTED_PROXIES`` reaches: with N proxies of our
    own in front, the N-th address from the right was written by the outermost of them; what stands left of it
    is hearsay.
    """
    direct: str = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        if len(hops) >= settings.TRUSTED_PROXIES:
            return hops[-settings.TRUSTED_PROXIES]
    return direct
