"""The watermark of pages and exports with what residents told us: who looked, in which office, when (cases.md §7)."""

import base64
from datetime import datetime
from html import escape

from django.utils import timezone
from django.utils.formats import date_format

from shangju.core.text_width import ems

TILE_HEIGHT, FONT_SIZE, GAP = 260, 15, 60


def watermark_words(viewer: object, office: str, *, now: datetime) -> str:
    """``网格员 3号 · 东一网格 · 2026-11-25 10:31``: the line that pages and exports carry."""
    moment = date_format(timezone.localtime(now), "Y-m-d H:i")
    return " · ".join(part for part in (str(viewer), office, moment) if part)


def watermark_image(words: str) -> str:
    """A picture, as an address of its own, that repeats ``words`` slantwise over any size.

    A picture and no text: it is no words for screen readers and no contrast to measure, it is printed where
    backgrounds are not, and the strict content security policy lets it pass. Mid-grey and faint, so that it shows on
    light and on dark.
    """
    width = ems(words) * FONT_SIZE + GAP
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="2600" height="2600">'
        f'<defs><pattern id="w" width="{width:.0f}" height="{TILE_HEIGHT}" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(-24)">'
        f'<text x="0" y="40" font-family="sans-serif" font-size="{FONT_SIZE}" fill="#7a7a7a" fill-opacity="0.24">'
        f"{escape(words)}</text></pattern></defs>"
        '<rect width="2600" height="2600" fill="url(#w)"/></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
