"""Every address that the product answers at, by the name of its page or operation."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def page_names(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, str]]:
    """Name and route of every page that the resolver knows."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from page_names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", str(pattern.pattern)


ROUTES = dict(page_names(get_resolver()))
"""The interface's operations begin with ``api:``."""
