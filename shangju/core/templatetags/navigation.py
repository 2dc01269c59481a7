"""The components that lead elsewhere: navigation, tabs, pages of a list, filters; shown at ``/styleguide/`` as well."""

from typing import Any

from django import template
from django.forms import BaseForm, BoundField, ChoiceField
from django.http import HttpRequest
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from shangju.core.templatetags.ui import rendered

register = template.Library()


@register.simple_tag
def nav_url(name: str, *args: object) -> str:
    """The address of a named page, or nothing when this installation does not have it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _allowed(request: HttpRequest | None, needs: str) -> bool:
    """Whether an entry is offered: to ``""`` anybody, ``signed_in``, ``staff``, ``administrator``, ``auditor``, some rights.

    Only about showing: every page checks for itself. Without a standing (error pages) none is offered.
    """
    if not needs:
        return True
    standing = getattr(request, "standing", None)
    if standing is None or standing.user_id is None:
        return False
    if needs == "signed_in":
        return True
    if needs == "staff":
        return bool(standing.is_staff)
    if needs == "administrator":
        return bool(standing.administrator)
    if needs == "auditor":
        return bool(standing.administrator == "audit")
    return any(standing.holds_anywhere(right) for right in needs.split())


def _is_current(context: Context, name: str, also: str) -> bool:
    if context.get("nav_current"):
        return bool(context["nav_current"] == name)
    match = getattr(context.get("request"), "resolver_match", None)
    here = match.view_name if match else ""
    return here == name or any(here.startswith(prefix) for prefix in also.split())


@register.inclusion_tag("ui/nav_item.html", takes_context=True)
def nav_item(
    context: Context,
    name: str,
    label: str,
    icon: str = "",
    needs: str = "",
    also: str = "",
    kind: str = "side",
) -> dict[str, Any]:
    """One entry of a navigation; nothing when its page does not exist or the reader may not use it.

    ``also`` lists beginnings of other view names for which the entry is the current one; the context variable
    ``nav_current`` (a view name) overrides both, ``nav_counts`` (view name → number) adds a number.
    """
    url = nav_url(name) if _allowed(context.get("request"), needs) else ""
    return {
        "url": url,
        "label": label,
        "icon": icon,
        "kind": kind,
        "count": (context.get("nav_counts") or {}).get(name),
        "current": bool(url) and _is_current(context, name, also),
    }


@register.inclusion_tag("ui/view_switches.html", takes_context=True)
def view_switches(context: Context) -> dict[str, Any]:
    """Language, elder view and theme: forms that post and come back to this page."""
    request = context.get("request")
    return {
        "next": request.get_full_path() if request else "/",
        "csrf_token": context.get("csrf_token"),
        "elder_view": context.get("elder_view", False),
        "theme": context.get("theme") or "auto",
    }


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: Context, next: str = "", previous: str = "", count: object = "") -> dict[str, Any]:  # noqa: A002
    """Keyset paging: ``next`` and ``previous`` are cursors; all other parts of the query string are kept."""
    return {"next": _with_cursor(context, next), "previous": _with_cursor(context, previous), "count": count}


def _with_cursor(context: Context, cursor: str) -> str:
    request = context.get("request")
    if not cursor or request is None:
        return ""
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"?{query.urlencode()}"


@register.inclusion_tag("ui/breadcrumb.html")
def breadcrumb(*trail: str) -> dict[str, Any]:
    """``{% breadcrumb label url label url … label %}``: the way here; the last label is this page."""
    steps = [{"label": trail[index], "url": trail[index + 1]} for index in range(0, len(trail) - 1, 2)]
    return {"steps": steps, "here": trail[-1] if len(trail) % 2 else ""}


@register.inclusion_tag("ui/tab.html")
def tab(label: object, href: str, current: object = "", count: object = None) -> dict[str, Any]:
    """One of several views of the same thing; a link. Stands inside ``{% tabs %}``."""
    return {"label": label, "href": href, "current": bool(current), "count": count}


@register.inclusion_tag("ui/link_row.html")
def link_row(label: object, href: str, icon: str, note: object = "") -> dict[str, Any]:
    """A way onwards, as wide as the page; stands in ``<ul class="links">``. Nothing where ``href`` is empty."""
    return {"label": label, "href": href, "icon": icon, "note": note}


@register.simple_block_tag(takes_context=True)
def tabs(context: Context, content: str, label: str) -> SafeString:
    """The row of ``{% tab %}`` links; ``label`` names it for screen readers."""
    return rendered(context, "ui/tabs.html", content, label=label)


@register.simple_block_tag(takes_context=True)
def filter_bar(
    context: Context,
    content: str,
    label: str = "",
    clear: str = "",
    form: BaseForm | None = None,
    fold: str = "",
) -> SafeString:
    """Fields that narrow a list, sent with GET; ``clear`` is the address without any filter.

    With ``form`` the filters that are set stand below, each with the link that takes it away. With ``fold`` a phone shows a
    button in its place that opens it: ``closed``, or ``open`` where something is set.
    """
    active = _active_filters(context, form) if form is not None else []
    return rendered(
        context, "ui/filter_bar.html", content, label=label, clear=clear, active=active, fold=fold
    )


def _active_filters(context: Context, form: BaseForm) -> list[dict[str, str]]:
    request = context.get("request")
    if request is None:
        return []
    return [
        {"label": str(bound.label), "value": shown, "href": _without(request, bound.html_name)}
        for bound in form
        if (shown := _shown_value(bound))
    ]


def _shown_value(bound: BoundField) -> str:
    """The words of a set filter; nothing for one that is empty or was made up in the address."""
    value = str(bound.value() or "").strip()
    if not value or not isinstance(bound.field, ChoiceField):
        return value
    choices: Any = bound.field.choices
    return next((str(label).strip() for key, label in choices if str(key) == value), "")


def _without(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    for gone in (name, "cursor"):
        query.pop(gone, None)
    return f"?{query.urlencode()}"
