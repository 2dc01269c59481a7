"""What the parts of a dimension are called, in the order in which a table lists them."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from shangju.areas.models import Area
from shangju.cases.workflow import Channel
from shangju.categories.models import Category
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.counting import PARTY, POST
from shangju.measures.models import Dimension
from shangju.parties.models import Party
from shangju.posts.models import Post


def labels_of(dimension: str, keys: Sequence[str]) -> dict[str, str]:
    """The labels of ``keys``; those without anything the dimension could part by come last."""
    known = {key for key in keys if key}
    labels = _LABELS[dimension](known)
    return labels | ({"": _NONE[dimension]()} if "" in keys else {})


def _areas(keys: set[str]) -> dict[str, str]:
    with everywhere(EverywhereReason.STRUCTURE):
        return {
            str(area.pk): str(area)
            for area in Area.objects.filter(pk__in=keys).defer("outline").order_by("path")
        }


def _categories(keys: set[str]) -> dict[str, str]:
    return {str(each.pk): str(each) for each in Category.objects.filter(pk__in=keys)}


def _channels(keys: set[str]) -> dict[str, str]:
    return {channel.value: str(channel.label) for channel in Channel if channel.value in keys}


def _classes(keys: set[str]) -> dict[str, str]:
    return {key: key for key in sorted(keys)}


def _handlers(keys: set[str]) -> dict[str, str]:
    """Posts in the order of the tree, then member parties by name: a list, not a ranking."""

    def numbers(begin: str) -> list[str]:
        return [key.removeprefix(begin) for key in keys if key.startswith(begin)]

    with everywhere(EverywhereReason.STRUCTURE):
        posts = Post.objects.filter(pk__in=numbers(POST)).select_related("area").defer("area__outline")
        parties = Party.objects.filter(pk__in=numbers(PARTY)).order_by("name")
        return {
            f"{POST}{post.pk}": f"{post.area} {post.name}" for post in posts.order_by("area__path", "pk")
        } | {f"{PARTY}{party.pk}": party.name for party in parties}


_LABELS: dict[str, Callable[[set[str]], dict[str, str]]] = {
    Dimension.WHOLE: lambda _keys: {},
    Dimension.AREA: _areas,
    Dimension.CATEGORY: _categories,
    Dimension.CHANNEL: _channels,
    Dimension.CLASS: _classes,
    Dimension.HANDLER: _handlers,
}

_NONE: dict[str, Callable[[], str]] = {
    Dimension.WHOLE: lambda: _("All together"),
    Dimension.AREA: lambda: _("In none of them"),
    Dimension.CATEGORY: lambda: _("Without a category"),
    Dimension.CHANNEL: lambda: _("Unknown"),
    Dimension.CLASS: lambda: _("Unknown"),
    Dimension.HANDLER: lambda: _("Without a handler"),
}
