"""Showing an article's text."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def article_text(text: str) -> SafeString:
    """Plain text as HTML: each line a paragraph, ``## `` begins a heading, ``- `` an item. Nothing else is markup."""
    parts: list[SafeString] = []
    items: list[str] = []
    for line in [*text.splitlines(), ""]:
        stripped = line.strip()
        if stripped.startswith("- "):
            items.append(stripped[2:])
            continue
        if items:
            inner = format_html_join("", "<li>{}</li>", ((item,) for item in items))
            parts.append(format_html("<ul>{}</ul>", inner))
            items = []
        if stripped.startswith("## "):
            parts.append(format_html("<h3>{}</h3>", stripped[3:]))
        elif stripped:
            parts.append(format_html("<p>{}</p>", stripped))
    return SafeString("".join(parts))
