"""The shared components as template tags. The style guide (``/styleguide/``) shows each with its snippet.

Tags that wrap content end with ``end`` + their name. Tones are ``plain info good warn alert bad grave``:
never the only sign of a meaning, a word or an icon stands beside them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy

from shangju.core.icons import icon_svg
from shangju.core.kept_forms import owner_mark
from shangju.core.remaining import remaining_words

register = template.Library()

TONES = ("plain", "info", "good", "warn", "alert", "bad", "grave")

LIGHTS: dict[str, tuple[str, Any]] = {
    "green": ("good", pgettext_lazy("light", "On time")),
    "yellow": ("warn", pgettext_lazy("light", "Half the time used")),
    "orange": ("alert", pgettext_lazy("light", "Due soon")),
    "red": ("bad", pgettext_lazy("light", "Overdue")),
    "purple": ("grave", pgettext_lazy("light", "Long overdue")),
    "paused": ("plain", pgettext_lazy("light", "Paused")),
    "done": ("good", pgettext_lazy("light", "Done")),
}
"""Tone and word of each light (cases.md §5); the shape is the icon ``light-…``."""


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """``{% icon "bell" %}``: an icon of the sprite; an unknown name raises."""
    return icon_svg(name, label=label, size=size)


@register.simple_tag
def behaviour(name: str) -> SafeString:
    """``{% behaviour "dialog" %}``: load one ES module of ``static/js/``; asked for twice it loads once."""
    return format_html('<script type="module" src="{}"></script>', static(f"js/{name}.js"))


@register.simple_tag(takes_context=True)
def kept_form_owner(context: Context) -> str:
    """The mark of whoever is signed in, for a form that the device keeps (js/keeping.js); empty for nobody."""
    return owner_mark(context["request"])


@register.simple_tag
def idle_minutes() -> int:
    """After how many minutes without a request staff are signed out."""
    return int(settings.IDLE_MINUTES)


@register.simple_tag
def template_source(name: str) -> str:
    """The text of a template as its author wrote it; the style guide shows it as the snippet."""
    return str(get_template(name).template.source)  # type: ignore[attr-defined]


# ---- addresses and entries of navigation


# ---- forms


@register.simple_tag
def field(bound_field: BoundField) -> SafeString:
    """``{% field form.text %}``: label, hint, control and error of one form field."""
    return bound_field.as_field_group()


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What is wrong, at the top of the form, each line a link to its field."""
    wrong = [bound for bound in form if bound.errors]
    return {
        "errors": [
            *form.non_field_errors(),
            *(error for bound in wrong if bound.is_hidden for error in bound.errors),
        ],
        "wrong": [
            {
                "label": bound.label,
                "error": bound.errors[0],
                "target": f"{bound.auto_id}_group" if bound.use_fieldset else bound.id_for_label,
            }
            for bound in wrong
            if not bound.is_hidden
        ],
    }


@register.inclusion_tag("ui/button.html")
def button(
    label: str,
    kind: str = "",
    icon: str = "",
    href: str = "",
    type: str = "submit",  # noqa: A002
    **attributes: object,
) -> dict[str, Any]:
    """A button, or with ``href`` a link that looks like one. ``kind``: primary, danger, link, or none.

    Further attributes are written as they are, ``_`` becomes ``-``: ``name="move" data_opens="sign"``.
    """
    return {
        "label": label,
        "kind": kind,
        "icon": icon,
        "href": href,
        "type": type,
        "attributes": [
            (name.replace("_", "-"), value)
            for name, value in attributes.items()
            if value not in (False, None)
        ],
    }


# ---- showing


# Lists show the next two in every row: made in Python they cost a tenth of what a template each costs.


@register.simple_tag
def deadline_light(
    light: str, due: datetime | None, now: datetime, started: datetime | None = None
) -> SafeString:
    """The light of a deadline: word, shape, colour and time left; ``started`` adds a bar of time used."""
    tone, word = LIGHTS[light]
    runs = due is not None and light not in {"paused", "done"}
    time_left = used = SafeString("")
    if due and runs:
        moment = timezone.localtime(due).isoformat()
        words = remaining_words(due, now)
        time_left = format_html('<time class="light__time" datetime="{}">{}</time>', moment, words)
    if due and started and runs and due > started:
        used = _time_used(max(0, min(100, round(100 * ((now - started) / (due - started))))))
    return format_html(
        '<span class="light tone-{}"><span class="light__word">{}<span>{}</span></span>{}{}</span>',
        tone,
        icon_svg(f"light-{light}"),
        word,
        time_left,
        used,
    )


def _time_used(percent: int) -> SafeString:
    return format_html(
        '<progress class="light__bar" max="100" value="{}" aria-label="{}">{}%</progress>',
        percent,
        gettext("Time used"),
        percent,
    )


@register.simple_tag
def badge(label: object, tone: str = "plain", icon: str = "") -> SafeString:
    """A short word in a tone: a state, a kind, a number that needs attention."""
    drawing = icon_svg(icon) if icon else ""
    return format_html('<span class="badge tone-{}">{}{}</span>', _tone(tone), drawing, label)


