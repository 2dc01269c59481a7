"""The icons: one sprite of own drawings, read once and written into the page: they cost no request."""

import re
from functools import cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SPRITE = Path(__file__).with_name("icons.svg")
_SYMBOL = re.compile(r'<symbol id="([a-z-]+)">(.*?)</symbol>', re.DOTALL)


@cache
def icon_paths() -> dict[str, str]:
    """The drawing of every icon by its name."""
    return dict(_SYMBOL.findall(SPRITE.read_text(encoding="utf-8")))


def icon_svg(name: str, *, label: str = "", size: str = "") -> SafeString:
    """The icon as inline SVG. With ``label`` it is read out as an image, without it stays silent.

    ``size`` is ``""`` (1.25 em), ``"large"`` or ``"huge"``. An unknown name raises :class:`LookupError`.
    """
    return _drawn(name, str(label), size)


@cache
def _drawn(name: str, label: str, size: str) -> SafeString:
    try:
        drawing = icon_paths()[name]
    except KeyError as error:
        raise LookupError(f"There is no icon “{name}”; the names are in {SPRITE.name}.") from error
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor"'
        ' stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>',
        f" icon--{size}" if size else "",
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),
        mark_safe(drawing),  # noqa: S308 - our own file, never input
    )