@register.inclusion_tag("ui/step_line.html")
def step_line(steps: Sequence[object], current: object) -> dict[str, Any]:
    """Where on its way something is. ``steps``: (key, label) pairs or labels; ``current``: key or index."""
    pairs = [step if isinstance(step, tuple) else (index, step) for index, step in enumerate(steps)]
    position = next((index for index, (key, _) in enumerate(pairs) if key == current), 0)
    return {
        "steps": [
            {
                "label": label,
                "state": "done" if index < position else "current" if index == position else "ahead",
            }
            for index, (_, label) in enumerate(pairs)
        ]
    }


@register.inclusion_tag("ui/figure.html")
def figure(
    label: object,
    value: object,
    href: str = "",
    note: object = "",
    tone: str = "plain",
    icon: str = "",
    current: object = "",
) -> dict[str, Any]:
    """A number with its name, leading to the rows that it counts. Stands inside ``<div class="figures">``.

    ``current``: the list below shows these rows now.
    """
    return {
        "label": label,
        "value": value,
        "href": href,
        "note": note,
        "tone": _tone(tone),
        "icon": icon,
        "current": bool(current),
    }


@register.simple_tag
def share_bar(percent: object) -> SafeString:
    """``{% share_bar 94.6 %}``: a share as a bar; the number stands beside it, so that the bar itself says nothing."""
    return format_html(
        '<svg class="share-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="share-bar__all" width="100" height="4"/><rect width="{}" height="4"/></svg>',
        percent,
    )


@register.inclusion_tag("ui/tile.html")
def tile(label: object, href: str, icon: str, tone: str = "good") -> dict[str, Any]:
    """One way in, on a home page. Stands inside ``<ul class="tiles">``; nothing without ``href``."""
    return {"label": label, "href": href, "icon": icon, "tone": _tone(tone)}


@register.inclusion_tag("ui/way.html")
def way(label: object, href: str, icon: str, text: object, tone: str = "good") -> dict[str, Any]:
    """One way in with a sentence about it, on the start page of a part. Stands inside ``<ul class="ways">``."""
    return {"label": label, "href": href, "icon": icon, "text": text, "tone": _tone(tone)}


@register.inclusion_tag("ui/empty_state.html")
def empty_state(
    title: object, text: object = "", icon: str = "inbox", href: str = "", action: object = ""
) -> dict[str, Any]:
    """Nothing here, why, and what to do next."""
    return {"title": title, "text": text, "icon": icon, "href": href, "action": action}


@register.inclusion_tag("ui/fact.html")
def fact(label: object, value: object = "", empty: object = "—") -> dict[str, Any]:
    """A name and its value. Stands inside ``<dl class="facts">``."""
    return {"label": label, "value": empty if value in ("", None) else value}


@register.inclusion_tag("ui/copy_text.html")
def copy_text(name: str, label: object, text: str, language: str = "", hint: object = "") -> dict[str, Any]:
    """A text that is made here to be pasted elsewhere; ``name`` is the id of its field, ``language`` its own."""
    return {"name": name, "label": label, "text": text, "language": language, "hint": hint}


@register.inclusion_tag("ui/table.html")
def table(caption: object, columns: Sequence[object], rows: Sequence[Sequence[object]]) -> dict[str, Any]:
    """Plain rows under headings; each row becomes a card on phones. Cells may be safe HTML."""
    return {
        "caption": caption,
        "columns": columns,
        "rows": [list(zip(columns, row, strict=True)) for row in rows],
    }


# ---- around content


@register.simple_block_tag(takes_context=True)
def card(
    context: Context, content: str, title: object = "", href: str = "", link: object = "", icon: str = ""
) -> SafeString:
    """Things that belong together; ``href`` and ``link`` make the way to all of them."""
    return rendered(context, "ui/card.html", content, title=title, href=href, link=link, icon=icon)


@register.simple_block_tag(takes_context=True)
def notice(context: Context, content: str, tone: str = "info", title: object = "") -> SafeString:
    """A sentence that must be seen on this page: what is the matter and what to do."""
    icons = {
        "good": "check-circle",
        "warn": "warning",
        "alert": "warning",
        "bad": "warning",
        "grave": "warning",
    }
    return rendered(
        context, "ui/notice.html", content, tone=_tone(tone), title=title, icon=icons.get(tone, "info")
    )


@register.simple_block_tag(takes_context=True)
def dialog(context: Context, content: str, name: str, title: object) -> SafeString:
    """A dialog that ``data-opens="NAME"`` on a link opens; without JavaScript its page does the same."""
    return rendered(context, "ui/dialog.html", content, name=name, title=title)


@register.simple_block_tag(takes_context=True)
def timeline_entry(
    context: Context,
    content: str,
    title: object,
    at: datetime | None = None,
    by: object = "",
    icon: str = "check",
    tone: str = "plain",
) -> SafeString:
    """One thing that happened. Stands inside ``<ol class="timeline">``."""
    return rendered(
        context, "ui/timeline_entry.html", content, title=title, at=at, by=by, icon=icon, tone=_tone(tone)
    )


def _tone(tone: str) -> str:
    if tone not in TONES:
        raise LookupError(f"There is no tone “{tone}”; the tones are {', '.join(TONES)}.")
    return tone


def rendered(context: Context, template_name: str, content: str, /, **values: object) -> SafeString:
    """A component's template around content that the engine has already escaped."""
    engine = context.template.engine  # type: ignore[union-attr]
    with context.push(content=content, **values):
        return engine.get_template(template_name).render(context)
